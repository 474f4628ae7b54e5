#include "protocols/kafka/api/init_producer_id.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<InitProducerIdRequest> = message(
    versions_of(ApiKey::kInitProducerId),
    Field<&InitProducerIdRequest::transactional_id>{.nullable_since = 0},
    Field<&InitProducerIdRequest::transaction_timeout_ms>{},
    Field<&InitProducerIdRequest::producer_id>{.since = 3},
    Field<&InitProducerIdRequest::producer_epoch>{.since = 3});

template <>
inline constexpr auto kTable<InitProducerIdResponse> = message(
    versions_of(ApiKey::kInitProducerId),
    Field<&InitProducerIdResponse::throttle_time_ms>{.ignorable = true},
    Field<&InitProducerIdResponse::error_code>{},
    Field<&InitProducerIdResponse::producer_id>{},
    Field<&InitProducerIdResponse::producer_epoch>{});

// clang-format on
template struct Codec<InitProducerIdRequest>;
template struct Codec<InitProducerIdResponse>;

}  // namespace wharf::kafka
