#include "log/segment_files.hpp"

#include <gtest/gtest.h>

#include "log/log_testing.hpp"
#include "sim/faulty_file_system.hpp"

namespace wharf::log {
namespace {

/// A folder in which compaction was ended between its output and the exchange: of the segments at 0 and 5, the one that
/// grows begins at 10.
struct Interrupted {
  explicit Interrupted(bool has_begun) {
    EXPECT_TRUE(disk.create_folders("p"));
    for (std::int64_t base : {0, 5, 10}) write(name(base), {base, base + 1, base + 2, base + 3, base + 4});
    write(output(), {2, 4, 9});
    if (has_begun) EXPECT_TRUE(rename_segment_files(disk, "p", Offset{5}, "", kDeletedSuffix));
  }

  static std::string name(std::int64_t base) { return segment_file_name(Offset{base}, kLogSuffix); }
  static std::string output() { return name(0) + kSwapSuffix; }
  void write(const std::string& file, const std::vector<std::int64_t>& offsets) {
    std::vector<std::byte> bytes;
    for (std::int64_t offset : offsets) {
      std::vector<std::byte> batch = testing::batch_bytes_of({.number = offset});
      stamp_base_offset(batch, Offset{offset});
      batch_bytes = batch.size();
      bytes.insert(bytes.end(), batch.begin(), batch.end());
    }
    EXPECT_TRUE(runtime::replace_file(disk, std::filesystem::path("p") / file, bytes));
  }
  std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const runtime::FolderEntry& entry : *disk.list("p")) all.push_back(entry.name);
    return all;
  }
  std::size_t batches(std::int64_t base) {
    return runtime::read_whole(disk, std::filesystem::path("p") / name(base), 1 << 20)->size() / batch_bytes;
  }

  sim::FaultyFileSystem disk{1};
  std::size_t batch_bytes = 0;
};

TEST(SegmentFiles, FinishedOutputOfCompactionTakesThePlaceOfItsSources) {
  for (bool has_begun : {false, true}) {
    Interrupted left(has_begun);
    ASSERT_TRUE(tidy_segment_files(left.disk, "p"));
    EXPECT_EQ(left.names(), (std::vector{Interrupted::name(0), Interrupted::name(10)}));
    EXPECT_EQ(left.batches(0), 3u);
  }
}

/// Of the output's three batches, with this bit of the base offset of one turned over.
bool still_rises(std::uint64_t batch, std::uint64_t bit) {
  std::int64_t offsets[] = {2, 4, 9};
  offsets[batch] ^= std::int64_t{1} << ((7 - bit / 8) * 8 + bit % 8);
  return offsets[0] >= 0 && offsets[0] < offsets[1] && offsets[1] < offsets[2] && offsets[2] == 9;
}

TEST(SegmentFiles, DamagedOutputOfCompactionTakesNoSegmentAlong) {
  for (bool has_begun : {false, true}) {
    const std::size_t batch_bytes = Interrupted(false).batch_bytes;
    for (std::uint64_t batch : {0, 1, 2}) {
      for (std::uint64_t bit = 0; bit < batch_bytes * 8; bit += bit < 64 ? 1 : 37) {
        constexpr std::uint64_t kEpoch = 12 * 8;  // no checksum covers it, and it says nothing of offsets
        if (bit >= kEpoch && bit < kEpoch + 32) continue;
        if (bit < 64 && still_rises(batch, bit)) continue;  // nothing tells
        Interrupted left(has_begun);
        ASSERT_TRUE(
            left.disk.flip_bit(std::filesystem::path("p") / Interrupted::output(), batch * batch_bytes * 8 + bit));
        ASSERT_TRUE(tidy_segment_files(left.disk, "p"));
        ASSERT_EQ(left.names(), (std::vector{Interrupted::name(0), Interrupted::name(5), Interrupted::name(10)}))
            << "batch " << batch << " bit " << bit;
        EXPECT_EQ(left.batches(0), 5u);
      }
    }
  }
}

}  // namespace
}  // namespace wharf::log
