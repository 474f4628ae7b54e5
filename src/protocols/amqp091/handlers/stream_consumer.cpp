#include "protocols/amqp091/handlers/stream_consumer.hpp"

#include <algorithm>
#include <utility>

namespace wharf::amqp091 {
namespace {

constexpr std::uint64_t kWindowBytes = 1 << 20;  // handed to the connection and not written yet
constexpr std::size_t kMessagesPerTurn = 256;    // of its shard

/// A client that takes few messages at a time holds no more of the log in memory than it needs.
std::size_t read_bytes(std::uint32_t prefetch) {
  constexpr std::size_t kPerMessage = 512, kLeast = 16u << 10, kMost = 256u << 10;
  return std::clamp(prefetch * kPerMessage, kLeast, kMost);
}

}  // namespace

runtime::Task<Result<StreamPlace>> stream_place(const Door* door, PartitionId partition, StreamStart start) {
  using Kind = StreamStart::Kind;
  Result<broker::PartitionMarks> marks = co_await door->read.marks(door->shard, partition);
  if (!marks) co_return fail(marks.error());
  const Offset first = marks->log_start, end = marks->high_watermark;
  if (start.kind == Kind::kFirst) co_return StreamPlace{partition, first, first};
  if (start.kind == Kind::kNext) co_return StreamPlace{partition, end, end};
  if (start.kind == Kind::kLast) {
    Offset last = std::max(first, end.plus(-1));
    co_return StreamPlace{partition, last, last};
  }
  if (start.kind == Kind::kOffset) {
    Offset asked(start.value);
    co_return StreamPlace{partition, std::clamp(asked, first, end), asked};
  }
  std::int64_t now_ms = door->shard.clock().wall_now().ms;
  Timestamp time{start.kind == Kind::kAge ? std::max<std::int64_t>(now_ms - start.value, 0) : start.value};
  Result<broker::FoundOffset> found = co_await door->read.find_time(door->shard, partition, time);
  if (!found) co_return fail(found.error());
  Offset from = found->offset < Offset(0) ? end : found->offset;
  co_return StreamPlace{partition, from, from};
}

StreamConsumer::StreamConsumer(const Door& door, StreamPlace place, Limits limits, std::uint32_t expected,
                               queue::ConsumerId id, std::shared_ptr<broker::ConsumerSink> sink)
    : door_(door),
      place_(place),
      limits_(limits),
      id_(id),
      sink_(std::move(sink)),
      cursor_(door.read, door.shard, place.partition, place.read_from, read_bytes(expected)),
      changed_(door.shard) {}

void StreamConsumer::begin(std::shared_ptr<StreamConsumer> self, runtime::TaskScope& tasks) {
  if (!tasks.spawn("amqp-stream", read_on(self, tasks.stop_token()))) return;
  tasks.spawn("amqp-stream-end", watch_end(self));
}

runtime::Task<void> StreamConsumer::read_on(std::shared_ptr<StreamConsumer> self, std::stop_token scope_ends) {
  std::stop_callback stops(scope_ends, [&self] { self->stop(); });
  while (!self->stopped()) {
    Result<std::vector<broker::CursorRecord>> records = co_await self->cursor_.next(self->stop_.get_token());
    if (!records) co_return self->end(records.error());
    co_await self->hand_out(std::move(*records));
  }
}

/// Told apart from reading, which a client without room does not do.
runtime::Task<void> StreamConsumer::watch_end(std::shared_ptr<StreamConsumer> self) {
  co_await self->door_.read.until_gone(self->door_.shard, self->place_.partition, self->stop_.get_token());
  self->end({ErrorCode::kNotFound, "the log is gone"});
}

void StreamConsumer::end(const Error& error) {
  if (stopped()) return;
  stop();
  if (error.code != ErrorCode::kNotFound) {
    door_.logger.warn("ended a consumer of a stream: it cannot be read on",
                      {{"listener", "amqp"}, {"partition", place_.partition.folder()}, {"reason", error.message}});
  }
  sink_->ended(id_, queue::EndReason::kQueueDeleted);
}

runtime::Task<void> StreamConsumer::hand_out(std::vector<broker::CursorRecord> records) {
  std::size_t at = 0;
  while (at < records.size() && !stopped()) {
    read_ = records.size() - at;
    if (!has_room()) {
      ask_for_share();
      co_await changed_.wait();
      continue;
    }
    std::vector<broker::Delivery> some;
    for (; at < records.size() && has_room() && some.size() < kMessagesPerTurn; ++at) {
      broker::CursorRecord& next = records[at];
      if (next.record.offset < place_.first) continue;
      broker::Delivery& delivery = some.emplace_back();
      delivery.id = {0, next.record.offset};
      delivery.owner = std::move(next.owner);
      delivery.record = next.record;
      ++unsettled_;
      unwritten_bytes_ += delivery.window_bytes();
    }
    read_ = records.size() - at;
    if (!some.empty()) sink_->deliver(id_, std::move(some));
    if (at < records.size()) co_await runtime::next_turn(door_.shard);
  }
}

bool StreamConsumer::would_have_room() const {
  bool may_have_more = limits_.prefetch == 0 || unsettled_ < limits_.prefetch;
  return may_have_more && unwritten_bytes_ < kWindowBytes;
}

/// There is a message for it. What it gets may come before this returns.
void StreamConsumer::ask_for_share() {
  if (asked_ || fits_share() || !would_have_room()) return;
  asked_ = true;
  sink_->wants(id_);
}

void StreamConsumer::change_share(std::int64_t more) {
  limits_.share += more;
  asked_ = false;
  changed_.notify();
}

std::uint64_t StreamConsumer::take_share(bool all) {
  // What it has read goes out in a turn that comes: room for that is in use, or others would have it each time.
  const auto used = static_cast<std::int64_t>(unsettled_ + (all ? 0 : read_));
  const std::int64_t unused = std::max<std::int64_t>(0, limits_.share - used);
  const std::int64_t taken = all ? unused : (unused + 1) / 2;
  if (taken > 0) change_share(-taken);
  return static_cast<std::uint64_t>(taken);
}

void StreamConsumer::settled(std::uint64_t messages) {
  unsettled_ -= std::min(unsettled_, messages);
  changed_.notify();
}

void StreamConsumer::wrote(std::uint64_t bytes) {
  unwritten_bytes_ -= std::min(unwritten_bytes_, bytes);
  changed_.notify();
}

void StreamConsumer::stop() {
  stop_.request_stop();
  changed_.notify();
}

}  // namespace wharf::amqp091
