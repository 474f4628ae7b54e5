#include "log/segment_rewrite.hpp"

#include <gtest/gtest.h>

#include "log/log_testing.hpp"
#include "log/segment_files.hpp"

namespace wharf::log {
namespace {

using testing::LogFixture;
using testing::TestBatch;

/// A checkpoint could never be made again where a segment had damage and a sync had failed.
TEST(SegmentRewrite, KnownDamageIsCopiedAsItIsAndDamageThatIsNewEndsIt) {
  LogFixture fixture;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(fixture.append(TestBatch{.records = 2, .number = i * 2}));
  fixture.reopen();
  std::filesystem::path folder = fixture.log->stored().folder();
  std::filesystem::path file = folder / segment_file_name(Offset{0}, kLogSuffix);
  auto size = static_cast<std::uint32_t>(fixture.stored[0].size());
  ASSERT_TRUE(fixture.disk->flip_bit(file, (2 * size + 70) * 8));
  std::vector<std::byte> before = *runtime::read_whole(*fixture.disk, file, 1 << 20);

  Result<void> unknown = rewrite_segment(*fixture.disk, folder, {Offset{0}, 5 * size});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kDamaged);
  DamagedSpan span{2 * size, 3 * size, Offset{4}, Offset{6}};
  ASSERT_TRUE(rewrite_segment(*fixture.disk, folder, {Offset{0}, 5 * size, 0, {span}}));
  EXPECT_EQ(*runtime::read_whole(*fixture.disk, file, 1 << 20), before);
}

/// It came from the disk, where it is: no checkpoint of the shard could be made for it.
TEST(SegmentRewrite, WhatWasOnDiskBeforeIsCopiedSoundOrNot) {
  LogFixture fixture;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(fixture.append(TestBatch{.records = 2, .number = i * 2}));
  fixture.reopen();
  std::filesystem::path folder = fixture.log->stored().folder();
  std::filesystem::path file = folder / segment_file_name(Offset{0}, kLogSuffix);
  auto size = static_cast<std::uint32_t>(fixture.stored[0].size());
  ASSERT_TRUE(fixture.disk->flip_bit(file, (2 * size + 70) * 8));
  std::vector<std::byte> before = *runtime::read_whole(*fixture.disk, file, 1 << 20);
  ASSERT_TRUE(rewrite_segment(*fixture.disk, folder, {Offset{0}, 5 * size, 3 * size}));
  EXPECT_EQ(*runtime::read_whole(*fixture.disk, file, 1 << 20), before);
  EXPECT_FALSE(rewrite_segment(*fixture.disk, folder, {Offset{0}, 5 * size, 2 * size}));
}

}  // namespace
}  // namespace wharf::log
