#pragma once
// At which offset each leader epoch of a partition began (KIP-101, KIP-279): how a follower or a client finds out where its
// log parted from the leader's. Usually one entry.
#include <cstddef>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"

namespace wharf::log {

/// Answer of OffsetForLeaderEpoch: an epoch, and the offset behind its last record. -1 and -1: not known.
struct EpochEnd {
  LeaderEpoch epoch = kNoLeaderEpoch;
  Offset end_offset{-1};
  friend bool operator==(const EpochEnd&, const EpochEnd&) = default;
};

class LeaderEpochs {
 public:
  struct Entry {
    LeaderEpoch epoch;
    Offset start;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  /// `epoch` begins at `start`. Nothing happens when it is the latest already; a lower one must not come.
  void begin(LeaderEpoch epoch, Offset start);
  /// Records below `log_start` are gone: keeps the epoch in force there, as beginning there.
  void raise_start(Offset log_start);
  /// Forgets epochs that began above `log_end`: a crash took their records.
  void forget_from(Offset log_end);
  /// Forgets epochs above `epoch`: they were misread.
  void retract_above(LeaderEpoch epoch);

  LeaderEpoch latest() const { return entries_.empty() ? kNoLeaderEpoch : entries_.back().epoch; }
  LeaderEpoch epoch_of(Offset offset) const;
  /// Where `epoch` ended, as Kafka answers: the log end for the latest one; for one without records the next lower one and its
  /// end; for one below all known ones itself and where the first known one began; for one above all known: not known.
  /// `current`, which the leader is in, is known and begins at `log_end` while it has no records.
  EpochEnd end_of(LeaderEpoch epoch, LeaderEpoch current, Offset log_end) const;

  const std::vector<Entry>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }

  /// The stored form: count i32, then epoch i32 and start i64 each, big-endian.
  void encode(std::vector<std::byte>& into) const;
  /// Takes the stored form off the front of `from`. kDamaged when it is cut or does not rise.
  static Result<LeaderEpochs> decode(ByteView& from);

 private:
  std::vector<Entry> entries_;  // both fields rise
};

}  // namespace wharf::log
