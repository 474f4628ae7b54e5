#pragma once
// What a start finds in the journals of transactions: each that is not cancelled is carried out, once more perhaps.
// What was sent is known where it is by its number (docs/decisions/061), what was settled is not in its queue any more.
//
//   look()      of every journal
//   settle()    of every journal: all is held by then, so nothing that one settles is too old before another has it
//   send(stop)  once queues, logs and delays take messages, until it says that all is done
#include <cstdint>
#include <set>
#include <stop_token>
#include <vector>

#include "broker/node/shards.hpp"
#include "broker/node/transaction_record.hpp"
#include "broker/outgoing_parts.hpp"
#include "broker/read.hpp"
#include "runtime/logger.hpp"

namespace wharf::broker {

/// What a replay stands on; all of it outlives it.
struct ReplayPorts {
  NodeShards& shards;
  Read& read;
  OutgoingPorts to;
};

class TransactionReplay {
 public:
  /// Of one partition of `__transactions`.
  TransactionReplay(runtime::Shard& here, ReplayPorts ports, PartitionId partition, runtime::Logger& logger);

  /// Through all that is there. Queues are recovered and none has begun: what was settled is held, so that nobody gets
  /// it, and nothing of it is found too old. What is damaged is told and passed over; other errors: it cannot be read.
  runtime::Task<Result<void>> look();
  runtime::Task<void> settle();
  /// In the order of the transactions. False: the machine does not take all now, or `stop` was asked for; it goes on
  /// from there when it is called again.
  runtime::Task<bool> send(std::stop_token stop);

  const PartitionId& partition() const { return partition_; }
  /// All of it is before this offset.
  Offset end() const { return end_; }

 private:
  struct Settled {
    Offset begins;
    SettledMessages messages;
  };
  /// What one transaction sends that is not known to be there; by the places of its records.
  struct Sending {
    OutgoingParts parts;
    std::vector<std::size_t> queues, logs, delayed;
  };
  runtime::Task<void> hold(SettledMessages settled);
  runtime::Task<bool> send(const std::vector<TransactionRecord>* records);
  Sending sending_of(const std::vector<TransactionRecord>& records) const;
  log::OwnedBatches copy_of(ByteView batch) const;
  bool is_done(const Result<void>& outcome);
  void take(const TransactionRecord& record, Offset offset);
  void tell(std::string_view what, const Error& error);

  runtime::Shard& here_;
  ReplayPorts ports_;
  PartitionId partition_;
  runtime::Logger& logger_;
  queue::ConsumerId holder_;
  Offset end_{0};
  Offset begins_{0};  // of the transaction that is read
  std::set<Offset> cancelled_;
  std::vector<Settled> settled_;  // not on disk so far
  Offset next_{0};                // of the first transaction that is not sent as a whole
  std::set<std::size_t> sent_;    // records of that one
  std::int16_t attempts_ = 0;     // that were refused by some
};

}  // namespace wharf::broker
