#pragma once
// The transactions port: what a transaction is to do is in its shard's journal before it does any of it, and a start
// carries out what it finds there (docs/decisions/062).
#include <memory>
#include <vector>

#include "broker/node/shards.hpp"
#include "broker/node/transaction_journal.hpp"
#include "broker/node/transaction_replay.hpp"
#include "broker/node/transaction_senders.hpp"
#include "broker/transactions.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {

class NodeTransactions final : public Transactions {
 public:
  NodeTransactions(NodeShards& shards, OutgoingPorts to, Read& read, runtime::Random& random, runtime::Logger& logger);

  /// At a start, on the first shard: when queues are recovered and none has begun. An error: a journal cannot be read.
  runtime::Task<Result<void>> settle_found(runtime::Shard& here);
  /// When queues, logs and delays take messages. What a disk does not take now is sent later.
  runtime::Task<void> send_found();
  /// A shard's, from there.
  void give_up_waiting(runtime::Shard& here) { lane_of(here).journal.give_up_waiting(); }
  runtime::Task<void> close(runtime::Shard& here);

  runtime::Task<std::vector<Result<void>>> commit(runtime::Shard& here, TransactionParts parts) override;

 private:
  struct Lane {
    Lane(runtime::Shard& owner, JournalPorts ports, runtime::Random& random)
        : shard(owner),
          journal(owner, ports, static_cast<std::int32_t>(owner.index().value)),
          senders(random),
          tasks(owner) {}
    runtime::Shard& shard;
    TransactionJournal journal;
    TransactionSenders senders;
    runtime::TaskScope tasks;  // that make up for what the disk refused
  };
  Lane& lane_of(const runtime::Shard& here) { return *lanes_[here.index().value]; }
  runtime::Task<Result<void>> until_kept(runtime::Shard* here, const std::vector<SettledPart>* settled);
  runtime::Task<void> settle_later(Lane* lane, std::vector<SettledPart> settled, Offset begins);
  runtime::Task<std::vector<Result<void>>> commit_written(Lane* lane, TransactionParts parts);
  runtime::Task<void> send_some();
  runtime::Task<void> send_rest();
  void keep_found(const TransactionReplay& replay, bool keep);

  NodeShards& shards_;
  OutgoingPorts to_;
  Read& read_;
  runtime::Logger& logger_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::unique_ptr<TransactionReplay>> found_;  // not carried out so far
  runtime::TaskScope sending_;                             // of what is found
};

}  // namespace wharf::broker
