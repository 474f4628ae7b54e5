#pragma once
// Which records compaction keeps, batch by batch (KIP-58, 534; Kafka's cleaner). A core: bytes and facts in, bytes out.
//
//   - of each key the record with the largest offset below the map's end; all records at or above it
//   - a tombstone (no value) until its batch's delete horizon, which the first pass that meets it sets to now +
//   delete.retention.ms
//   - ... and for as long as records stay that the pass does not see (keep_deletions())
//   - a transaction marker as long as batches of its transaction are there, then until a delete horizon likewise
//   - never a record without a key
//   - or, for a queue's log: what its queue says is gone, and nothing else
//   - the last batch of each producer, empty if need be, so that its sequence is not forgotten; likewise the very last
//   batch
//
// Offsets do not change; a batch keeps its first and last one even when the records there are gone.
#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "log/key_offsets.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/record_batch.hpp"
#include "model/time.hpp"

namespace wharf::log {

/// Records that nobody needs any more, whatever their keys: a queue's settled ones. Ranges ascending and apart.
struct GoneOffsets {
  struct Range {
    Offset first, next;
  };
  std::vector<Range> ranges;

  bool holds(Offset offset) const;
  /// How many of [first, next) are gone.
  std::int64_t count_in(Offset first, Offset next) const;
};

struct CompactionRules {
  std::shared_ptr<const GoneOffsets> gone;  // instead of keys: these go, all others stay
  Timestamp now;
  std::int64_t delete_retention_ms = 0;
  Offset map_end;                      // keys of records below are in the map
  std::set<Offset> keep_batches_at;    // base offsets of the last batches of active producers
};

class CompactionFilter {
 public:
  /// `newest` outlives the filter.
  CompactionFilter(const KeyOffsets& newest, CompactionRules rules) : newest_(newest), rules_(std::move(rules)) {}

  /// Appends to `into` what is left of `batch`: as it was, rewritten, empty, or nothing. `is_last`: nothing comes behind it.
  /// Batches must come in order. A batch that cannot be opened is kept as it is.
  Result<void> take(const BatchView& batch, bool is_last, std::vector<std::byte>& into);
  /// From now on no tombstone and no marker goes: a segment before stays as it is, and what they delete may be in it.
  void keep_deletions() { keeps_deletions_ = true; }

 private:
  bool keeps(const BatchHeader& header, const struct RecordFacts& record) const;
  bool marker_is_needed(const BatchHeader& header);

  const KeyOffsets& newest_;
  CompactionRules rules_;
  bool keeps_deletions_ = false;
  std::set<ProducerId> open_transactions_;  // with batches since the producer's last marker
};

}  // namespace wharf::log
