#pragma once
// Control batches: records that the broker writes between the clients' own, take an offset each and are never shown to
// an application. Key: version i16, type i16. The one that clients read is a transaction's end (KIP-98).
#include <cstdint>
#include <vector>

#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/record.hpp"
#include "model/time.hpp"

namespace wharf {

/// Values as on the wire. Others exist (Kafka's own quorum writes them) and are skipped like an unknown one.
enum class ControlType : std::int16_t { kAbort = 0, kCommit = 1, kUnknown = -1 };

/// The type in a control record's key; kUnknown for one that we have no name for. Errors: kInvalidRecord.
Result<ControlType> read_control_type(const Record& record);

/// The end of a transaction, one record in a batch of its own.
struct EndTxnMarker {
  ControlType type = ControlType::kAbort;
  std::int32_t coordinator_epoch = 0;  // an older coordinator's marker is not taken (fencing)

  friend bool operator==(const EndTxnMarker&, const EndTxnMarker&) = default;
};

/// Errors: kInvalidRecord if the record is not a transaction's end.
Result<EndTxnMarker> read_end_txn_marker(const Record& record);

/// A whole batch with base offset 0, to be stamped by the log.
std::vector<std::byte> build_end_txn_batch(const EndTxnMarker& marker, ProducerId producer_id,
                                           ProducerEpoch producer_epoch, Timestamp now,
                                           LeaderEpoch leader_epoch = kNoLeaderEpoch);

}  // namespace wharf
