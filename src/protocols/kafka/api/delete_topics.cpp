#include "protocols/kafka/api/delete_topics.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<DeleteTopicsRequest::Topic> = fields(
    Field<&DeleteTopicsRequest::Topic::name>{.since = 6, .nullable_since = 6},
    Field<&DeleteTopicsRequest::Topic::topic_id>{.since = 6});

template <>
inline constexpr auto kTable<DeleteTopicsRequest> = message(
    versions_of(ApiKey::kDeleteTopics),
    Field<&DeleteTopicsRequest::topics>{.since = 6},
    Field<&DeleteTopicsRequest::topic_names>{.until = 5, .ignorable = true},
    Field<&DeleteTopicsRequest::timeout_ms>{});

template <>
inline constexpr auto kTable<DeleteTopicsResponse::Topic> = fields(
    Field<&DeleteTopicsResponse::Topic::name>{.nullable_since = 6},
    Field<&DeleteTopicsResponse::Topic::topic_id>{.since = 6, .ignorable = true},
    Field<&DeleteTopicsResponse::Topic::error_code>{},
    Field<&DeleteTopicsResponse::Topic::error_message>{.since = 5, .nullable_since = 5, .ignorable = true});

template <>
inline constexpr auto kTable<DeleteTopicsResponse> = message(
    versions_of(ApiKey::kDeleteTopics),
    Field<&DeleteTopicsResponse::throttle_time_ms>{.since = 1, .ignorable = true},
    Field<&DeleteTopicsResponse::responses>{});

// clang-format on
template struct Codec<DeleteTopicsRequest>;
template struct Codec<DeleteTopicsResponse>;

}  // namespace wharf::kafka
