#include "queue/core/schedule_bucket.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "model/error.hpp"
#include "queue/core/types.hpp"

namespace wharf::queue {
namespace {

constexpr std::int64_t kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;

struct Level {
  std::int64_t width_ms;
  std::int64_t reach_ms;  // for messages that wait less than this
};
constexpr std::array<Level, 4> kLevels{
    {{10 * kMinute, kHour}, {2 * kHour, kDay}, {kDay, 60 * kDay}, {30 * kDay, INT64_MAX}}};

constexpr std::array<std::uint8_t, 4> kMark{'s', 'c', 'h', 'd'};
constexpr std::uint8_t kStateLevel = 0xFF;
/// Behind a queue's own partitions.
constexpr std::int32_t kFirstSchedulePartition = kFirstQueuePartition + 512;

TopicId topic_of(const BucketId& bucket) {
  TopicId id;
  std::ranges::copy(kMark, id.bytes.begin());
  id.bytes[4] = bucket.level;  // byte 6 stays 0: a random id has its version there
  for (std::size_t i = 0; i < 4; ++i) {
    id.bytes[8 + i] = static_cast<std::uint8_t>(bucket.number >> (24 - 8 * i));
    id.bytes[12 + i] = static_cast<std::uint8_t>(bucket.generation >> (24 - 8 * i));
  }
  return id;
}

std::uint32_t number_at(const TopicId& id, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | id.bytes[at + i];
  return number;
}

BucketId read_back(const TopicId& id) {
  return {id.bytes[4], number_at(id, 8), number_at(id, 12)};
}

PartitionId in_lane(const BucketId& bucket, Lane lane) {
  return {topic_of(bucket), PartitionIndex(kFirstSchedulePartition + static_cast<std::int32_t>(lane.value))};
}

/// A number and the '-' behind it, taken from `text`.
template <class Number>
bool take_number(std::string_view& text, Number& into, int base = 10) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into, base);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return true;
  if (text.front() != '-') return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Timestamp begin_of(const BucketId& bucket) {
  return Timestamp{bucket.number * kLevels[bucket.level].width_ms};
}
Timestamp end_of(const BucketId& bucket) {
  return Timestamp{(std::int64_t{bucket.number} + 1) * kLevels[bucket.level].width_ms};
}

BucketId bucket_for(Timestamp due, Timestamp now) {
  std::uint8_t level = 0;
  while (due.ms - now.ms >= kLevels[level].reach_ms) ++level;
  return {level, static_cast<std::uint32_t>(due.ms / kLevels[level].width_ms), 0};
}

PartitionId messages_of(const BucketId& bucket, Lane lane) {
  return in_lane(bucket, lane);
}
PartitionId schedule_state_of(Lane lane) {
  return in_lane({kStateLevel, 0, 0}, lane);
}

std::optional<Lane> lane_of(const PartitionId& partition) {
  if (!std::ranges::equal(std::span(partition.topic.bytes).first(kMark.size()), kMark)) return std::nullopt;
  if (partition.index.value < kFirstSchedulePartition) return std::nullopt;
  Lane lane(static_cast<std::uint32_t>(partition.index.value - kFirstSchedulePartition));
  // Nothing but our own names: all other bytes are as we write them.
  if (topic_of(read_back(partition.topic)) != partition.topic) return std::nullopt;
  return lane;
}

std::optional<BucketId> bucket_of(const PartitionId& partition) {
  if (!lane_of(partition)) return std::nullopt;
  BucketId bucket = read_back(partition.topic);
  if (bucket.level >= kLevels.size()) return std::nullopt;
  return bucket;
}

std::string ScheduledId::text() const {
  return fmt::format("{}-{}-{}-{:08x}-{}", lane.value, bucket.level, bucket.number, bucket.generation, offset.value);
}

std::optional<ScheduledId> ScheduledId::from_text(std::string_view text) {
  ScheduledId id;
  if (text.ends_with('-')) return std::nullopt;
  bool read = take_number(text, id.lane.value) && take_number(text, id.bucket.level) &&
              take_number(text, id.bucket.number) && take_number(text, id.bucket.generation, 16) &&
              take_number(text, id.offset.value) && text.empty();
  if (!read || id.bucket.level >= kLevels.size() || id.offset.value < 0) return std::nullopt;
  return id;
}

}  // namespace wharf::queue
