#include "runtime/direct_writer.hpp"

#include <csignal>
#include <cstring>
#include <new>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "runtime/memory_files.hpp"
#include "runtime/posix_files.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/temporary_folder_testing.hpp"

namespace wharf::runtime {
namespace {

constexpr std::size_t kBlock = kDirectAlignment;

/// Aligned memory, each block full of its own byte.
class Blocks {
 public:
  explicit Blocks(std::size_t count, char first = 'a')
      : bytes_(new(std::align_val_t{kBlock}) std::byte[count * kBlock]), count_(count) {
    for (std::size_t i = 0; i < count; ++i) std::memset(bytes_.get() + i * kBlock, first + static_cast<int>(i), kBlock);
  }
  ByteView part(std::size_t from, std::size_t blocks) const { return {bytes_.get() + from * kBlock, blocks * kBlock}; }
  ByteView all() const { return part(0, count_); }

 private:
  struct AlignedDelete {
    void operator()(std::byte* bytes) const { ::operator delete[](bytes, std::align_val_t{kBlock}); }
  };
  std::unique_ptr<std::byte[], AlignedDelete> bytes_;
  std::size_t count_;
};

/// By io_uring, if the machine has it, and by the work pool.
class DirectWriterTest : public testing::TestWithParam<bool> {
 protected:
  std::shared_ptr<File> open(const std::filesystem::path& path, OpenMode mode = OpenMode::kCreateDirect) {
    return *files_.open(path, mode);
  }

  /// One write on the shard's own loop, which this thread turns.
  Result<void> write(std::shared_ptr<File> file, std::uint64_t position, std::vector<ByteView> parts) {
    return write_by(writer_, std::move(file), position, std::move(parts));
  }
  Result<void> write_by(DirectWriter& writer, std::shared_ptr<File> file, std::uint64_t position,
                        std::vector<ByteView> parts) {
    Result<void> outcome = fail(ErrorCode::kInternal, "not run");
    TaskScope scope(shard_);
    scope.spawn("test", write_into(&writer, std::move(file), position, std::move(parts), &outcome));
    while (scope.running() > 0) shard_.poll();
    return outcome;
  }
  static Task<void> write_into(DirectWriter* writer, std::shared_ptr<File> file, std::uint64_t position,
                               std::vector<ByteView> parts, Result<void>* outcome) {
    *outcome = co_await writer->write(std::move(file), position, std::move(parts));
  }

  std::vector<std::byte> content(const std::filesystem::path& path) { return *read_whole(files_, path, 1 << 20); }

  SystemClock clock_;
  ThreadPool pool_{1};
  Shard shard_{ShardIndex{0}, clock_, pool_};
  DirectWriter writer_{shard_, GetParam()};
  PosixFileSystem files_;
  TemporaryFolder folder_;
};

TEST_P(DirectWriterTest, PartsLieOneBehindTheOtherFromThePosition) {
  Blocks blocks(4);
  std::shared_ptr<File> file = open(folder_.path() / "f");
  ASSERT_TRUE(write(file, 0, {blocks.part(0, 1)}));
  ASSERT_TRUE(write(file, kBlock, {blocks.part(3, 1), blocks.part(1, 2)}));
  std::vector<std::byte> found = content(folder_.path() / "f");
  ASSERT_EQ(found.size(), 4 * kBlock);
  for (auto [block, byte] : {std::pair{0, 'a'}, {1, 'd'}, {2, 'b'}, {3, 'c'}}) {
    EXPECT_EQ(found[static_cast<std::size_t>(block) * kBlock], std::byte(byte)) << block;
    EXPECT_EQ(found[static_cast<std::size_t>(block) * kBlock + kBlock - 1], std::byte(byte)) << block;
  }
}

TEST_P(DirectWriterTest, AFullDeviceIsDiskFull) {
  Blocks blocks(1);
  EXPECT_EQ(write(open("/dev/full", OpenMode::kReadWrite), 0, {blocks.all()}).error().code, ErrorCode::kDiskFull);
}

TEST_P(DirectWriterTest, AFileThatMayNotBeWrittenIsAStorageError) {
  Blocks blocks(1);
  ASSERT_TRUE(write(open(folder_.path() / "f"), 0, {blocks.all()}));
  EXPECT_EQ(write(open(folder_.path() / "f", OpenMode::kRead), 0, {blocks.all()}).error().code, ErrorCode::kStorage);
}

// The kernel takes what fits below the limit of a file's size and reports the rest by the next write.
TEST_P(DirectWriterTest, AWriteThatIsTakenInPartIsNotTakenForAWholeOne) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small{.rlim_cur = 2 * kBlock, .rlim_max = before.rlim_max};
  std::shared_ptr<File> file = open(folder_.path() / "f");
  Blocks blocks(3);
  ::setrlimit(RLIMIT_FSIZE, &small);
  Result<void> written = write(file, 0, {blocks.part(0, 1), blocks.part(1, 2)});
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(written);
  EXPECT_EQ(content(folder_.path() / "f").size(), 2 * kBlock);
}

TEST_P(DirectWriterTest, WhatTheKernelDidNotTakeIsWrittenOnceAndNotAgainWithTheNextWrite) {
  int refusals = 1;
  DirectWriter writer(shard_, GetParam(), [&refusals] { return refusals-- > 0; });
  std::shared_ptr<File> file = open(folder_.path() / "f");
  Blocks first(1, 'a'), later(1, 'b'), second(1, 'c');
  ASSERT_TRUE(write_by(writer, file, 0, {first.all()}));
  EXPECT_EQ(content(folder_.path() / "f").at(0), std::byte('a'));
  ASSERT_TRUE(write(file, 0, {later.all()}));
  ASSERT_TRUE(write_by(writer, file, kBlock, {second.all()}));
  std::vector<std::byte> found = content(folder_.path() / "f");
  ASSERT_EQ(found.size(), 2 * kBlock);
  EXPECT_EQ(found.at(0), std::byte('b'));
  EXPECT_EQ(found.at(kBlock), std::byte('c'));
}

TEST_P(DirectWriterTest, AFileOfMemoryIsWrittenToo) {
  MemoryFileSystem memory(1 << 20);
  std::shared_ptr<File> file = *memory.open("f", OpenMode::kCreateDirect);
  Blocks blocks(2);
  ASSERT_TRUE(write(file, 0, {blocks.all()}));
  EXPECT_EQ(file->size(), 2 * kBlock);
}

INSTANTIATE_TEST_SUITE_P(Ways, DirectWriterTest, testing::Bool(),
                         [](const auto& way) { return way.param ? "IoUring" : "WorkPool"; });

}  // namespace
}  // namespace wharf::runtime
