// What is saved of a state with anything in its bytes: its batches are sound, in order, and fit where a start puts
// them. Input: a selector byte; then either a state as it stands, or pieces (where, how many bytes, what) that are
// written over a sound one.
#include <cstdint>
#include <vector>

#include "log/log_testing.hpp"
#include "log/state_salvage.hpp"

namespace wharf::log {
namespace {

constexpr std::size_t kPieceBytes = 4;

PartitionState carrying() {
  PartitionState state;
  state.id = testing::test_partition(1);
  state.log_start = state.stored_end = Offset{1000};
  state.epochs.begin(LeaderEpoch{3}, state.stored_end);
  Offset next = state.stored_end;
  for (int records : {1, 2, 1, 3}) {
    std::vector<std::byte> batch = testing::batch_bytes_of({.records = records, .number = next.value});
    stamp_base_offset(batch, next);
    stamp_leader_epoch(batch, LeaderEpoch{3});
    next = next.plus(records);
    state.carried.insert(state.carried.end(), batch.begin(), batch.end());
  }
  return state;
}

void write_over(std::vector<std::byte>& bytes, ByteView pieces) {
  for (; pieces.size() >= kPieceBytes; pieces = pieces.subspan(kPieceBytes)) {
    std::size_t at = (static_cast<std::size_t>(pieces[0]) << 8 | static_cast<std::size_t>(pieces[1])) % bytes.size();
    std::size_t count = std::min(static_cast<std::size_t>(pieces[2]) + 1, bytes.size() - at);
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, pieces[3]);
  }
}

void check(const PartitionState& saved) {
  Offset end = saved.stored_end;
  WHARF_ASSERT(end >= Offset{0} && saved.log_start <= end && !saved.has_segment);
  for (ByteView rest = saved.carried; !rest.empty();) {
    Result<BatchView> batch = read_batch(rest);
    WHARF_ASSERT(batch && validate_checksum(batch->bytes) && batch->header.base_offset >= end);
    end = batch->header.next_offset();
    rest = rest.subspan(batch->header.size_bytes);
  }
  std::vector<std::byte> again;
  saved.encode(again);
  ByteView bytes = again;
  WHARF_ASSERT(PartitionState::decode(bytes) && bytes.empty());
}

void survive(ByteView input) {
  if (input.empty()) return;
  auto selector = static_cast<unsigned>(input[0]);
  static const PartitionState sound = carrying();
  std::vector<std::byte> bytes(input.begin() + 1, input.end());
  if ((selector & 1u) != 0) {
    bytes.clear();
    sound.encode(bytes);
    write_over(bytes, input.subspan(1));
  }
  std::optional<PartitionState> saved = salvage_state(sound.id, bytes, (selector & 2u) != 0 ? &sound : nullptr);
  if (saved) check(*saved);
}

}  // namespace
}  // namespace wharf::log

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wharf::log::survive(wharf::ByteView(reinterpret_cast<const std::byte*>(data), size));
  return 0;
}
