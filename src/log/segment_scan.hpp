#pragma once
// Reads a segment's bytes from front to back and checks every batch's checksum and place: for recovery, for the first read of
// a stored range, for rebuilding an index, for compaction. Waits for the disk: work pool only.
//
// Damage is told from a torn tail by what is behind it: a whole batch with a matching checksum that fits in means damage in the
// middle, to be stepped over; nothing until the end means that the last write was cut.
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "log/segment.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/record_batch.hpp"

namespace wharf::log {

struct ScannedPlace {
  enum class Kind : std::uint8_t {
    kBatch,     // whole and sound
    kDamage,    // [position, end) is not; a sound batch begins at `end`, or damage known before ends there
    kTornTail,  // nothing sound from here to the limit
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::uint32_t position = 0;
  std::uint32_t end = 0;
  BatchHeader header;   // kBatch
  ByteView bytes;       // kBatch: until the next call
  Offset expected;      // the offset that should stand here
  Offset next;          // kBatch, kDamage: the offset that should stand at `end`; the damage took [expected, next)
};

class SegmentScan {
 public:
  struct Range {
    std::uint32_t begin = 0;      // where a batch begins
    std::uint32_t limit = 0;      // file size, or less
    Offset expected;              // base offset of the batch at `begin`, or the lowest it may have
    bool exact = true;            // offsets follow each other without gaps, `expected` included
    Offset end{std::numeric_limits<std::int64_t>::max()};  // where the next segment begins: a file in another's place holds others
  };
  SegmentScan(std::shared_ptr<runtime::File> file, Range range, std::vector<DamagedSpan> known_damage = {});

  /// Errors: kStorage.
  Result<ScannedPlace> next();

 private:
  static constexpr std::size_t kReadBytes = 1u << 20;

  Result<ByteView> bytes_at(std::uint32_t position, std::size_t length);
  Result<std::optional<BatchHeader>> sound_batch_at(std::uint32_t position, Offset lowest, bool exact);
  Result<bool> header_follows(std::uint32_t position, Offset expected);
  Result<std::optional<ScannedPlace>> find_behind(std::uint32_t position);

  std::shared_ptr<runtime::File> file_;
  Range range_;
  std::vector<DamagedSpan> known_damage_;
  std::uint32_t position_;
  Offset expected_;
  std::vector<std::byte> buffer_;
  std::uint32_t buffer_begin_ = 0;
  std::size_t buffer_bytes_ = 0;
};

}  // namespace wharf::log
