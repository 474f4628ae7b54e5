#pragma once
// The records inside a batch, as views into its (decompressed) bytes.
//
//   length varint | attributes i8 | timestamp delta varlong | offset delta varint | key length varint (-1: null) | key
//   | value length varint (-1: null) | value | header count varint | (key length varint, key, value length varint (-1),
//   value)*
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/record_batch.hpp"
#include "model/time.hpp"

namespace wharf {

struct RecordHeader {
  std::string_view key;
  std::optional<ByteView> value;  // none: null
};

/// A record's headers in their order, decoded while one walks them. Keys may repeat.
class RecordHeaders {
 public:
  class Iterator {
   public:
    using value_type = RecordHeader;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    RecordHeader operator*() const { return current_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& at, std::default_sentinel_t) { return at.left_ < 0; }

   private:
    friend class RecordHeaders;
    Iterator(ByteView encoded, std::int32_t count) : rest_(encoded), left_(count) { ++*this; }
    ByteView rest_;
    std::int32_t left_ = -1;
    RecordHeader current_;
  };

  RecordHeaders() = default;
  /// `encoded` are exactly `count` headers in the record's own encoding, checked before.
  RecordHeaders(ByteView encoded, std::int32_t count) : encoded_(encoded), count_(count) {}

  std::size_t size() const { return static_cast<std::size_t>(count_); }
  bool empty() const { return count_ == 0; }
  Iterator begin() const { return {encoded_, count_}; }
  std::default_sentinel_t end() const { return {}; }
  /// The last header of this name, as Kafka's lastHeader(); none if there is none.
  std::optional<RecordHeader> last(std::string_view key) const;
  ByteView encoded() const { return encoded_; }

 private:
  ByteView encoded_;
  std::int32_t count_ = 0;
};

/// One record. The views hold as long as the bytes they were read from.
struct Record {
  Offset offset{0};
  Timestamp timestamp;  // as a consumer sees it: the batch's, where that is log append time
  std::optional<ByteView> key;
  std::optional<ByteView> value;  // none: a tombstone
  RecordHeaders headers;
};

/// Reads the records of a batch one after the other. Every length is checked against the bytes left; offset deltas must
/// rise and stay within the batch's; the records must be as many as the header says and end where the bytes end.
class RecordReader {
 public:
  /// `records`: the batch's records part, decompressed.
  RecordReader(const BatchHeader& header, ByteView records);

  /// Fills `record` and returns true; false behind the last one. Errors: kInvalidRecord; the reader then stays there.
  Result<bool> next(Record& record);

 private:
  std::unexpected<Error> invalid(std::string_view why) const;
  Result<bool> finish() const;

  ByteView rest_;
  Offset base_offset_;
  std::int32_t last_offset_delta_;
  std::int64_t base_timestamp_ms_;
  std::optional<Timestamp> append_time_;
  std::int32_t count_;
  std::int32_t read_ = 0;
  std::int32_t previous_delta_ = -1;
};

/// A batch's records part, decompressed where it was compressed (then in memory of its own). Keep it and the batch's
/// bytes while its records are used.
class OpenedBatch {
 public:
  /// Errors: as decompress(), with at most `limit` bytes of records.
  static Result<OpenedBatch> open(const BatchView& batch, std::size_t limit);

  RecordReader reader() const { return {header_, records()}; }
  ByteView records() const { return header_.compression == Compression::kNone ? plain_ : ByteView(decompressed_); }

 private:
  explicit OpenedBatch(const BatchView& batch) : header_(batch.header), plain_(batch.records()) {}
  BatchHeader header_;
  ByteView plain_;
  std::vector<std::byte> decompressed_;
};

}  // namespace wharf
