#pragma once
// Makes a segment's index entries from its batches, by the rule by which appends make them.
#include <cstdint>
#include <vector>

#include "log/sparse_index.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"

namespace wharf::log {

/// The largest timestamp of a segment and the last offset of the batch that has it.
struct MaxTimestamp {
  Timestamp timestamp = kNoTimestamp;
  Offset offset{-1};
};

class IndexBuilder {
 public:
  IndexBuilder(Offset base, std::uint32_t interval_bytes) : base_(base), interval_bytes_(interval_bytes) {}

  /// Goes on where entries that are kept end.
  void keep(std::vector<OffsetEntry> offsets, std::vector<TimeEntry> times, MaxTimestamp max) {
    offsets_ = std::move(offsets);
    times_ = std::move(times);
    max_ = max;
    bytes_since_ = interval_bytes_ + 1;
  }

  void add(std::uint32_t position, std::uint32_t bytes, Offset last, Timestamp max_timestamp) {
    if (max_timestamp > max_.timestamp) max_ = {max_timestamp, last};
    if (bytes_since_ > interval_bytes_) {
      offsets_.push_back({static_cast<std::int32_t>(last.value - base_.value), static_cast<std::int32_t>(position)});
      add_time();
      bytes_since_ = 0;
    }
    bytes_since_ += bytes;
  }
  /// The time entry that a closed segment ends with.
  void finish() { add_time(); }

  const std::vector<OffsetEntry>& offsets() const { return offsets_; }
  const std::vector<TimeEntry>& times() const { return times_; }
  MaxTimestamp max() const { return max_; }

 private:
  void add_time() {
    if (max_.timestamp <= (times_.empty() ? kNoTimestamp : times_.back().timestamp)) return;
    times_.push_back({max_.timestamp, static_cast<std::int32_t>(max_.offset.value - base_.value)});
  }

  Offset base_;
  std::uint32_t interval_bytes_;
  std::uint32_t bytes_since_ = 0;
  MaxTimestamp max_;
  std::vector<OffsetEntry> offsets_;
  std::vector<TimeEntry> times_;
};

/// The bytes of an index file.
template <class Entry>
std::vector<std::byte> encode_entries(const std::vector<Entry>& entries) {
  std::vector<std::byte> bytes(entries.size() * Entry::kBytes);
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].store(bytes.data() + i * Entry::kBytes);
  return bytes;
}

}  // namespace wharf::log
