#pragma once
// The handlers of this API, a file per resource. routes.cpp says which path is whose.
#include "admin/v1/call.hpp"

namespace wharf::v1 {

// openapi.cpp
Answer get_document(Call* call);

// topics.cpp
Answer list_topics(Call* call);
Answer get_topic(Call* call);
Answer create_topic(Call* call);
Answer delete_topic(Call* call);

// partitions.cpp
Answer list_partitions(Call* call);
Answer add_partitions(Call* call);

// trim.cpp
Answer trim_topic(Call* call);

// topic_settings.cpp
Answer list_topic_settings(Call* call);
Answer change_topic_settings(Call* call);

// messages.cpp
Answer read_messages(Call* call);
Answer get_message(Call* call);

// produce.cpp
Answer produce_message(Call* call);

// groups.cpp
Answer list_groups(Call* call);
Answer get_group(Call* call);
Answer delete_group(Call* call);
Answer list_members(Call* call);
Answer list_rebalances(Call* call);

// group_offsets.cpp
Answer list_group_offsets(Call* call);

// offset_reset.cpp
Answer reset_offsets(Call* call);

// flow.cpp
Answer get_flow(Call* call);

// tokens.cpp
Answer list_tokens(Call* call);
Answer create_token(Call* call);
Answer revoke_token(Call* call);

// server_settings.cpp
Answer list_server_settings(Call* call);

}  // namespace wharf::v1
