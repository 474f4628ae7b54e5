#include "runtime/memory_files.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace wharf::runtime {
namespace {

constexpr std::size_t kChunk = MemoryFileSystem::kChunkBytes;

std::unique_ptr<File> create(FileSystem& files, const char* path) {
  Result<std::unique_ptr<File>> file = files.open(path, OpenMode::kCreate);
  EXPECT_TRUE(file) << file.error().message;
  return std::move(*file);
}

std::uint64_t available(FileSystem& files) { return files.space("/")->available; }

TEST(MemoryFiles, AWriteAcrossChunksReadsBackWhole) {
  MemoryFileSystem files(1 << 20);
  auto file = create(files, "f");
  std::vector<std::byte> bytes(3 * kChunk + 17);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7);
  ASSERT_TRUE(file->write_at(kChunk - 5, bytes));
  std::vector<std::byte> back(bytes.size());
  EXPECT_EQ(file->read_at(kChunk - 5, back), bytes.size());
  EXPECT_EQ(back, bytes);
  EXPECT_EQ(file->size(), 4 * kChunk + 12);
}

TEST(MemoryFiles, BeyondTheLimitWritesFailAndRemovingMakesRoomAgain) {
  MemoryFileSystem files(4 * kChunk);
  auto file = create(files, "f");
  std::vector<std::byte> chunk(kChunk, std::byte{1});
  for (std::size_t i = 0; i < 4; ++i) ASSERT_TRUE(file->write_at(i * kChunk, chunk));
  EXPECT_EQ(available(files), 0u);
  Result<void> refused = file->write_at(4 * kChunk, chunk);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kDiskFull);
  EXPECT_TRUE(file->write_at(0, chunk)) << "what is there may be overwritten";

  ASSERT_TRUE(files.remove("f"));
  EXPECT_EQ(available(files), 0u) << "an open file keeps its bytes";
  file.reset();
  EXPECT_EQ(available(files), 4 * kChunk);
}

TEST(MemoryFiles, ASmallFileCostsLittleMoreThanItsBytes) {
  MemoryFileSystem files(1 << 20);
  auto file = create(files, "f");
  ASSERT_TRUE(file->write_at(0, as_bytes("hello")));
  EXPECT_GE(available(files), (1u << 20) - 512);
}

TEST(MemoryFiles, ACutThatIsExtendedAgainReadsAsZeros) {
  MemoryFileSystem files(1 << 20);
  auto file = create(files, "f");
  std::vector<std::byte> bytes(2 * kChunk, std::byte{9});
  ASSERT_TRUE(file->write_at(0, bytes));
  ASSERT_TRUE(file->truncate(10));
  ASSERT_TRUE(file->truncate(2 * kChunk));
  std::vector<std::byte> back(2 * kChunk);
  EXPECT_EQ(file->read_at(0, back), back.size());
  EXPECT_EQ(back[9], std::byte{9});
  EXPECT_TRUE(std::all_of(back.begin() + 10, back.end(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST(MemoryFiles, AFarPositionIsRefusedAndReservesNothing) {
  MemoryFileSystem files(1 << 20);
  auto file = create(files, "f");
  EXPECT_EQ(file->write_at(~std::uint64_t{0}, as_bytes("x")).error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(file->truncate(~std::uint64_t{0}).error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(file->size(), 0u);
}

TEST(MemoryFiles, ThreadsThatShareOneFileSystemSeeWholeWrites) {
  MemoryFileSystem files(64 << 20);
  auto shared = create(files, "shared");
  std::vector<std::byte> blank(4096);
  ASSERT_TRUE(shared->write_at(0, blank));
  auto work = [&files, &shared](std::size_t number) {
    FileSystem::Path folder = "folder" + std::to_string(number);
    ASSERT_TRUE(files.create_folders(folder));
    std::vector<std::byte> mine(4096, static_cast<std::byte>(number));
    std::vector<std::byte> back(4096);
    for (std::size_t round = 0; round < 500; ++round) {
      ASSERT_TRUE(shared->write_at(0, mine));
      ASSERT_EQ(shared->read_at(0, back), back.size());
      ASSERT_TRUE(std::ranges::all_of(back, [&back](std::byte b) { return b == back[0]; }));
      auto own = files.open(folder / "f", OpenMode::kCreate);
      ASSERT_TRUE(own && (*own)->write_at(round, mine));
      ASSERT_TRUE(files.rename(folder / "f", folder / "g"));
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i <= 4; ++i) threads.emplace_back(work, i);
  threads.clear();
  EXPECT_EQ(files.list("/")->size(), 5u);
}

}  // namespace
}  // namespace wharf::runtime
