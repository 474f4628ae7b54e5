#include "log/segment_rewrite.hpp"

#include <gtest/gtest.h>

#include "log/log_testing.hpp"
#include "log/segment_files.hpp"

namespace wharf::log {
namespace {

using testing::LogFixture;
using testing::TestBatch;

/// Five batches of two records in one file, the third of which is damaged.
struct Damaged {
  Damaged() {
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(fixture.append(TestBatch{.records = 2, .number = i * 2}));
    fixture.reopen();
    folder = fixture.log->stored().folder();
    file = folder / segment_file_name(Offset{0}, kLogSuffix);
    size = static_cast<std::uint32_t>(fixture.stored[0].size());
    EXPECT_TRUE(fixture.disk->flip_bit(file, (2 * size + 70) * 8));
    before = bytes();
  }
  std::vector<std::byte> bytes() { return *runtime::read_whole(*fixture.disk, file, 1 << 20); }
  Result<void> rewrite(const SuspectSegment& segment) { return rewrite_segment(*fixture.disk, folder, segment); }

  LogFixture fixture;
  std::filesystem::path folder, file;
  std::uint32_t size = 0;  // of a batch
  std::vector<std::byte> before;
};

/// A checkpoint could never be made again where a segment had damage and a sync had failed.
TEST(SegmentRewrite, KnownDamageIsCopiedAsItIsAndDamageThatIsNewEndsIt) {
  Damaged log;
  Result<void> unknown = log.rewrite({Offset{0}, 5 * log.size});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kDamaged);
  DamagedSpan span{2 * log.size, 3 * log.size, Offset{4}, Offset{6}};
  ASSERT_TRUE(log.rewrite({Offset{0}, 5 * log.size, 0, {span}}));
  EXPECT_EQ(log.bytes(), log.before);
}

/// It came from the disk, where it is: no checkpoint of the shard could be made for it.
TEST(SegmentRewrite, WhatWasOnDiskBeforeIsCopiedSoundOrNot) {
  Damaged log;
  ASSERT_TRUE(log.rewrite({Offset{0}, 5 * log.size, 3 * log.size}));
  EXPECT_EQ(log.bytes(), log.before);
  EXPECT_FALSE(log.rewrite({Offset{0}, 5 * log.size, 2 * log.size}));
}

}  // namespace
}  // namespace wharf::log
