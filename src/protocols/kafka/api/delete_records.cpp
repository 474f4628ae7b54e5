#include "protocols/kafka/api/delete_records.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<DeleteRecordsRequest::Partition> = fields(
    Field<&DeleteRecordsRequest::Partition::partition_index>{},
    Field<&DeleteRecordsRequest::Partition::offset>{});

template <>
inline constexpr auto kTable<DeleteRecordsRequest::Topic> = fields(
    Field<&DeleteRecordsRequest::Topic::name>{},
    Field<&DeleteRecordsRequest::Topic::partitions>{});

template <>
inline constexpr auto kTable<DeleteRecordsRequest> = message(
    versions_of(ApiKey::kDeleteRecords),
    Field<&DeleteRecordsRequest::topics>{},
    Field<&DeleteRecordsRequest::timeout_ms>{});

template <>
inline constexpr auto kTable<DeleteRecordsResponse::Partition> = fields(
    Field<&DeleteRecordsResponse::Partition::partition_index>{},
    Field<&DeleteRecordsResponse::Partition::low_watermark>{},
    Field<&DeleteRecordsResponse::Partition::error_code>{});

template <>
inline constexpr auto kTable<DeleteRecordsResponse::Topic> = fields(
    Field<&DeleteRecordsResponse::Topic::name>{},
    Field<&DeleteRecordsResponse::Topic::partitions>{});

template <>
inline constexpr auto kTable<DeleteRecordsResponse> = message(
    versions_of(ApiKey::kDeleteRecords),
    Field<&DeleteRecordsResponse::throttle_time_ms>{},
    Field<&DeleteRecordsResponse::topics>{});

// clang-format on
template struct Codec<DeleteRecordsRequest>;
template struct Codec<DeleteRecordsResponse>;

}  // namespace wharf::kafka
