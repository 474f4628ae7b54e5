#pragma once
// Transactions as the topic `__transactions` keeps them while they are carried out (docs/formats.md): each is one
// batch, whose first record begins it and whose others are what it sends and settles. A later record may say that it is
// not to be.
#include <cstdint>
#include <variant>
#include <vector>

#include "broker/transactions.hpp"
#include "model/record.hpp"

namespace wharf::broker {

struct TransactionBegins {};
struct SentToQueue {
  TopicId queue;
  std::uint8_t level = 0;
  std::uint64_t messages = 0;
  std::uint64_t body_bytes = 0;
  bool expiring = false;
  ByteView batch;  // empty: that of the record before, which goes to several queues
};
struct SentToLog {
  PartitionId partition;
  ByteView batch;
};
struct SentToDelays {
  queue::ScheduleEnvelope envelope;
  ByteView batch;
};
struct SettledMessages {
  TopicId queue;
  queue::Settlement messages;  // kDone or kReject: others come back by themselves
};
struct TransactionCancelled {
  Offset begins;  // that transaction's first record
};
using TransactionRecord =
    std::variant<TransactionBegins, SentToQueue, SentToLog, SentToDelays, SettledMessages, TransactionCancelled>;

/// Of a transaction without its first record; views into `parts`. What need not survive a crash is not among them.
std::vector<TransactionRecord> records_of(const TransactionParts& parts);
/// The batch of a transaction: its first record, then these. kTooLarge: no batch can be that large.
Result<std::vector<std::byte>> encode_transaction(const std::vector<TransactionRecord>& records, Timestamp now);
std::vector<std::byte> encode_cancellation(Offset begins, Timestamp now);
/// A view into the record. kMalformed, kUnsupportedVersion.
Result<TransactionRecord> decode_transaction_record(const Record& record);

}  // namespace wharf::broker
