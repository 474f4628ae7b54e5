#pragma once
// An index beside a segment: entries of fixed size that rise, appended every few kilobytes of log, in Kafka's file layout. The
// newest entries wait in memory and are written in one piece; what a crash takes of them, recovery adds again. Wrong
// entries cannot mislead: who follows one checks the batch that it points to.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/byte_order.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

/// Whether a read may wait for the disk: never on a shard (then kBusy), always on the work pool.
enum class Waiting : std::uint8_t { kNever, kAllowed };

inline Result<std::size_t> read_bytes_at(runtime::File& file, std::uint64_t position, MutableBytes into, Waiting waiting) {
  return waiting == Waiting::kNever ? file.read_cached_at(position, into) : file.read_at(position, into);
}

/// `.index`: the last offset of a batch, relative to the segment's base, and the batch's position.
struct OffsetEntry {
  static constexpr std::size_t kBytes = 8;
  std::int32_t relative_offset = 0;
  std::int32_t position = 0;

  void store(std::byte* to) const {
    store_big_endian(to, relative_offset);
    store_big_endian(to + 4, position);
  }
  static OffsetEntry load(const std::byte* from) {
    return {load_big_endian<std::int32_t>(from), load_big_endian<std::int32_t>(from + 4)};
  }
  friend bool operator==(const OffsetEntry&, const OffsetEntry&) = default;
};

/// `.timeindex`: the largest timestamp up to and with the batch that ends at the offset.
struct TimeEntry {
  static constexpr std::size_t kBytes = 12;
  Timestamp timestamp;
  std::int32_t relative_offset = 0;

  void store(std::byte* to) const {
    store_big_endian(to, timestamp.ms);
    store_big_endian(to + 8, relative_offset);
  }
  static TimeEntry load(const std::byte* from) {
    return {Timestamp{load_big_endian<std::int64_t>(from)}, load_big_endian<std::int32_t>(from + 8)};
  }
  friend bool operator==(const TimeEntry&, const TimeEntry&) = default;
};

/// Enough of an index to search it, also on another thread. `file` may be null when nothing is stored.
template <class Entry>
struct IndexView {
  std::shared_ptr<runtime::File> file;
  std::uint32_t stored = 0;
  std::vector<Entry> pending;

  std::uint32_t size() const { return stored + static_cast<std::uint32_t>(pending.size()); }

  Result<Entry> entry(std::uint32_t number, Waiting waiting) const {
    if (number >= stored) return pending[number - stored];
    std::byte bytes[Entry::kBytes];
    Result<std::size_t> got = read_bytes_at(*file, std::uint64_t{number} * Entry::kBytes, bytes, waiting);
    if (!got) return fail(got.error());
    if (*got < Entry::kBytes) return fail(ErrorCode::kDamaged, "an index is shorter than it was");
    return Entry::load(bytes);
  }

  /// The last entry for which `is_before` holds; it must hold for a first part of the entries and for none behind. Counts the
  /// entries up to it into `count` when given.
  template <class Predicate>
  Result<std::optional<Entry>> last_where(const Predicate& is_before, Waiting waiting) const {
    std::uint32_t low = 0, high = size();
    std::optional<Entry> found;
    while (low < high) {
      std::uint32_t middle = low + (high - low) / 2;
      Result<Entry> candidate = entry(middle, waiting);
      if (!candidate) return fail(candidate.error());
      if (is_before(*candidate)) {
        found = *candidate;
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return found;
  }
};

using OffsetIndexView = IndexView<OffsetEntry>;
using TimeIndexView = IndexView<TimeEntry>;

/// The growing end of one index.
template <class Entry>
class SparseIndex {
 public:
  static constexpr std::size_t kPendingEntries = 128;

  /// Takes over a file of `file_bytes`; a part of an entry at its end is ignored and written over.
  void adopt(std::uint64_t file_bytes) {
    stored_ = static_cast<std::uint32_t>(file_bytes / Entry::kBytes);
    pending_.clear();
  }
  /// All entries are new and wait to be written over what the file holds.
  void replace(std::vector<Entry> entries) {
    stored_ = 0;
    pending_ = std::move(entries);
  }
  void add(const Entry& entry) { pending_.push_back(entry); }
  std::uint32_t size() const { return stored_ + static_cast<std::uint32_t>(pending_.size()); }
  std::uint32_t stored() const { return stored_; }
  const std::vector<Entry>& pending() const { return pending_; }
  bool wants_writing() const { return pending_.size() >= kPendingEntries; }

  Result<void> write_pending(runtime::File& file) {
    if (pending_.empty()) return {};
    std::vector<std::byte> bytes(pending_.size() * Entry::kBytes);
    for (std::size_t i = 0; i < pending_.size(); ++i) pending_[i].store(bytes.data() + i * Entry::kBytes);
    Result<void> written = file.write_at(std::uint64_t{stored_} * Entry::kBytes, ByteView(bytes));
    if (!written) return written;
    stored_ += static_cast<std::uint32_t>(pending_.size());
    pending_ = {};
    return {};
  }

 private:
  std::uint32_t stored_ = 0;
  std::vector<Entry> pending_;
};

}  // namespace wharf::log
