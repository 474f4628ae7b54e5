#include "log/state_salvage.hpp"

#include <map>

#include <gtest/gtest.h>

#include "log/log_testing.hpp"

namespace wharf::log {
namespace {

using testing::batch_bytes_of;
using testing::test_partition;

constexpr Offset kBegin{100};

/// A state that carries batches of so many records each.
PartitionState carrying(std::initializer_list<int> batches) {
  PartitionState state;
  state.id = test_partition(1);
  state.log_start = state.stored_end = kBegin;
  Offset next = kBegin;
  for (int records : batches) {
    std::vector<std::byte> batch = batch_bytes_of({.records = records, .number = next.value});
    stamp_base_offset(batch, next);
    next = next.plus(records);
    state.carried.insert(state.carried.end(), batch.begin(), batch.end());
  }
  return state;
}

std::vector<std::byte> encoded(const PartitionState& state) {
  std::vector<std::byte> bytes;
  state.encode(bytes);
  return bytes;
}

struct Contents {
  std::map<Offset, std::vector<std::byte>> batches;
  Offset end;  // of what is missing behind them, too
};
Contents contents_of(const PartitionState& state) {
  Contents contents{{}, state.stored_end};
  for (ByteView rest = state.carried; !rest.empty();) {
    Result<BatchView> read = read_batch(rest);
    EXPECT_TRUE(read) << read.error().message;
    if (!read) break;
    const BatchView& batch = *read;
    rest = rest.subspan(batch.header.size_bytes);
    EXPECT_TRUE(validate_checksum(batch.bytes));
    EXPECT_GE(batch.header.base_offset, contents.end);
    contents.end = batch.header.next_offset();
    if (batch.header.record_count > 0)
      contents.batches[batch.header.base_offset] = {batch.bytes.begin(), batch.bytes.end()};
  }
  return contents;
}

std::optional<PartitionState> with_flipped(const PartitionState& state, std::size_t bit, const PartitionState* older) {
  std::vector<std::byte> bytes = encoded(state);
  bytes[bit / 8] ^= std::byte{1} << bit % 8;
  return salvage_state(state.id, bytes, older);
}

/// Nothing but what was stored, where it was stored, and no offset is given twice. Of each batch one bit is not under
/// its checksum and may yet be flipped: those of its leader epoch.
std::string difference(const Contents& found, const Contents& stored, std::size_t most_missing) {
  for (const auto& [base, batch] : found.batches) {
    auto same = stored.batches.find(base);
    if (same == stored.batches.end()) return "a batch that nobody wrote, at " + std::to_string(base.value);
    bool is_same = std::ranges::equal(ByteView(batch).subspan(batch_field::kMagic),
                                      ByteView(same->second).subspan(batch_field::kMagic));
    if (!is_same) return "another batch at " + std::to_string(base.value);
  }
  if (stored.batches.size() - found.batches.size() > most_missing) return "more than one batch is gone";
  if (found.end < stored.end) return "offsets would be given again";
  return "";
}

TEST(StateSalvage, AFlippedBitCostsTheBatchThatItIsInAndNoOther) {
  for (const PartitionState& state : {carrying({1}), carrying({1, 1}), carrying({2, 1, 3, 1})}) {
    Contents stored = contents_of(state);
    std::size_t bits = encoded(state).size() * 8;
    std::size_t whole = 0;
    for (std::size_t bit = 0; bit < bits; ++bit) {
      std::optional<PartitionState> saved = with_flipped(state, bit, nullptr);
      ASSERT_TRUE(saved) << bit;
      EXPECT_EQ(saved->log_start, kBegin) << bit;
      Contents found = contents_of(*saved);
      ASSERT_EQ(difference(found, stored, 1), "") << "bit " << bit;
      if (found.batches.size() == stored.batches.size()) ++whole;
    }
    EXPECT_GE(whole, (bits - 8 * state.carried.size()) + 8 * 8) << "the state's own bits, and most of an offset's";
  }
}

TEST(StateSalvage, WhatAnOlderStateCarriedFillsTheGap) {
  PartitionState state = carrying({2, 1, 3, 1});
  PartitionState older = carrying({2, 1, 3});
  Contents stored = contents_of(state);
  std::size_t last = encoded(state).size() - batch_bytes_of({}).size();
  for (std::size_t bit = 0; bit < last * 8; ++bit) {
    std::optional<PartitionState> saved = with_flipped(state, bit, &older);
    ASSERT_TRUE(saved) << bit;
    ASSERT_EQ(difference(contents_of(*saved), stored, bit / 8 + 200 > last ? 1 : 0), "") << "bit " << bit;
  }
}

// What was saved of one may be damaged in its turn.
TEST(StateSalvage, OffsetsThatAnEarlierDamageTookAreNotGivenAgain) {
  PartitionState state = carrying({2, 1, 3, 1});
  Contents stored = contents_of(state);
  std::size_t last_bit = encoded(state).size() * 8 - 1;
  std::optional<PartitionState> once = with_flipped(state, last_bit, nullptr);
  ASSERT_TRUE(once);
  ASSERT_EQ(contents_of(*once).batches.size(), 3u);
  for (std::size_t bit = 0; bit < encoded(*once).size() * 8; ++bit) {
    for (const PartitionState* older :
         {static_cast<const PartitionState*>(nullptr), static_cast<const PartitionState*>(&*once)}) {
      std::optional<PartitionState> twice = with_flipped(*once, bit, older);
      ASSERT_TRUE(twice) << bit;
      ASSERT_EQ(difference(contents_of(*twice), stored, 2), "") << "bit " << bit;
    }
  }
}

TEST(StateSalvage, OfAZeroedStretchTheRestIsSavedWithTheRightOffsets) {
  PartitionState state = carrying({2, 1, 3, 1, 1, 2, 5, 1});
  Contents stored = contents_of(state);
  std::vector<std::byte> bytes = encoded(state);
  for (std::size_t begin = 0; begin + 150 < bytes.size(); ++begin) {
    std::vector<std::byte> damaged = bytes;
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(begin), 150, std::byte{0});
    std::optional<PartitionState> saved = salvage_state(state.id, damaged, nullptr);
    ASSERT_TRUE(saved) << begin;
    ASSERT_EQ(difference(contents_of(*saved), stored, 3), "") << "zeros from " << begin;
  }
}

TEST(StateSalvage, ThereIsNothingInAStateThatCarriesNothingOrIsLargerThanOneThatDoes) {
  PartitionState state = carrying({});
  EXPECT_FALSE(with_flipped(state, 100, nullptr));
  std::vector<std::byte> large = encoded(carrying({1}));
  large.resize(1 << 20);
  EXPECT_FALSE(salvage_state(state.id, large, nullptr));
}

}  // namespace
}  // namespace wharf::log
