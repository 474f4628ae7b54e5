#include "log/file_cache.hpp"

#include <deque>

#include <gtest/gtest.h>

#include "model/bytes.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::log {
namespace {

std::shared_ptr<runtime::File> open(CachedFile& file, const char* name) {
  return *file.get(runtime::OpenMode::kCreate, [name] { return std::filesystem::path(name); });
}

TEST(FileCache, TheLeastRecentlyUsedFileIsClosedAndReadersKeepTheirs) {
  runtime::MemoryFileSystem files(1 << 20);
  FileCache cache(files, 2);
  CachedFile one(cache), two(cache), three(cache);
  std::shared_ptr<runtime::File> held = open(one, "1");
  ASSERT_TRUE(held->write_at(0, as_bytes("text")).has_value());
  open(two, "2");
  open(one, "1");
  open(three, "3");
  EXPECT_TRUE(one.is_open());
  EXPECT_FALSE(two.is_open());
  EXPECT_EQ(cache.open_files(), 2u);
  open(two, "2");
  EXPECT_FALSE(one.is_open());
  std::byte bytes[4];
  EXPECT_EQ(*held->read_at(0, bytes), 4u);
  EXPECT_EQ(as_text(bytes), "text");
}

class ScarceFiles : public testing::Test {
 protected:
  void poll() {
    while (shard_.poll() > 0) continue;
  }
  runtime::SystemClock clock_;
  runtime::ThreadPool pool_{0};
  runtime::Shard shard_{ShardIndex(0), clock_, pool_};
  runtime::MemoryFileSystem files_{1 << 20};
};

TEST_F(ScarceFiles, TheLeastRecentlyUsedGiveWayToClientsAndComeBackInTheirTurn) {
  runtime::Descriptors descriptors(8);  // six connections, with files seven
  FileCache cache(files_, 100, &descriptors, &shard_);
  CachedFile one(cache), two(cache), three(cache);
  for (CachedFile* file : {&one, &two, &three}) open(*file, "name");
  EXPECT_EQ(cache.open_files(), 3u);
  while (descriptors.admit()) continue;
  poll();
  EXPECT_TRUE(three.is_open());
  EXPECT_EQ(cache.open_files(), 1u);
  open(one, "name");
  EXPECT_TRUE(one.is_open());
  EXPECT_FALSE(three.is_open());
  descriptors.leave();
  open(two, "name");
  EXPECT_EQ(cache.open_files(), 2u);
}

TEST_F(ScarceFiles, ThoseOfOneWhoHasMoreThanItsShareGoBeforeThoseOfAnother) {
  runtime::Descriptors descriptors(80);  // seventy to be counted
  FileCache idle(files_, 100, &descriptors, &shard_), busy(files_, 100, &descriptors, &shard_);
  std::deque<CachedFile> of_idle, of_busy;
  for (int i = 0; i < 70; ++i) open(of_idle.emplace_back(idle), "name");
  for (int i = 0; i < 20; ++i) {
    open(of_busy.emplace_back(busy), "name");
    poll();
  }
  EXPECT_EQ(busy.open_files(), 20u);
  EXPECT_EQ(idle.open_files(), 50u);
}

TEST_F(ScarceFiles, WhoOpensManyAtOnceDoesNotWaitForOthersWithoutEnd) {
  runtime::Descriptors descriptors(80);
  FileCache idle(files_, 100, &descriptors, &shard_), busy(files_, 100, &descriptors, &shard_);
  std::deque<CachedFile> of_idle, of_busy;
  for (int i = 0; i < 70; ++i) open(of_idle.emplace_back(idle), "name");
  for (int i = 0; i < 20; ++i) open(of_busy.emplace_back(busy), "name");
  EXPECT_LE(busy.open_files() + idle.open_files(), 80u);
  poll();
  EXPECT_LE(busy.open_files() + idle.open_files(), 70u);
}

}  // namespace
}  // namespace wharf::log
