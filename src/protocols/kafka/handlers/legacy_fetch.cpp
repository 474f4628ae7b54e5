#include "protocols/kafka/handlers/legacy_fetch.hpp"

#include <cstring>

#include "protocols/kafka/handlers/errors.hpp"
#include "protocols/kafka/legacy/downconvert.hpp"

namespace wharf::kafka {
namespace {

constexpr std::int16_t kFirstVersionOfV1 = 2;

/// The records' bytes in one range. Blocks for what lies in files: called on the work pool.
Result<std::vector<std::byte>> gather(const ExternalRecords& records, std::size_t size) {
  std::vector<std::byte> bytes;
  bytes.reserve(size);
  for (const runtime::OutPiece& piece : records) {
    if (const auto* memory = std::get_if<SharedBytes>(&piece)) {
      bytes.insert(bytes.end(), memory->view().begin(), memory->view().end());
      continue;
    }
    const auto& range = std::get<runtime::FileRange>(piece);
    std::size_t start = bytes.size();
    bytes.resize(start + range.length);
    Result<std::size_t> read = range.file->read_at(range.position, MutableBytes(bytes).subspan(start));
    if (!read) return fail(read.error());
    if (*read != range.length) return fail(ErrorCode::kDamaged, "a segment is shorter than its index says");
  }
  return bytes;
}

}  // namespace

runtime::Task<Offset> convert_down(const Door* door, std::int16_t version, Offset fetch_offset, FetchResponse::Partition* answer,
                                   ExternalRecords* records) {
  std::size_t size = answer->records->size();
  if (size == 0) co_return fetch_offset;
  legacy::DownconvertOptions options{.magic = version >= kFirstVersionOfV1 ? legacy::Magic::kV1 : legacy::Magic::kV0,
                                     .first_offset = fetch_offset};
  ExternalRecords pieces = std::move(*records);
  auto convert = [pieces = std::move(pieces), size, options]() -> Result<legacy::MessageSet> {
    Result<std::vector<std::byte>> bytes = gather(pieces, size);
    if (!bytes) return fail(bytes.error());
    return legacy::downconvert(*bytes, options);
  };
  Result<legacy::MessageSet> converted = co_await runtime::run_blocking(door->shard, std::move(convert));
  records->clear();
  answer->records = Records(ByteView());
  if (!converted) {
    answer->error_code = kafka_error(converted.error());
    co_return fetch_offset;
  }
  answer->records = Records::external(converted->bytes.size(), 0);
  records->emplace_back(SharedBytes::copy_of(converted->bytes));
  co_return converted->next_offset;
}

}  // namespace wharf::kafka
