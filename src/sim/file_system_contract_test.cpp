// One contract, three file systems: the machine's, memory's and the simulator's behave alike.
#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

#include "runtime/memory_files.hpp"
#include "runtime/posix_files.hpp"
#include "sim/faulty_file_system.hpp"

namespace wharf::sim {
namespace {

using runtime::File;
using runtime::FileSystem;
using runtime::OpenMode;
using Path = FileSystem::Path;

enum class Kind { kPosix, kMemory, kSimulated };

class FileSystemContract : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    switch (GetParam()) {
      case Kind::kPosix: {
        std::string name = (std::filesystem::temp_directory_path() / "wharf-files-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root_ = name;
        files_ = std::make_unique<runtime::PosixFileSystem>();
        break;
      }
      case Kind::kMemory: files_ = std::make_unique<runtime::MemoryFileSystem>(std::uint64_t{64} << 20); break;
      case Kind::kSimulated: files_ = std::make_unique<FaultyFileSystem>(1); break;
    }
    ASSERT_TRUE(files_->create_folders(root_));
  }
  void TearDown() override {
    EXPECT_TRUE(files_->remove_folder(root_));
    EXPECT_EQ(files_->exists(root_), false);
  }

  std::unique_ptr<File> open(const Path& name, OpenMode mode = OpenMode::kCreate) {
    Result<std::unique_ptr<File>> file = files_->open(root_ / name, mode);
    EXPECT_TRUE(file) << file.error().message;
    return file ? std::move(*file) : nullptr;
  }
  void write(const Path& name, std::string_view text) {
    std::unique_ptr<File> file = open(name);
    ASSERT_NE(file, nullptr);
    EXPECT_TRUE(file->truncate(0));
    EXPECT_TRUE(file->write_at(0, as_bytes(text)));
  }
  std::string read(const Path& name) {
    auto bytes = runtime::read_whole(*files_, root_ / name, 1 << 20);
    return bytes ? std::string(as_text(*bytes)) : "error: " + std::string(to_string(bytes.error().code));
  }
  static std::string read_at(File& file, std::uint64_t position, std::size_t length) {
    std::vector<std::byte> into(length);
    Result<std::size_t> got = file.read_at(position, into);
    return got ? std::string(as_text(ByteView(into).first(*got))) : "error";
  }
  ErrorCode open_error(const Path& name, OpenMode mode) {
    Result<std::unique_ptr<File>> file = files_->open(root_ / name, mode);
    return file ? ErrorCode::kInternal : file.error().code;
  }

  Path root_ = "root";
  std::unique_ptr<FileSystem> files_;
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::kInternal : result.error().code;
}

TEST_P(FileSystemContract, OpenModesAskForOrMakeTheFile) {
  EXPECT_EQ(open_error("f", OpenMode::kRead), ErrorCode::kNotFound);
  EXPECT_EQ(open_error("f", OpenMode::kReadWrite), ErrorCode::kNotFound);
  EXPECT_NE(open("f", OpenMode::kCreateNew), nullptr);
  EXPECT_EQ(open_error("f", OpenMode::kCreateNew), ErrorCode::kAlreadyExists);
  EXPECT_NE(open("f", OpenMode::kCreate), nullptr);
  EXPECT_NE(open("f", OpenMode::kRead), nullptr);
  EXPECT_EQ(open_error("no/such/folder", OpenMode::kCreate), ErrorCode::kNotFound);
}

TEST_P(FileSystemContract, AFileOpenForReadingCannotBeWritten) {
  write("f", "text");
  std::unique_ptr<File> file = open("f", OpenMode::kRead);
  EXPECT_EQ(code_of(file->write_at(0, as_bytes("x"))), ErrorCode::kStorage);
  EXPECT_EQ(code_of(file->truncate(0)), ErrorCode::kStorage);
  EXPECT_EQ(read("f"), "text");
}

TEST_P(FileSystemContract, PartsAreWrittenOneAfterTheOtherAndReadBack) {
  std::unique_ptr<File> file = open("f");
  std::vector<ByteView> parts = {as_bytes("one "), {}, as_bytes("two "), as_bytes("three")};
  ASSERT_TRUE(file->write_at(3, parts));
  EXPECT_EQ(file->size(), 16u);
  EXPECT_EQ(read_at(*file, 0, 100), std::string("\0\0\0", 3) + "one two three");
  EXPECT_EQ(read_at(*file, 7, 3), "two");
  EXPECT_EQ(read_at(*file, 16, 10), "");
  EXPECT_EQ(read_at(*file, 1000, 10), "");
  EXPECT_TRUE(file->sync_data());
}

TEST_P(FileSystemContract, ManyPartsBeyondOneSystemCallArrive) {
  std::unique_ptr<File> file = open("f");
  std::vector<ByteView> parts(5000, as_bytes("0123456789"));
  ASSERT_TRUE(file->write_at(0, parts));
  EXPECT_EQ(file->size(), 50000u);
  EXPECT_EQ(read_at(*file, 49995, 100), "56789");
}

TEST_P(FileSystemContract, WritesAcrossPagesAndChunksReadBack) {
  std::unique_ptr<File> file = open("f");
  std::vector<std::byte> bytes(200'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 31 >> 3);
  ASSERT_TRUE(file->write_at(65'000, bytes));
  std::vector<std::byte> back(bytes.size());
  EXPECT_EQ(file->read_at(65'000, back), back.size());
  EXPECT_EQ(back, bytes);
}

TEST_P(FileSystemContract, TruncateCutsAndExtendsWithZeros) {
  std::unique_ptr<File> file = open("f");
  ASSERT_TRUE(file->write_at(0, as_bytes("abcdefgh")));
  ASSERT_TRUE(file->truncate(3));
  EXPECT_EQ(read_at(*file, 0, 10), "abc");
  ASSERT_TRUE(file->truncate(6));
  EXPECT_EQ(read_at(*file, 0, 10), std::string("abc\0\0\0", 6));
  EXPECT_EQ(file->size(), 6u);
}

TEST_P(FileSystemContract, WhatWasJustReadIsCached) {
  write("f", "warm");
  std::unique_ptr<File> file = open("f", OpenMode::kRead);
  EXPECT_EQ(read_at(*file, 0, 4), "warm");
  std::vector<std::byte> into(4);
  Result<std::size_t> got = file->read_cached_at(0, into);
  if (got) {
    EXPECT_EQ(as_text(ByteView(into).first(*got)), "warm");
  } else {
    EXPECT_EQ(got.error().code, ErrorCode::kBusy);  // a file system may know no cached reads
  }
  file->drop_cached(0, 4);
  EXPECT_EQ(read_at(*file, 0, 4), "warm");
}

TEST_P(FileSystemContract, ARemovedFileLivesOnForWhoHasItOpen) {
  write("f", "still here");
  std::unique_ptr<File> file = open("f", OpenMode::kReadWrite);
  ASSERT_TRUE(files_->remove(root_ / "f"));
  EXPECT_EQ(files_->exists(root_ / "f"), false);
  EXPECT_EQ(read_at(*file, 0, 100), "still here");
  EXPECT_TRUE(file->write_at(10, as_bytes("!")));
  write("f", "another");
  EXPECT_EQ(read_at(*file, 0, 100), "still here!");
  EXPECT_EQ(read("f"), "another");
}

TEST_P(FileSystemContract, RemovingWhatIsNotAFileFails) {
  EXPECT_EQ(code_of(files_->remove(root_ / "none")), ErrorCode::kNotFound);
  ASSERT_TRUE(files_->create_folders(root_ / "folder"));
  EXPECT_EQ(code_of(files_->remove(root_ / "folder")), ErrorCode::kStorage);
}

TEST_P(FileSystemContract, RenameReplacesAndKeepsOpenFilesOpen) {
  write("old", "old");
  write("new", "new");
  std::unique_ptr<File> was_old = open("old", OpenMode::kRead);
  ASSERT_TRUE(files_->rename(root_ / "new", root_ / "old"));
  EXPECT_EQ(read("old"), "new");
  EXPECT_EQ(files_->exists(root_ / "new"), false);
  EXPECT_EQ(read_at(*was_old, 0, 10), "old");
  EXPECT_EQ(code_of(files_->rename(root_ / "new", root_ / "x")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(files_->rename(root_ / "old", root_ / "no" / "folder")), ErrorCode::kNotFound);
  ASSERT_TRUE(files_->rename(root_ / "old", root_ / "old"));
  EXPECT_EQ(read("old"), "new");
}

TEST_P(FileSystemContract, AFolderMovesWithWhatIsInIt) {
  ASSERT_TRUE(files_->create_folders(root_ / "a" / "b"));
  write("a/b/f", "inside");
  ASSERT_TRUE(files_->create_folders(root_ / "c"));
  ASSERT_TRUE(files_->rename(root_ / "a", root_ / "c" / "d"));
  EXPECT_EQ(read("c/d/b/f"), "inside");
  EXPECT_EQ(files_->exists(root_ / "a"), false);
  EXPECT_EQ(code_of(files_->rename(root_ / "c", root_ / "c" / "d" / "e")), ErrorCode::kStorage) << "into itself";
  ASSERT_TRUE(files_->create_folders(root_ / "full"));
  write("full/f", "x");
  EXPECT_EQ(code_of(files_->rename(root_ / "c", root_ / "full")), ErrorCode::kStorage) << "onto a folder that is not empty";
  EXPECT_EQ(code_of(files_->rename(root_ / "full" / "f", root_ / "c")), ErrorCode::kStorage) << "a file onto a folder";
}

TEST_P(FileSystemContract, ListIsSortedAndSaysKindAndSize) {
  write("b", "12345");
  write("a", "");
  ASSERT_TRUE(files_->create_folders(root_ / "c"));
  Result<std::vector<runtime::FolderEntry>> entries = files_->list(root_);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_EQ((*entries)[0].name, "a");
  EXPECT_EQ((*entries)[1].name, "b");
  EXPECT_EQ((*entries)[1].size, 5u);
  EXPECT_FALSE((*entries)[1].is_folder);
  EXPECT_EQ((*entries)[2].name, "c");
  EXPECT_TRUE((*entries)[2].is_folder);
  EXPECT_EQ(code_of(files_->list(root_ / "none")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(files_->list(root_ / "a")), ErrorCode::kStorage);
}

TEST_P(FileSystemContract, FoldersAreMadeAndRemovedWithAllInThem) {
  ASSERT_TRUE(files_->create_folders(root_ / "x" / "y" / "z"));
  ASSERT_TRUE(files_->create_folders(root_ / "x" / "y" / "z"));
  write("x/y/f", "1");
  EXPECT_EQ(code_of(files_->create_folders(root_ / "x" / "y" / "f" / "g")), ErrorCode::kStorage);
  ASSERT_TRUE(files_->remove_folder(root_ / "x"));
  EXPECT_EQ(files_->exists(root_ / "x" / "y"), false);
  EXPECT_TRUE(files_->remove_folder(root_ / "x")) << "missing is fine";
}

TEST_P(FileSystemContract, ALockIsHeldUntilItsFileDies) {
  Result<std::unique_ptr<File>> first = files_->lock(root_ / "lock");
  ASSERT_TRUE(first);
  EXPECT_EQ(code_of(files_->lock(root_ / "lock")), ErrorCode::kBusy);
  first->reset();
  EXPECT_TRUE(files_->lock(root_ / "lock"));
}

TEST_P(FileSystemContract, SyncsOfWhatExistsSucceed) {
  write("f", "1");
  EXPECT_TRUE(files_->sync_folder(root_));
  EXPECT_TRUE(files_->sync_all(root_));
  EXPECT_EQ(code_of(files_->sync_folder(root_ / "none")), ErrorCode::kNotFound);
}

TEST_P(FileSystemContract, SpaceIsKnown) {
  Result<runtime::DiskSpace> space = files_->space(root_);
  ASSERT_TRUE(space);
  EXPECT_GT(space->total, 0u);
  EXPECT_LE(space->available, space->total);
}

TEST_P(FileSystemContract, ReplaceFileLeavesTheNewContentAndNothingElse) {
  ASSERT_TRUE(runtime::replace_file(*files_, root_ / "f", as_bytes("first, and longer")));
  ASSERT_TRUE(runtime::replace_file(*files_, root_ / "f", as_bytes("second")));
  EXPECT_EQ(read("f"), "second");
  EXPECT_EQ(files_->list(root_)->size(), 1u);
  EXPECT_EQ(code_of(runtime::read_whole(*files_, root_ / "f", 5)), ErrorCode::kTooLarge);
}

TEST_P(FileSystemContract, AlignedDirectWritesReadBack) {
  struct Aligned {
    alignas(runtime::kDirectAlignment) std::byte bytes[2 * runtime::kDirectAlignment];
  };
  auto block = std::make_unique<Aligned>();
  for (std::size_t i = 0; i < sizeof block->bytes; ++i) block->bytes[i] = static_cast<std::byte>(i % 251);
  {
    std::unique_ptr<File> file = open("direct", OpenMode::kCreateDirect);
    ASSERT_TRUE(file->write_at(runtime::kDirectAlignment, ByteView(block->bytes)));
  }
  std::vector<std::byte> back(sizeof block->bytes);
  std::unique_ptr<File> file = open("direct", OpenMode::kRead);
  EXPECT_EQ(file->size(), 3 * runtime::kDirectAlignment);
  EXPECT_EQ(file->read_at(runtime::kDirectAlignment, back), back.size());
  EXPECT_TRUE(std::ranges::equal(back, block->bytes));
}

INSTANTIATE_TEST_SUITE_P(Each, FileSystemContract, testing::Values(Kind::kPosix, Kind::kMemory, Kind::kSimulated),
                         [](const testing::TestParamInfo<Kind>& info) {
                           return info.param == Kind::kPosix ? "Posix" : info.param == Kind::kMemory ? "Memory" : "Simulated";
                         });

}  // namespace
}  // namespace wharf::sim
