// A partition's folder with anything in its files: recovery must end, and what it leaves must be readable or named as damaged.
// Input: a selector byte, then the .log file's bytes; the selector's bits say whether the bytes lie behind sound batches, in an
// index, and whether a checkpoint vouches for those batches.
#include <cstdint>

#include "log/log_testing.hpp"

namespace wharf::log {
namespace {

void write_file(runtime::FileSystem& files, const std::filesystem::path& path, ByteView bytes) {
  auto file = files.open(path, runtime::OpenMode::kCreate);
  WHARF_ASSERT(file && (*file)->truncate(0) && (*file)->write_at(0, bytes));
}

void survive(ByteView input) {
  if (input.empty()) return;
  auto selector = static_cast<unsigned>(input[0]);
  ByteView bytes = input.subspan(1);
  testing::LogFixture fixture;
  std::optional<PartitionState> vouched;
  if ((selector & 1u) != 0) {
    for (int i = 0; i < 3; ++i) WHARF_ASSERT(fixture.append(testing::TestBatch{.records = 2, .number = i}).has_value());
    fixture.reopen();
    if ((selector & 8u) != 0) vouched = fixture.log->state();
  } else {
    WHARF_ASSERT(fixture.disk->create_folders(fixture.log->stored().folder()).has_value());
  }
  std::filesystem::path folder = fixture.log->stored().folder();
  if ((selector & 2u) != 0) {
    write_file(*fixture.disk, folder / segment_file_name(Offset{0}, kIndexSuffix), bytes);
    write_file(*fixture.disk, folder / segment_file_name(Offset{0}, kTimeIndexSuffix), bytes);
  } else {
    std::vector<std::byte> log = fixture.appended_bytes();
    log.insert(log.end(), bytes.begin(), bytes.end());
    write_file(*fixture.disk, folder / segment_file_name(Offset{0}, kLogSuffix), log);
  }
  if ((selector & 4u) != 0) write_file(*fixture.disk, folder / segment_file_name(Offset{50}, kLogSuffix), bytes);
  Result<RecoveredPartition> recovered = fixture.recover(vouched);
  WHARF_ASSERT(recovered.has_value());
  WHARF_ASSERT(!vouched || fixture.log->log_end_offset() >= vouched->stored_end);
  Offset end = fixture.log->log_end_offset();
  std::string wrong = fixture.survey().wrong;
  WHARF_ASSERT(wrong.empty() || wrong.starts_with("served what was never stored"));  // bytes of a sound batch are as good as ours
  WHARF_ASSERT(fixture.recover(vouched).has_value());
  WHARF_ASSERT(fixture.log->log_end_offset() == end);
  WHARF_ASSERT(fixture.append(testing::TestBatch{}).has_value() || !fixture.log->epochs().empty());
}

}  // namespace
}  // namespace wharf::log

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wharf::log::survive(wharf::ByteView(reinterpret_cast<const std::byte*>(data), size));
  return 0;
}
