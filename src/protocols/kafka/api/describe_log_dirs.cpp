#include "protocols/kafka/api/describe_log_dirs.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<DescribeLogDirsRequest::Topic> = fields(
    Field<&DescribeLogDirsRequest::Topic::topic>{},
    Field<&DescribeLogDirsRequest::Topic::partitions>{});

template <>
inline constexpr auto kTable<DescribeLogDirsRequest> = message(
    versions_of(ApiKey::kDescribeLogDirs),
    Field<&DescribeLogDirsRequest::topics>{.nullable_since = 0});

template <>
inline constexpr auto kTable<DescribeLogDirsResponse::Partition> = fields(
    Field<&DescribeLogDirsResponse::Partition::partition_index>{},
    Field<&DescribeLogDirsResponse::Partition::partition_size>{},
    Field<&DescribeLogDirsResponse::Partition::offset_lag>{},
    Field<&DescribeLogDirsResponse::Partition::is_future_key>{});

template <>
inline constexpr auto kTable<DescribeLogDirsResponse::Topic> = fields(
    Field<&DescribeLogDirsResponse::Topic::name>{},
    Field<&DescribeLogDirsResponse::Topic::partitions>{});

template <>
inline constexpr auto kTable<DescribeLogDirsResponse::LogDir> = fields(
    Field<&DescribeLogDirsResponse::LogDir::error_code>{},
    Field<&DescribeLogDirsResponse::LogDir::log_dir>{},
    Field<&DescribeLogDirsResponse::LogDir::topics>{},
    Field<&DescribeLogDirsResponse::LogDir::total_bytes>{.since = 4, .ignorable = true},
    Field<&DescribeLogDirsResponse::LogDir::usable_bytes>{.since = 4, .ignorable = true},
    Field<&DescribeLogDirsResponse::LogDir::is_cordoned>{.since = 5, .ignorable = true});

template <>
inline constexpr auto kTable<DescribeLogDirsResponse> = message(
    versions_of(ApiKey::kDescribeLogDirs),
    Field<&DescribeLogDirsResponse::throttle_time_ms>{},
    Field<&DescribeLogDirsResponse::error_code>{.since = 3, .ignorable = true},
    Field<&DescribeLogDirsResponse::results>{});

// clang-format on
template struct Codec<DescribeLogDirsRequest>;
template struct Codec<DescribeLogDirsResponse>;

}  // namespace wharf::kafka
