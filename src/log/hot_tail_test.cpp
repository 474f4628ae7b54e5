#include "log/hot_tail.hpp"

#include <deque>

#include <gtest/gtest.h>

#include "log/log_testing.hpp"

namespace wharf::log {
namespace {

using testing::batch_bytes_of;
using testing::headers_in;
using testing::joined;
using testing::owned_batch;
using testing::test_partition;
using testing::TestBatch;

struct TailFixture {
  void append(std::size_t value_bytes, int records = 1) {
    OwnedBatches batch = owned_batch({.records = records, .value_bytes = value_bytes});
    stamp_base_offset(batch.bytes, next);
    Offset first = next;
    next = next.plus(records);
    tail.append(batch, first, next);
    all.insert(all.end(), batch.bytes.begin(), batch.bytes.end());
  }
  HotTailBudget budget;
  HotTail tail{budget, test_partition(1)};
  Offset next{0};
  std::vector<std::byte> all;
};

TEST(HotTail, WhatWasAppendedIsReadFromAnyOffsetInWholeBatches) {
  TailFixture fixture;
  for (int i = 0; i < 300; ++i) fixture.append(i % 50 == 0 ? 20'000 : 10 + static_cast<std::size_t>(i), 1 + i % 3);
  std::vector<runtime::OutPiece> pieces;
  Offset next;
  EXPECT_EQ(fixture.tail.read(Offset{0}, 1 << 30, fixture.next, false, pieces, next), fixture.all.size());
  EXPECT_EQ(joined(pieces), fixture.all);
  EXPECT_EQ(next, fixture.next);
  for (std::int64_t from = 0; from < fixture.next.value; from += 7) {
    pieces.clear();
    std::size_t bytes = fixture.tail.read(Offset{from}, 5000, fixture.next, true, pieces, next);
    std::vector<BatchHeader> headers = headers_in(joined(pieces));
    EXPECT_LE(headers.front().base_offset.value, from);
    EXPECT_GT(headers.front().next_offset().value, from);
    EXPECT_TRUE(bytes <= 5000 || headers.size() == 1);
    EXPECT_EQ(next, headers.back().next_offset());
  }
  pieces.clear();
  fixture.tail.read(Offset{0}, 1 << 30, Offset{101}, true, pieces, next);
  EXPECT_LE(headers_in(joined(pieces)).back().next_offset(), Offset{101});
}

TEST(HotTail, SmallBatchesAreCopiedSoThatTheyDoNotPinTheirRequest) {
  TailFixture fixture;
  OwnedBatches small = owned_batch({.value_bytes = 100});
  fixture.tail.append(small, Offset{0}, Offset{1});
  EXPECT_EQ(small.owner.use_count(), 1);
  OwnedBatches large = owned_batch({.value_bytes = HotTail::kPinnedBatchBytes});
  fixture.tail.append(large, Offset{1}, Offset{2});
  EXPECT_EQ(large.owner.use_count(), 2);
}

TEST(HotTail, ABatchThatSeveralPartitionsHaveIsInMemoryOnceAndEachReadsItWithItsOwnHeader) {
  HotTailBudget budget;
  std::vector<std::byte> bytes = batch_bytes_of({.value_bytes = 3 * HotTail::kPinnedBatchBytes});
  OwnedBatches shared = share(bytes);
  std::deque<HotTail> tails;
  for (std::int64_t number = 0; number < 10; ++number) {
    OwnedBatches mine = shared;
    mine.separate_header();
    stamp_base_offset(mine.stamped_part(), Offset{100 + number});
    tails.emplace_back(budget, test_partition(static_cast<std::uint8_t>(number)));
    tails.back().append(mine, Offset{100 + number}, Offset{101 + number});
  }
  EXPECT_EQ(*shared.owner.get(), bytes.front());
  EXPECT_LT(budget.used_bytes, bytes.size() + 10 * kBatchHeaderBytes + 1);
  for (std::int64_t number = 0; number < 10; ++number) {
    const HotTail& tail = tails[static_cast<std::size_t>(number)];
    std::vector<runtime::OutPiece> pieces;
    Offset next;
    EXPECT_EQ(tail.read(Offset{100 + number}, 10, Offset{100 + number}, true, pieces, next), 0u);
    EXPECT_EQ(tail.read(Offset{100 + number}, 10, Offset{101 + number}, false, pieces, next), 0u);
    EXPECT_EQ(tail.read(Offset{100 + number}, 10, Offset{101 + number}, true, pieces, next), bytes.size());
    std::vector<std::byte> read = joined(pieces);
    EXPECT_EQ(headers_in(read).front().base_offset, Offset{100 + number});
    EXPECT_TRUE(std::ranges::equal(ByteView(read).subspan(8), ByteView(bytes).subspan(8)));
  }
  // Whoever is the last to have it has all of it.
  while (tails.size() > 1) tails.pop_front();
  EXPECT_GE(budget.used_bytes, bytes.size());
  tails.clear();
  EXPECT_EQ(budget.used_bytes, 0u);
  EXPECT_EQ(shared.owner.use_count(), 1);
}

TEST(HotTail, DroppingABlockLeavesReadersWhatTheyHoldAndGivesItsMemoryBack) {
  TailFixture fixture;
  for (int i = 0; i < 100; ++i) fixture.append(500);
  std::vector<runtime::OutPiece> pieces;
  Offset next;
  fixture.tail.read(Offset{0}, 1 << 30, fixture.next, true, pieces, next);
  std::size_t used = fixture.budget.used_bytes;
  EXPECT_GE(used, fixture.all.size());
  fixture.tail.drop_oldest_block();
  EXPECT_LT(fixture.budget.used_bytes, used);
  EXPECT_GT(fixture.tail.first(), Offset{0});
  EXPECT_EQ(joined(pieces), fixture.all);
  fixture.tail.clear();
  EXPECT_EQ(fixture.budget.used_bytes, 0u);
  EXPECT_EQ(fixture.budget.live_blocks, 0u);
}

TEST(HotTail, APartitionWithLittleTrafficHoldsLittle) {
  TailFixture fixture;
  fixture.append(50);
  EXPECT_LE(fixture.tail.bytes(), 1024u);
}

}  // namespace
}  // namespace wharf::log
