#pragma once
// What a partition remembers of idempotent producers (KIP-98, KIP-360): the last five batches of each producer id, so that a
// batch sent again is answered with its first offset and a gap is refused. A core: no I/O, no clock.
//
//   check(header)      what to do with a batch, before anything is written; sees batches already take()n
//   take(header, now)  after it has been given its offset; also replays a log
//
// Senders that number their messages (model/message_number.hpp) leave gaps: a number that is not above the last one is
// here already. That holds as long as what is here of a sender is all that it sent until then; so after one that was
// refused nothing of the sender is taken any more, and it goes on under another name, or in a later epoch once none of
// this one can come again.
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "log/producer_summary.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/message_number.hpp"
#include "model/record_batch.hpp"
#include "model/time.hpp"

namespace wharf::log {

class ProducerStates {
 public:
  static constexpr std::size_t kRememberedBatches = 5;

  struct StoredBatch {
    std::int32_t first_sequence = kNoSequence;
    std::int32_t last_sequence = kNoSequence;
    Offset first;
    Offset next;
  };

  /// No value: take it. A value: this very batch is here already. Errors: kInvalidProducerEpoch (an older epoch),
  /// kOutOfOrderSequence (a gap, an old repetition, or a new epoch that does not begin at 0). A producer that is not known
  /// may begin with any sequence, as after its state expired.
  Result<std::optional<StoredBatch>> check(const BatchHeader& header) const;

  /// Where a message that may come again is, or was: in the sender's last batch, or before it. None: it has not come.
  std::optional<StoredBatch> kept_as(const MessageNumber& number) const;
  /// A batch of a sender that numbers its messages was refused, for whatever reason. Not stored: a start has none of its
  /// later ones.
  void refuse(const MessageNumber& number, Timestamp now);

  /// Remembers a batch that is in the log; `header.base_offset` is its real one. `now` is the wall clock at which it came.
  void take(const BatchHeader& header, Timestamp now);

  /// Forgets batches that reach above `log_end`: a crash took them, and their producers will send them again.
  void forget_from(Offset log_end);

  /// Forgets producers that sent nothing since `before`.
  void expire(Timestamp before);

  /// Offsets of the last batch of each producer: compaction leaves these batches in place, empty, so that a replay finds the
  /// last sequences.
  std::vector<std::pair<ProducerId, Offset>> last_batches() const;

  std::vector<ProducerSummary> summaries() const;
  std::size_t size() const { return producers_.size(); }
  bool empty() const { return producers_.empty(); }

  /// The stored form: count i32, then per producer id i64, epoch i16, last seen i64, last timestamp i64, batches i8, and per
  /// batch first sequence i32, last sequence i32, first offset i64, next offset i64; all big-endian.
  void encode(std::vector<std::byte>& into) const;
  /// Takes the stored form off the front of `from`. kDamaged when it is cut or contradicts itself.
  static Result<ProducerStates> decode(ByteView& from);

 private:
  struct Producer {
    ProducerEpoch epoch = kNoProducerEpoch;
    std::uint8_t batches = 0;
    bool refused = false;  // one of its epoch
    Timestamp last_seen;
    Timestamp last_timestamp;
    std::array<StoredBatch, kRememberedBatches> last;  // the first `batches`, oldest first

    const StoredBatch* find(std::int32_t first_sequence, std::int32_t last_sequence) const;
    std::int32_t last_sequence() const { return batches == 0 ? kNoSequence : last[batches - 1u].last_sequence; }
    void remember(const StoredBatch& batch);
  };

  std::map<ProducerId, Producer> producers_;
};

}  // namespace wharf::log
