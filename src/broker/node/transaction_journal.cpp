#include "broker/node/transaction_journal.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "broker/node/kept_topic.hpp"
#include "log/owned_batches.hpp"

namespace wharf::broker {
namespace {

constexpr Milliseconds kRetry{1'000};

TopicRequest topic_request(std::int32_t partitions) {
  return {.name = std::string(kTransactionsTopic),
          .partitions = partitions,
          .overrides = {{"cleanup.policy", "delete"},
                        {"compression.type", "producer"},
                        {"max.message.bytes", "2147483647"},
                        {"retention.bytes", "-1"},
                        {"retention.ms", "-1"},
                        {"segment.bytes", "16777216"},
                        {"wharf.flush", "sync"}},  // as durable queues are
          .internal = true};
}

/// With at least so many partitions.
runtime::Task<Result<std::shared_ptr<const cluster::Topic>>> open_topic(runtime::Shard* here, Catalogue* catalogue,
                                                                        std::int32_t partitions) {
  auto opened = co_await open_own_topic(*here, catalogue, topic_request(partitions));
  if (!opened) co_return opened;
  if ((*opened)->internal && (*opened)->partitions < partitions) {
    Result<void> grown = co_await catalogue->grow_topic(*here, (*opened)->id, partitions);
    std::shared_ptr<const cluster::Topic> now = transactions_topic(*here, *catalogue);
    if (!grown && (!now || now->partitions < partitions)) co_return fail(grown.error());  // else another shard did it
  }
  std::shared_ptr<const cluster::Topic> topic = transactions_topic(*here, *catalogue);
  if (!topic) co_return fail(ErrorCode::kUnavailable, "somebody has made or deleted the topic __transactions");
  co_return topic;
}

}  // namespace

std::shared_ptr<const cluster::Topic> transactions_topic(runtime::Shard& here, const Catalogue& catalogue) {
  std::shared_ptr<const cluster::Topic> topic = catalogue.topics(here)->find(std::string(kTransactionsTopic));
  return topic && topic->internal ? topic : nullptr;
}

runtime::Task<Result<PartitionId>> TransactionJournal::open_partition() {
  std::shared_ptr<const cluster::Topic> topic = transactions_topic(shard_, ports_.catalogue);
  if (!topic || topic->partitions <= index_) {
    auto opened = co_await open_topic(&shard_, &ports_.catalogue, index_ + 1);
    if (!opened) co_return fail(opened.error());
    topic = *opened;
  }
  PartitionId partition = topic->partition(index_);
  if (partition_ != partition) end_ = Offset(0);  // it was deleted and is there anew
  partition_ = partition;
  co_return partition;
}

runtime::Task<Result<Published>> TransactionJournal::append(std::vector<std::byte> batch) {
  return write_decided(shard_, &ports_.publish, *partition_, log::own(std::move(batch)));
}

runtime::Task<Result<Offset>> TransactionJournal::write(std::vector<TransactionRecord> records) {
  Result<std::vector<std::byte>> batch = encode_transaction(records, shard_.clock().wall_now());
  if (!batch) co_return fail(batch.error());
  Result<PartitionId> partition = co_await open_partition();
  if (!partition) co_return fail(partition.error());
  // It comes here or behind, before others, perhaps, that are done before its place is known.
  const Offset least = end_;
  open_.insert(least);
  Result<Published> written = co_await append(std::move(*batch));
  no_longer_open(least);
  if (!written) co_return fail(written.error());
  end_ = std::max(end_, written->next);
  open_.insert(written->first);
  co_return written->first;
}

runtime::Task<Result<void>> TransactionJournal::cancel(Offset begins) {
  while (true) {
    Result<Published> written = co_await append(encode_cancellation(begins, shard_.clock().wall_now()));
    if (written) {
      end_ = std::max(end_, written->next);
      done(begins);
      co_return Result<void>();
    }
    bool stop = co_await runtime::pause(&tasks_, kRetry);
    if (stop) co_return fail(ErrorCode::kClosed, "the node stops, and nobody knows what becomes of the transaction");
  }
}

/// One of those that are open from there on.
void TransactionJournal::no_longer_open(Offset from) {
  if (auto known = open_.find(from); known != open_.end()) open_.erase(known);
}

void TransactionJournal::done(Offset begins) {
  no_longer_open(begins);
  trim_later();
}

void TransactionJournal::keep_found(bool keep) {
  keeps_found_ = keep;
  if (!keep) trim_later();
}

void TransactionJournal::trim_later() {
  if (timer_ || tasks_.stopping()) return;
  timer_ = shard_.set_timer(shard_.now() + kTrimDelay, [this] {
    timer_.reset();
    trim();
  });
}

void TransactionJournal::trim() {
  if (!partition_ || keeps_found_) return;
  trim_journal(ports_.shards, *partition_, open_.empty() ? end_ : *open_.begin());
}

void trim_journal(NodeShards& shards, const PartitionId& partition, Offset before) {
  NodeShard* owner = &shards.owner(partition);
  owner->shard.post([owner, partition, before] { owner->logs->store().trimmer().trim(partition, before); });
}

runtime::Task<void> TransactionJournal::close() {
  tasks_.request_stop();
  if (timer_) shard_.cancel_timer(*std::exchange(timer_, {}));
  co_await tasks_.close();
  trim();
}

}  // namespace wharf::broker
