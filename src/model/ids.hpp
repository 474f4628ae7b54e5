#pragma once
// Identifiers that must not be mixed up, each its own type. All are plain values: copy them.
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "model/error.hpp"

namespace wharf {

/// A number with a meaning of its own: `Offset{5}`, `.value`, ordered, hashable, no arithmetic by accident.
template <class Tag, class Number>
struct StrongNumber {
  Number value{};

  constexpr StrongNumber() = default;
  constexpr explicit StrongNumber(Number number) : value(number) {}
  friend constexpr auto operator<=>(StrongNumber, StrongNumber) = default;
  constexpr StrongNumber plus(Number delta) const { return StrongNumber(static_cast<Number>(value + delta)); }
};

/// Position of a record in a partition, dense from 0. Log end and high watermark are the next offset, not the last one.
using Offset = StrongNumber<struct OffsetTag, std::int64_t>;
/// Rises by one at each change of leader (the cluster's term). Stamped into each batch; -1 where none is known.
using LeaderEpoch = StrongNumber<struct LeaderEpochTag, std::int32_t>;
using PartitionIndex = StrongNumber<struct PartitionIndexTag, std::int32_t>;
using ProducerId = StrongNumber<struct ProducerIdTag, std::int64_t>;
using ProducerEpoch = StrongNumber<struct ProducerEpochTag, std::int16_t>;
using NodeId = StrongNumber<struct NodeIdTag, std::int32_t>;
using ShardIndex = StrongNumber<struct ShardIndexTag, std::uint32_t>;

inline constexpr LeaderEpoch kNoLeaderEpoch{-1};
inline constexpr ProducerId kNoProducerId{-1};
inline constexpr ProducerEpoch kNoProducerEpoch{-1};

/// 128 random bits. Names may be used again; ids never are. Zero means "none" (KIP-516) and is never handed out.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  bool is_zero() const { return *this == Uuid{}; }
  friend auto operator<=>(const Uuid&, const Uuid&) = default;

  /// 32 hexadecimal digits, lower case: safe as a folder name.
  std::string hex() const;
  static Result<Uuid> from_hex(std::string_view text);
  /// Kafka's text form: URL-safe base64 without padding, 22 characters.
  std::string base64() const;
};

using TopicId = Uuid;

/// One partition of one topic, by id: what logs, the write-ahead log and shards are keyed by.
struct PartitionId {
  TopicId topic;
  PartitionIndex index;

  friend auto operator<=>(const PartitionId&, const PartitionId&) = default;
  /// `<32 hex digits>-<index>`: the partition's folder under logs/.
  std::string folder() const;
  static Result<PartitionId> from_folder(std::string_view name);
};

}  // namespace wharf

template <class Tag, class Number>
struct std::hash<wharf::StrongNumber<Tag, Number>> {
  std::size_t operator()(wharf::StrongNumber<Tag, Number> number) const { return std::hash<Number>()(number.value); }
};
template <>
struct std::hash<wharf::Uuid> {
  std::size_t operator()(const wharf::Uuid& id) const {  // random bits already: fold, do not mix
    std::uint64_t high = 0, low = 0;
    for (std::size_t i = 0; i < 8; ++i) high = high << 8 | id.bytes[i], low = low << 8 | id.bytes[i + 8];
    return high ^ low;
  }
};
template <>
struct std::hash<wharf::PartitionId> {
  std::size_t operator()(const wharf::PartitionId& id) const {
    return std::hash<wharf::Uuid>()(id.topic) + 0x9E3779B97F4A7C15ull * (static_cast<std::uint32_t>(id.index.value) + 1);
  }
};
