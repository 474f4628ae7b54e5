#include "broker/node/transactions.hpp"

#include <algorithm>
#include <utility>

namespace wharf::broker {
namespace {

constexpr Milliseconds kRetry{1'000}, kLongestRetry{60'000};

using Outcomes = std::vector<Result<void>>;

/// How many logs it writes to: one write is whole by itself.
std::size_t writes_of(const TransactionParts& parts) {
  auto queues =
      std::ranges::count_if(parts.sends.queues, [](const EnqueuePart& one) { return one.messages.persistent; });
  auto delays = std::ranges::count_if(parts.sends.delayed, &Delayed::persistent);
  return static_cast<std::size_t>(queues + delays) + parts.sends.logs.size() + parts.settled.size();
}

std::size_t outcomes_of(const TransactionParts& parts) {
  return parts.sends.queues.size() + parts.sends.logs.size() + parts.sends.delayed.size() + parts.settled.size();
}

/// All before it are on disk when it is.
std::vector<queue::MessageId> last_of_each_level(const SettledPart& part) {
  std::vector<queue::MessageId> last;
  for (const queue::Settlement& one : part.settlements) {
    auto level = std::ranges::find(last, one.first.level, &queue::MessageId::level);
    if (level == last.end()) {
      last.push_back({one.first.level, one.last});
    } else {
      level->offset = std::max(level->offset, one.last);
    }
  }
  return last;
}

/// No code here may mean that all is well: a destination that is gone has nothing against a message, a journal has.
Error not_begun(const TransactionJournal& journal, const Error& error) {
  if (journal.gives_up())
    return {ErrorCode::kClosed, "the node stops, and nobody knows what becomes of the transaction"};
  return {fate_of(error) == Fate::kKept ? ErrorCode::kUnavailable : error.code, error.message};
}

std::vector<SettledPart> places_of(const std::vector<SettledPart>& settled) {
  std::vector<SettledPart> places;
  for (const SettledPart& part : settled) places.push_back({part.queue, part.consumer, {}});
  return places;
}

}  // namespace

NodeTransactions::NodeTransactions(NodeShards& shards, OutgoingPorts to, Read& read, runtime::Random& random,
                                   runtime::Logger& logger)
    : shards_(shards), to_(to), read_(read), logger_(logger), sending_(shards.at(0).shard) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    JournalPorts ports{shards_, to_.catalogue, to_.publish};
    lanes_.push_back(std::make_unique<Lane>(shards_.at(i).shard, ports, random));
  }
}

runtime::Task<Result<void>> NodeTransactions::until_kept(runtime::Shard* here,
                                                         const std::vector<SettledPart>* settled) {
  for (const SettledPart& part : *settled) {
    for (queue::MessageId last : last_of_each_level(part)) {
      Result<void> kept = co_await to_.queues.until_kept(*here, part.queue, last);
      if (!is_kept(kept)) co_return kept;  // a queue that goes meanwhile has nothing to keep
    }
  }
  co_return Result<void>();
}

runtime::Task<Outcomes> NodeTransactions::commit(runtime::Shard& here, TransactionParts parts) {
  if (writes_of(parts) > 1) return commit_written(&lane_of(here), std::move(parts));
  return carry_out(here, to_, std::move(parts));
}

runtime::Task<Outcomes> NodeTransactions::commit_written(Lane* lane, TransactionParts parts) {
  const std::size_t all = outcomes_of(parts), sends = all - parts.settled.size();
  // A message may come to a client before it is on disk (docs/decisions/041). If it were not there after a crash, a
  // later one in its place would be settled.
  Result<void> kept = co_await until_kept(&lane->shard, &parts.settled);
  if (!kept) co_return Outcomes(all, kept);
  MessageNumber number = lane->senders.borrow();
  number_parts(parts.sends, number);
  Result<Offset> begins = co_await lane->journal.write(records_of(parts));
  if (!begins) co_return Outcomes(all, fail(not_begun(lane->journal, begins.error())));
  std::vector<SettledPart> settled = places_of(parts.settled);
  Outcomes outcomes = co_await carry_out(lane->shard, to_, std::move(parts));
  const auto first_settled = outcomes.begin() + static_cast<std::ptrdiff_t>(sends);
  if (!std::all_of(outcomes.begin(), first_settled, is_kept<void>)) {
    Result<void> cancelled = co_await lane->journal.cancel(*begins);
    if (!cancelled) co_return Outcomes(all, cancelled);
    lane->senders.give_back(number, true);
    co_return outcomes;
  }
  lane->senders.give_back(number, false);
  if (std::all_of(first_settled, outcomes.end(), is_kept<void>)) {
    lane->journal.done(*begins);
  } else {
    lane->tasks.spawn("settle-later", settle_later(lane, std::move(settled), *begins));
  }
  std::fill(first_settled, outcomes.end(), Result<void>());  // the journal has it, whatever becomes of this node
  co_return outcomes;
}

/// Queues know what was settled, and their disk refuses to note it.
runtime::Task<void> NodeTransactions::settle_later(Lane* lane, std::vector<SettledPart> settled, Offset begins) {
  for (const SettledPart& part : settled) {
    Result<void> noted = fail(ErrorCode::kStorage, "not yet");
    while (!noted) {
      bool stop = co_await runtime::pause(&lane->tasks, kRetry);
      if (stop) co_return;
      noted = co_await to_.queues.settle_durably(lane->shard, part.queue, part.consumer, {});
    }
  }
  lane->journal.done(begins);
}

runtime::Task<Result<void>> NodeTransactions::settle_found(runtime::Shard& here) {
  std::shared_ptr<const cluster::Topic> topic = transactions_topic(here, to_.catalogue);
  ReplayPorts ports{shards_, read_, to_};
  for (std::int32_t i = 0; topic && i < topic->partitions; ++i) {
    found_.push_back(std::make_unique<TransactionReplay>(here, ports, topic->partition(i), logger_));
    Result<void> looked = co_await found_.back()->look();
    if (!looked) co_return looked;
  }
  for (const std::unique_ptr<TransactionReplay>& one : found_) co_await one->settle();
  co_return Result<void>();
}

runtime::Task<void> NodeTransactions::send_found() {
  for (const std::unique_ptr<TransactionReplay>& one : found_) keep_found(*one, true);
  co_await send_some();
  if (!found_.empty()) sending_.spawn("send-found-transactions", send_rest());
}

runtime::Task<void> NodeTransactions::send_some() {
  for (auto at = found_.begin(); at != found_.end();) {
    TransactionReplay* replay = at->get();
    bool sent = co_await replay->send(sending_.stop_token());
    if (!sent) {
      ++at;
      continue;
    }
    trim_journal(shards_, replay->partition(), replay->end());
    keep_found(*replay, false);
    at = found_.erase(at);
  }
}

runtime::Task<void> NodeTransactions::send_rest() {
  for (Milliseconds wait = kRetry; !found_.empty(); wait = std::min(2 * wait, kLongestRetry)) {
    bool stop = co_await runtime::pause(&sending_, wait);
    if (stop) co_return;
    co_await send_some();
  }
}

/// For the shard that writes there now, if one does.
void NodeTransactions::keep_found(const TransactionReplay& replay, bool keep) {
  auto index = static_cast<std::size_t>(replay.partition().index.value);
  if (index >= lanes_.size()) return;
  Lane* lane = lanes_[index].get();
  lane->shard.post([lane, keep] { lane->journal.keep_found(keep); });
}

runtime::Task<void> NodeTransactions::close(runtime::Shard& here) {
  co_await sending_.close();
  for (const std::unique_ptr<Lane>& one : lanes_) {
    Lane* lane = one.get();
    co_await runtime::await_on(here, lane->shard, [lane] { return lane->tasks.close(); });
    co_await runtime::await_on(here, lane->shard, [lane] { return lane->journal.close(); });
  }
}

}  // namespace wharf::broker
