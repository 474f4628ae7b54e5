#pragma once
// Walks the batches that follow each other in a buffer (a segment's bytes, a produce request, a fetched range) and
// tells a tail that was cut apart from damage.
#include <cstddef>
#include <cstdint>
#include <optional>

#include "model/bytes.hpp"
#include "model/record_batch.hpp"

namespace wharf {

/// What lies at one position of the buffer.
struct BatchScan {
  enum class Kind : std::uint8_t {
    kBatch,    // a whole batch; its checksum matches if the reader was asked to look
    kEnd,      // the buffer ends between two batches
    kTorn,     // it ends inside a batch of which nothing is wrong so far
    kDamaged,  // what is there contradicts itself, its checksum or the limits
  };
  Kind kind = Kind::kEnd;
  std::size_t position = 0;  // where in the buffer; with kEnd the buffer's size
  BatchView batch;           // kBatch
  Error error;               // kTorn and kDamaged: why
};

enum class ChecksumCheck : std::uint8_t { kVerify, kSkip };

/// `BatchReader reader(bytes); for (auto scan = reader.next(); scan.kind == BatchScan::Kind::kBatch; scan =
/// reader.next())`. Past a torn or damaged place it does not go: next() says the same again.
///
/// A flipped bit in the last length field, or a zeroed block at the end, is not told from a write that was cut: the
/// caller knows whether the buffer should have ended there (a checkpoint), and find_batch() whether whole batches
/// follow.
class BatchReader {
 public:
  explicit BatchReader(ByteView buffer, ChecksumCheck checksums = ChecksumCheck::kVerify,
                       std::size_t max_batch_bytes = kMaxBatchBytes)
      : buffer_(buffer), checksums_(checksums), max_batch_bytes_(max_batch_bytes) {}

  BatchScan next();
  /// Where the next batch starts.
  std::size_t position() const { return position_; }

 private:
  BatchScan damaged(Error error) const;
  BatchScan torn(std::size_t wanted) const;

  ByteView buffer_;
  ChecksumCheck checksums_;
  std::size_t max_batch_bytes_;
  std::size_t position_ = 0;
};

/// The first place at or after `from` where a whole batch with a matching checksum and a base offset in
/// [`lowest`, `lowest` + `span`) starts. Used behind a damaged place: if there is one, the place is damage in the
/// middle, not a torn tail. Payload that itself contains batches can look like one; the offsets make that unlikely, not
/// impossible.
std::optional<std::size_t> find_batch(ByteView buffer, std::size_t from, Offset lowest, std::int64_t span);

}  // namespace wharf
