#pragma once
// The standard properties that are texts, by the names that RabbitMQ's API gives them.
#include <optional>
#include <string_view>

#include "model/message.hpp"

namespace wharf::management {

struct TextProperty {
  std::string_view name;
  std::optional<std::string_view> MessageView::* field;
};
inline constexpr TextProperty kTextProperties[] = {{"content_type", &MessageView::content_type},
                                                   {"content_encoding", &MessageView::content_encoding},
                                                   {"correlation_id", &MessageView::correlation_id},
                                                   {"reply_to", &MessageView::reply_to},
                                                   {"expiration", &MessageView::expiration},
                                                   {"message_id", &MessageView::message_id},
                                                   {"type", &MessageView::type},
                                                   {"user_id", &MessageView::user_id},
                                                   {"app_id", &MessageView::app_id},
                                                   {"cluster_id", &MessageView::cluster_id}};

}  // namespace wharf::management
