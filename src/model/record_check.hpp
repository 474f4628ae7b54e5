#pragma once
// Looks at a producer's records before anybody keeps them, as Kafka does (LogValidator, DefaultRecord): a record that
// cannot be read would stop every consumer of its partition. One pass, nothing allocated, keys and values stepped over.
#include <cstddef>
#include <cstdint>
#include <limits>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/record_batch.hpp"
#include "model/time.hpp"

namespace wharf {

/// What a topic asks of records beyond being records.
enum class RecordKeys : std::uint8_t { kOptional, kRequired };

/// What the records of a batch say of their times, whatever its header says of them.
struct RecordTimes {
  Timestamp smallest;
  Timestamp largest;
};

/// One batch's records, as they come out of a decoder: in pieces that may end anywhere. What it takes is what
/// RecordReader reads to the end, with offset deltas 0, 1, 2... as producers write them.
class RecordCheck {
 public:
  RecordCheck(std::int32_t record_count, RecordKeys keys) : count_(record_count), keys_(keys) {}

  /// kInvalidRecord for the first record that lies, or for bytes behind the last one.
  Result<void> take(ByteView piece);
  /// All of them were taken: kInvalidRecord when records are missing.
  Result<void> finish() const;
  /// Then. Times that no timestamp can hold are the last one that can be.
  RecordTimes times(Timestamp base) const;

 private:
  enum class Field : std::uint8_t {
    kLength,
    kAttributes,
    kTimestampDelta,
    kOffsetDelta,
    kKeyLength,
    kValueLength,
    kHeaderCount,
    kHeaderKeyLength,
    kHeaderValueLength,
  };

  bool between_records() const { return field_ == Field::kLength && number_bytes_ == 0 && over_ == 0; }
  const std::byte* take_whole_records(const std::byte* at, const std::byte* end);
  const std::byte* take_part(const std::byte* at, const std::byte* end);
  void take_byte(std::uint8_t byte);
  void take_number(std::int64_t value);
  void step_over(std::int64_t length, Field then);
  void next_header();
  void refuse(const char* why) { wrong_ = why; }
  std::unexpected<Error> invalid(const char* why) const;

  std::int32_t count_;
  RecordKeys keys_;
  std::int32_t read_ = 0;        // whole records
  std::int64_t smallest_delta_ = std::numeric_limits<std::int64_t>::max();  // of their timestamps
  std::int64_t largest_delta_ = std::numeric_limits<std::int64_t>::min();
  const char* wrong_ = nullptr;  // what is wrong with the next one
  // Inside a record that its piece cut, or that is not of the usual kind:
  Field field_ = Field::kLength;
  std::uint32_t number_bytes_ = 0;  // of the number that `field_` is
  std::uint64_t number_ = 0;
  std::uint64_t left_ = 0;  // of the record
  std::uint64_t over_ = 0;  // of a key or value, before `field_`
  std::int32_t headers_left_ = 0;
};

/// The records of `batch`, decompressed where they are compressed: in pieces, and no more than `limit` bytes. Errors:
/// kInvalidRecord, also for a body that does not decompress (its checksum is right: sending it again helps nobody);
/// kTooLarge above the limit.
Result<RecordTimes> check_records(const BatchView& batch, RecordKeys keys, std::size_t limit, Decoders& decoders);

}  // namespace wharf
