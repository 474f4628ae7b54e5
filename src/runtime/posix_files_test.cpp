// What is the machine's own; the contract that all file systems share is tested in sim/file_system_contract_test.cpp.
#include "runtime/posix_files.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/temporary_folder_testing.hpp"

namespace wharf::runtime {
namespace {

class PosixFilesTest : public testing::Test {
 protected:
  PosixFileSystem files_;
  TemporaryFolder folder_;
  const std::filesystem::path& root_ = folder_.path();
};

TEST_F(PosixFilesTest, AFullDeviceIsDiskFull) {
  Result<std::unique_ptr<File>> full = files_.open("/dev/full", OpenMode::kReadWrite);
  ASSERT_TRUE(full);
  EXPECT_EQ((*full)->write_at(0, as_bytes("x")).error().code, ErrorCode::kDiskFull);
}

TEST(FileErrorCode, WhatACallerCanActUponIsToldApart) {
  EXPECT_EQ(file_error_code(ENOSPC), ErrorCode::kDiskFull);
  EXPECT_EQ(file_error_code(EDQUOT), ErrorCode::kDiskFull);
  EXPECT_EQ(file_error_code(ENOENT), ErrorCode::kNotFound);
  EXPECT_EQ(file_error_code(EEXIST), ErrorCode::kAlreadyExists);
  EXPECT_EQ(file_error_code(EACCES), ErrorCode::kAccessRefused);
  EXPECT_EQ(file_error_code(EPERM), ErrorCode::kAccessRefused);
  EXPECT_EQ(file_error_code(EIO), ErrorCode::kStorage);
}

TEST_F(PosixFilesTest, ErrorsNameTheOperationAndThePath) {
  Result<std::unique_ptr<File>> missing = files_.open(root_ / "none", OpenMode::kRead);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("open"), std::string::npos);
  EXPECT_NE(missing.error().message.find((root_ / "none").string()), std::string::npos);
  EXPECT_EQ(files_.open(root_, OpenMode::kReadWrite).error().code, ErrorCode::kStorage) << "a folder is no file";
}

TEST_F(PosixFilesTest, ALockIsHeldAgainstOtherProcesses) {
  Result<std::unique_ptr<File>> held = files_.lock(root_ / "lock");
  ASSERT_TRUE(held);
  pid_t child = ::fork();
  if (child == 0) {
    Result<std::unique_ptr<File>> second = files_.lock(root_ / "lock");
    ::_exit(!second && second.error().code == ErrorCode::kBusy ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(PosixFilesTest, AFileHasADescriptorThatReadsItsBytes) {
  Result<std::unique_ptr<File>> file = files_.open(root_ / "f", OpenMode::kCreate);
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->write_at(0, as_bytes("bytes")));
  char into[5];
  EXPECT_EQ(::pread((*file)->descriptor(), into, sizeof into, 0), 5);
}

TEST_F(PosixFilesTest, RelativePathsAndTheFolderOfABareNameWork) {
  std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(root_);
  EXPECT_TRUE(replace_file(files_, "bare", as_bytes("content")));
  EXPECT_TRUE(files_.sync_folder(""));
  EXPECT_TRUE(files_.sync_all(""));
  EXPECT_TRUE(files_.space(""));
  std::filesystem::current_path(before);
  EXPECT_EQ(files_.exists(root_ / "bare"), true);
}

}  // namespace
}  // namespace wharf::runtime
