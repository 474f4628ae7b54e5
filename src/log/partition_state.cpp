#include "log/partition_state.hpp"

#include <fmt/format.h>

#include "log/stored_numbers.hpp"

namespace wharf::log {
namespace {

constexpr std::int8_t kVersion = 2;
constexpr std::int8_t kWithoutCarried = 1;
constexpr std::int8_t kHasSegment = 1;
constexpr std::int8_t kSealed = 2;
constexpr std::size_t kFixedBytes = 16 + 4 + 8 * 3 + 4 + 1 + 1 + 8 + 8 + 8 + 8 + 8;

}  // namespace

void PartitionState::encode(std::vector<std::byte>& into) const {
  put_number(into, kVersion);
  ByteView topic = std::as_bytes(std::span(id.topic.bytes));
  into.insert(into.end(), topic.begin(), topic.end());
  put_number(into, id.index.value);
  put_number(into, log_start.value);
  put_number(into, stored_end.value);
  put_number(into, segment_base.value);
  put_number(into, segment_bytes);
  put_number(into, static_cast<std::int8_t>((has_segment ? kHasSegment : 0) | (segment_sealed ? kSealed : 0)));
  put_number(into, static_cast<std::int8_t>(segment_max.has_value()));
  put_number(into, segment_max.value_or(MaxTimestamp{}).timestamp.ms);
  put_number(into, segment_max.value_or(MaxTimestamp{}).offset.value);
  put_number(into, size_bytes);
  put_number(into, gaps_below.value);
  put_number(into, cleaned_to.value);
  epochs.encode(into);
  producers.encode(into);
  put_number(into, static_cast<std::uint32_t>(carried.size()));
  into.insert(into.end(), carried.begin(), carried.end());
}

Result<PartitionState> PartitionState::decode(ByteView& from) {
  auto version = take_number<std::int8_t>(from);
  if (!version) return fail(ErrorCode::kDamaged, "a partition's state is cut");
  if (*version != kVersion && *version != kWithoutCarried) {
    return fail(ErrorCode::kUnsupportedVersion, fmt::format("a partition's state has version {}, this program knows {}", *version, kVersion));
  }
  if (from.size() < kFixedBytes) return fail(ErrorCode::kDamaged, "a partition's state is cut");
  PartitionState state;
  std::memcpy(state.id.topic.bytes.data(), from.data(), state.id.topic.bytes.size());
  from = from.subspan(state.id.topic.bytes.size());
  state.id.index = PartitionIndex{*take_number<std::int32_t>(from)};
  state.log_start = Offset{*take_number<std::int64_t>(from)};
  state.stored_end = Offset{*take_number<std::int64_t>(from)};
  state.segment_base = Offset{*take_number<std::int64_t>(from)};
  state.segment_bytes = *take_number<std::uint32_t>(from);
  std::int8_t segment_bits = *take_number<std::int8_t>(from);
  state.has_segment = (segment_bits & kHasSegment) != 0;
  state.segment_sealed = (segment_bits & kSealed) != 0;
  bool has_max = *take_number<std::int8_t>(from) != 0;
  MaxTimestamp max;
  max.timestamp = Timestamp{*take_number<std::int64_t>(from)};
  max.offset = Offset{*take_number<std::int64_t>(from)};
  if (has_max) state.segment_max = max;
  state.size_bytes = *take_number<std::uint64_t>(from);
  state.gaps_below = Offset{*take_number<std::int64_t>(from)};
  state.cleaned_to = Offset{*take_number<std::int64_t>(from)};
  bool plausible = state.log_start >= Offset{0} && state.stored_end >= state.log_start;
  if (!plausible) return fail(ErrorCode::kDamaged, "a partition's state contradicts itself");

  Result<LeaderEpochs> epochs = LeaderEpochs::decode(from);
  if (!epochs) return fail(epochs.error());
  state.epochs = std::move(*epochs);
  Result<ProducerStates> producers = ProducerStates::decode(from);
  if (!producers) return fail(producers.error());
  state.producers = std::move(*producers);
  if (*version == kWithoutCarried) return state;
  auto carried_bytes = take_number<std::uint32_t>(from);
  if (!carried_bytes || *carried_bytes > from.size()) return fail(ErrorCode::kDamaged, "a partition's state is cut");
  state.carried.assign(from.begin(), from.begin() + *carried_bytes);
  from = from.subspan(*carried_bytes);
  return state;
}

}  // namespace wharf::log
