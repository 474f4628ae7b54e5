#include "broker/node/transaction_replay.hpp"

#include <functional>
#include <limits>
#include <utility>

#include "broker/node/kept_topic.hpp"
#include "broker/record_cursor.hpp"
#include "model/bytes.hpp"

namespace wharf::broker {
namespace {

constexpr std::size_t kReadBytes = 1u << 20;

}  // namespace

TransactionReplay::TransactionReplay(runtime::Shard& here, ReplayPorts ports, PartitionId partition,
                                     runtime::Logger& logger)
    : here_(here),
      ports_(ports),
      partition_(partition),
      logger_(logger),
      holder_(ports.to.queues.new_consumer_id(here)) {}

void TransactionReplay::tell(std::string_view what, const Error& error) {
  logger_.error(what, {{"partition", partition_.index.value}, {"reason", error.message}});
}

void TransactionReplay::take(const TransactionRecord& record, Offset offset) {
  if (std::holds_alternative<TransactionBegins>(record)) begins_ = offset;
  if (const auto* cancelled = std::get_if<TransactionCancelled>(&record)) cancelled_.insert(cancelled->begins);
  if (const auto* settled = std::get_if<SettledMessages>(&record)) settled_.push_back({begins_, *settled});
}

runtime::Task<Result<void>> TransactionReplay::look() {
  std::function<void(const Record&)> visit = [this](const Record& record) {
    end_ = record.offset.plus(1);
    Result<TransactionRecord> decoded = decode_transaction_record(record);
    if (!decoded) return tell("a record of a transaction cannot be read", decoded.error());
    take(*decoded, record.offset);
  };
  Result<void> looked = co_await read_kept(&here_, &ports_.read, partition_, &visit);
  if (!looked && looked.error().code != ErrorCode::kDamaged) co_return looked;
  if (!looked) tell("transactions are damaged on disk; what is behind them is carried out", looked.error());
  std::erase_if(settled_, [this](const Settled& one) { return cancelled_.contains(one.begins); });
  for (const Settled& one : settled_) co_await hold(one.messages);
  co_return Result<void>();
}

/// What is not there any more was settled before.
runtime::Task<void> TransactionReplay::hold(SettledMessages settled) {
  const queue::Settlement& messages = settled.messages;
  for (queue::MessageId at = messages.first; at.offset <= messages.last; at.offset = at.offset.plus(1)) {
    std::ignore = co_await ports_.to.queues.hold(here_, ports_.shards.ref_of(settled.queue), holder_, at, 0);
  }
}

runtime::Task<void> TransactionReplay::settle() {
  std::vector<Settled> left;
  for (const Settled& one : std::exchange(settled_, {})) {
    Result<void> done = co_await ports_.to.queues.settle_durably(here_, ports_.shards.ref_of(one.messages.queue),
                                                                 holder_, {one.messages.messages});
    if (!done) left.push_back(one);
  }
  settled_ = std::move(left);
}

/// Of a later epoch each time, for whoever has refused it takes no more of the earlier one.
log::OwnedBatches TransactionReplay::copy_of(ByteView batch) const {
  log::OwnedBatches copy = log::own({batch.begin(), batch.end()});
  std::optional<MessageNumber> number = copy.number();
  if (!number || attempts_ == 0) return copy;
  number->epoch = number->epoch.plus(attempts_);
  copy.set_number(*number);
  return copy;
}

TransactionReplay::Sending TransactionReplay::sending_of(const std::vector<TransactionRecord>& records) const {
  Sending sending;
  ByteView shared;
  for (std::size_t place = 0; place < records.size(); ++place) {
    const auto* sent = std::get_if<SentToQueue>(&records[place]);
    if (sent != nullptr && !sent->batch.empty()) shared = sent->batch;
    if (sent_.contains(place)) continue;
    if (sent != nullptr) {
      sending.queues.push_back(place);
      sending.parts.queues.push_back({ports_.shards.ref_of(sent->queue),
                                      {.level = sent->level,
                                       .batch = copy_of(shared),
                                       .messages = sent->messages,
                                       .body_bytes = sent->body_bytes,
                                       .expiring = sent->expiring}});
    } else if (const auto* logged = std::get_if<SentToLog>(&records[place])) {
      sending.logs.push_back(place);
      sending.parts.logs.push_back({logged->partition, copy_of(logged->batch)});
    } else if (const auto* delayed = std::get_if<SentToDelays>(&records[place])) {
      sending.delayed.push_back(place);
      sending.parts.delayed.push_back(
          {.envelope = delayed->envelope, .batch = {delayed->batch.begin(), delayed->batch.end()}});
    }
  }
  return sending;
}

/// Whoever has it knows it by its number, before anything can be refused: who was told that it is kept is not refused
/// here. kOutOfOrderSequence: one before it could not be kept.
bool TransactionReplay::is_done(const Result<void>& outcome) {
  if (is_kept(outcome)) return true;
  const Error& error = outcome.error();
  bool is_later = fate_of(error) == Fate::kNotNow || error.code == ErrorCode::kOutOfOrderSequence;
  if (is_later && error.code != ErrorCode::kDamaged) return false;
  tell("what a transaction sends is refused after a restart", error);
  return true;
}

/// One transaction.
runtime::Task<bool> TransactionReplay::send(const std::vector<TransactionRecord>* records) {
  Sending sending = sending_of(*records);
  if (sending.parts.empty()) co_return true;
  std::vector<Result<void>> outcomes = co_await broker::send(here_, ports_.to, std::move(sending.parts));
  std::vector<std::size_t> places = std::move(sending.queues);  // in the order of the outcomes
  places.insert(places.end(), sending.logs.begin(), sending.logs.end());
  places.insert(places.end(), sending.delayed.begin(), sending.delayed.end());
  bool all = true;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    bool done = is_done(outcomes[i]);
    if (done) sent_.insert(places[i]);
    all &= done;
  }
  if (all) {
    sent_.clear();
  } else if (attempts_ < std::numeric_limits<std::int16_t>::max() / 2) {
    ++attempts_;
  }
  co_return all;
}

runtime::Task<bool> TransactionReplay::send(std::stop_token stop) {
  co_await settle();
  if (!settled_.empty()) co_return false;
  RecordCursor cursor(ports_.read, here_, partition_, next_, kReadBytes);
  while (cursor.position() < end_) {
    const Offset before = cursor.position();
    Result<std::vector<CursorRecord>> some = co_await cursor.available();
    if (!some && some.error().code == ErrorCode::kDamaged && cursor.pass_over_damage()) continue;
    if (!some) co_return some.error().code == ErrorCode::kDamaged;  // look() has told of it
    if (some->empty() && cursor.position() == before) co_return true;
    std::vector<TransactionRecord> records;  // of one: each is a batch, and all of it was read
    for (const CursorRecord& one : *some) {
      if (one.record.offset >= end_) break;
      Result<TransactionRecord> decoded = decode_transaction_record(one.record);
      if (!decoded) continue;
      if (std::holds_alternative<TransactionBegins>(*decoded)) {
        if (stop.stop_requested()) co_return false;
        bool sent = co_await send(&records);
        if (!sent) co_return false;
        records.clear();
        next_ = begins_ = one.record.offset;
      }
      if (!cancelled_.contains(begins_)) records.push_back(std::move(*decoded));
    }
    bool sent = co_await send(&records);
    if (!sent) co_return false;
    next_ = cursor.position();
  }
  co_return true;
}

}  // namespace wharf::broker
