#pragma once
// One shard's partition of the topic `__transactions`: what its transactions are to do is written there before they do
// it, and goes once they have. The topic is made with the first that needs it. Of one shard.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "broker/catalogue.hpp"
#include "broker/node/shards.hpp"
#include "broker/node/transaction_record.hpp"
#include "broker/publish.hpp"
#include "runtime/shard.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {

inline constexpr std::string_view kTransactionsTopic = "__transactions";

/// What a journal stands on; all of it outlives it.
struct JournalPorts {
  NodeShards& shards;
  Catalogue& catalogue;
  Publish& publish;
};

class TransactionJournal {
 public:
  /// `partition`: of nobody else's.
  TransactionJournal(runtime::Shard& shard, JournalPorts ports, std::int32_t partition)
      : shard_(shard), ports_(ports), index_(partition), tasks_(shard) {}

  /// Returns when it is on disk: where it begins. It is to be carried out from here on, until done().
  runtime::Task<Result<Offset>> write(std::vector<TransactionRecord> records);
  /// It is not. Waits for a disk that refuses: who is told that a transaction failed must not see it succeed after a
  /// restart. kClosed: the node stops.
  runtime::Task<Result<void>> cancel(Offset begins);
  void done(Offset begins);
  /// What was found there is still carried out: it stays until keep_found(false).
  void keep_found(bool keep);

  /// Nobody waits for a disk that refuses any more.
  void give_up_waiting() { tasks_.request_stop(); }
  /// What is not known to be written may be, all the same.
  bool gives_up() const { return tasks_.stopping(); }
  runtime::Task<void> close();

 private:
  /// After the last transaction was done: what was carried out long ago is not to be carried out again by a start (logs
  /// forget senders after a day), and what comes meanwhile goes with it.
  static constexpr Milliseconds kTrimDelay{1'000};

  runtime::Task<Result<PartitionId>> open_partition();
  runtime::Task<Result<Published>> append(std::vector<std::byte> batch);
  void no_longer_open(Offset from);
  void trim_later();
  void trim();

  runtime::Shard& shard_;
  JournalPorts ports_;
  std::int32_t index_;
  std::optional<PartitionId> partition_;
  std::multiset<Offset> open_;  // nothing from the lowest on may go: transactions, and places behind which one may come
  Offset end_{0};               // as far as is known
  bool keeps_found_ = false;
  std::optional<runtime::Timers::Handle> timer_;
  runtime::TaskScope tasks_;
};

/// What is before `before` was carried out. A start may still find what the log's next checkpoint has not noted as
/// gone.
void trim_journal(NodeShards& shards, const PartitionId& partition, Offset before);

/// The topic as it is; none: no transaction has needed it so far. One that a client has made is another.
std::shared_ptr<const cluster::Topic> transactions_topic(runtime::Shard& here, const Catalogue& catalogue);

}  // namespace wharf::broker
