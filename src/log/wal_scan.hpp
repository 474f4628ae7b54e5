#pragma once
// One file of a write-ahead log, as it is found: whose it is, and where its last flush lies.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/wal_cases.hpp"
#include "log/wal_format.hpp"
#include "model/error.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

/// The blocks of a file one after the other, each inspected. A block that the disk does not give is kBad.
class WalBlockReader {
 public:
  WalBlockReader(runtime::File& file, std::uint64_t blocks);
  std::uint32_t blocks() const { return blocks_; }
  /// Ask for rising numbers below blocks(). `bytes` are good until the next call.
  struct Found {
    WalBlock block;
    std::span<const std::byte, kWalBlockBytes> bytes;
    bool given = true;  // by the disk
  };
  Found read(std::uint32_t number);
  /// Why the disk did not give a block, so far; none: it gave all.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  void fill(std::uint32_t first);

  runtime::File& file_;
  std::uint32_t blocks_;
  std::vector<std::byte> piece_;
  std::vector<bool> readable_;
  std::uint32_t piece_begin_ = 0;
  std::uint32_t piece_end_ = 0;
  std::optional<Error> failure_;
};

struct WalScan {
  std::string name;
  std::unique_ptr<runtime::File> file;
  std::uint64_t size_blocks = 0;      // of the file; a block that is cut off does not count
  // Of its present use; a sequence of 0: none, nothing of it can be read.
  WalSequence sequence;
  WalSequence previous;
  std::uint32_t previous_blocks = 0;
  ShardIndex shard;
  std::uint32_t file_blocks = 0;      // the size that it had
  std::uint32_t last_flush_begin = 0;
  std::uint32_t last_flush_end = 0;
  /// Why the disk does not give its first block; none: it does. Files are written from their start.
  std::optional<Error> first_block_failure;
  std::uint32_t interesting_end = 0;  // behind it there are only zeros and content from before
  // From its successor, when there is one.
  std::optional<std::uint32_t> durable_blocks;
  bool superseded = false;            // the successor says that nothing in it counts

  WalZone zone(std::uint32_t block) const;
  WalFound found(const WalBlock& block) const;
};

/// kStorage when the file cannot be opened.
Result<WalScan> scan_wal_file(runtime::FileSystem& files, const std::filesystem::path& folder, const std::string& name);

}  // namespace wharf::log
