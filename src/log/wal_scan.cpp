#include "log/wal_scan.hpp"

#include <algorithm>
#include <limits>

namespace wharf::log {
namespace {

constexpr std::uint32_t kPieceBlocks = 256;
constexpr std::uint64_t kMostBlocks = std::numeric_limits<std::uint32_t>::max();

}  // namespace

WalBlockReader::WalBlockReader(runtime::File& file, std::uint64_t blocks)
    : file_(file),
      blocks_(static_cast<std::uint32_t>(std::min(blocks, kMostBlocks))),
      piece_(std::size_t{std::min(blocks_, kPieceBlocks)} * kWalBlockBytes),
      readable_(std::min(blocks_, kPieceBlocks)) {}

void WalBlockReader::fill(std::uint32_t first) {
  piece_begin_ = first;
  piece_end_ = std::min(blocks_, first + static_cast<std::uint32_t>(readable_.size()));
  std::size_t length = std::size_t{piece_end_ - piece_begin_} * kWalBlockBytes;
  Result<std::size_t> got = file_.read_at(std::uint64_t{first} * kWalBlockBytes, MutableBytes(piece_).first(length));
  bool whole = got.has_value() && *got == length;
  readable_.assign(readable_.size(), whole);
  if (whole) return;
  for (std::uint32_t block = piece_begin_; block < piece_end_; ++block) {  // one bad sector must not hide its neighbours
    MutableBytes into = MutableBytes(piece_).subspan(std::size_t{block - piece_begin_} * kWalBlockBytes, kWalBlockBytes);
    Result<std::size_t> one = file_.read_at(std::uint64_t{block} * kWalBlockBytes, into);
    readable_[block - piece_begin_] = one.has_value() && *one == kWalBlockBytes;
    if (!one) failure_ = one.error();
  }
}

WalBlockReader::Found WalBlockReader::read(std::uint32_t number) {
  if (number < piece_begin_ || number >= piece_end_) fill(number);
  std::uint32_t in_piece = number - piece_begin_;
  auto bytes = ByteView(piece_).subspan(std::size_t{in_piece} * kWalBlockBytes).first<kWalBlockBytes>();
  return {readable_[in_piece] ? inspect_wal_block(bytes, number) : WalBlock{}, bytes, readable_[in_piece]};
}

WalZone WalScan::zone(std::uint32_t block) const {
  if (durable_blocks) return block < *durable_blocks ? WalZone::kDurable : WalZone::kAbandoned;
  if (block < last_flush_begin) return WalZone::kDurable;
  return block < last_flush_end ? WalZone::kLastFlush : WalZone::kBehind;
}

WalFound WalScan::found(const WalBlock& block) const {
  switch (block.state) {
    case WalBlockState::kValid: return block.header.sequence == sequence ? WalFound::kOwn : WalFound::kOther;
    case WalBlockState::kZero: return WalFound::kZero;
    case WalBlockState::kBad: return WalFound::kBad;
  }
  return WalFound::kBad;
}

// The present use is the one with the highest sequence: files are overwritten from their start.
Result<WalScan> scan_wal_file(runtime::FileSystem& files, const std::filesystem::path& folder, const std::string& name) {
  Result<std::unique_ptr<runtime::File>> file = files.open(folder / name, runtime::OpenMode::kRead);
  if (!file) return fail(file.error());
  Result<std::uint64_t> size = (*file)->size();
  if (!size) return fail(size.error());
  // After kill -9 the last writes may be in the page cache alone. An error costs nothing here: nothing is confirmed by it.
  static_cast<void>((*file)->sync_data());
  WalScan scan;
  scan.name = name;
  scan.file = std::move(*file);
  scan.size_blocks = *size / kWalBlockBytes;
  WalBlockReader reader(*scan.file, scan.size_blocks);
  for (std::uint32_t number = 0; number < reader.blocks(); ++number) {
    WalBlockReader::Found found = reader.read(number);
    const WalBlock& block = found.block;
    if (number == 0 && !found.given) scan.first_block_failure = reader.failure();
    if (block.state == WalBlockState::kBad) scan.interesting_end = number + 1;
    if (block.state != WalBlockState::kValid || block.header.sequence < scan.sequence) continue;
    const WalBlockHeader& header = block.header;
    if (scan.sequence < header.sequence) {
      scan.sequence = header.sequence;
      scan.previous = header.previous;
      scan.previous_blocks = header.previous_blocks;
      scan.shard = header.shard;
      scan.file_blocks = header.file_blocks;
      scan.last_flush_begin = scan.last_flush_end = 0;
    }
    scan.interesting_end = number + 1;
    if (header.flush_begin < scan.last_flush_begin) continue;
    std::uint32_t end = header.flush_begin + header.flush_blocks;
    bool same_flush = header.flush_begin == scan.last_flush_begin;
    scan.last_flush_begin = header.flush_begin;
    scan.last_flush_end = same_flush ? std::max(scan.last_flush_end, end) : end;
  }
  return scan;
}

}  // namespace wharf::log
