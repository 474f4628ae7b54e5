// A schedule's logs: messages into their buckets, the state log.
#include <algorithm>
#include <map>
#include <utility>

#include "cluster/replication/keyed_records.hpp"
#include "model/record_batch_builder.hpp"
#include "queue/shell/live_schedule.hpp"
#include "queue/shell/log_config.hpp"

namespace wharf::queue {
namespace {

/// The message as it came, with its envelope for a key.
void append_with_envelope(BatchBuilder& builder, Delayed& message) {
  Result<BatchView> batch = read_batch(message.batch);
  WHARF_ASSERT(batch);  // the door made it
  Result<OpenedBatch> opened = OpenedBatch::open(*batch, message.batch.size());
  WHARF_ASSERT(opened);
  RecordReader reader = opened->reader();
  Record record;
  Result<bool> read = reader.next(record);
  WHARF_ASSERT(read && *read);
  if (record.key) message.envelope.key = std::string(as_text(*record.key));
  std::vector<std::byte> envelope = encode(message.envelope);
  record.key = ByteView(envelope);
  record.offset = builder.next_offset();
  builder.copy(record);
}

}  // namespace

struct LiveSchedule::Group {
  BatchBuilder builder{BatchOptions{}};
  std::vector<std::pair<std::size_t, Timestamp>> members;  // place in the call, due
  bool persistent = false;
  bool is_new = false;
};

struct LiveSchedule::Adding {
  std::vector<Result<ScheduledId>> outcomes;
  std::size_t groups_left = 1;  // one for add() itself
  Added answered;

  void group_done() {
    if (--groups_left == 0) answered(std::move(outcomes));
  }
};

log::AppendContext LiveSchedule::append_context() const {
  return {.leader_epoch = with_.leader_epoch(), .now = with_.shard.clock().wall_now(), .from_client = false};
}

runtime::Task<Result<void>> LiveSchedule::open(std::vector<BucketId> buckets) {
  Result<log::PartitionLog*> opened = state_.open();
  if (!opened) co_return fail(opened.error());
  auto visit = [this](const Record& record) {
    state_.found(record.value.value_or(ByteView()));
    Result<void> replayed = core_.replay(record.value.value_or(ByteView()));
    if (!replayed)
      with_.logger.error("passed over a record of the schedule's state",
                         {{"offset", record.offset.value}, {"reason", replayed.error().message}});
  };
  Result<void> read = co_await cluster::replay(&with_.logs, state_.partition(), visit);
  if (!read) {
    with_.logger.error("the schedule's state is damaged: delayed messages may be sent again",
                       {{"reason", read.error().message}});
    state_.distrust();
  }
  for (const BucketId& bucket : buckets) {
    Result<log::PartitionLog*> log = with_.logs.store().create(messages_of(bucket, lane_), log_config(log::Flush::kSync));
    if (!log) co_return fail(log.error());
    bool is_needed = core_.found(bucket, (*log)->log_start_offset(), (*log)->log_end_offset());
    if (!is_needed) std::ignore = with_.logs.remove(messages_of(bucket, lane_));
  }
  co_return Result<void>();
}

void LiveSchedule::finish() {
  state_.write_last(take_snapshot());
}

void LiveSchedule::add(std::vector<Delayed> messages, Added answered) {
  Timestamp now = with_.shard.clock().wall_now();
  auto random = static_cast<std::uint32_t>(with_.dice.roll());
  std::map<BucketId, Group> groups;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    Delayed& message = messages[i];
    Schedule::Placement place = core_.place(message.envelope.due, now, random);
    message.envelope.due = place.due;
    Group& group = groups[place.bucket];
    append_with_envelope(group.builder, message);
    group.members.emplace_back(i, place.due);
    group.persistent |= message.persistent;
    group.is_new = place.is_new;
  }
  auto adding = std::make_shared<Adding>();
  adding->outcomes.resize(messages.size());
  adding->answered = std::move(answered);
  for (auto& [bucket, group] : groups) {
    Result<void> appended = append(bucket, group, adding);
    if (appended) continue;
    for (const auto& [place, due] : group.members) adding->outcomes[place] = fail(appended.error());
    if (group.is_new) std::ignore = with_.logs.remove(messages_of(bucket, lane_));
  }
  adding->group_done();
  pump();
}

Result<void> LiveSchedule::append(const BucketId& bucket, Group& group, const std::shared_ptr<Adding>& adding) {
  if (stopping_) return fail(ErrorCode::kClosed, "the node stops");
  PartitionId partition = messages_of(bucket, lane_);
  if (group.is_new) {
    Result<log::PartitionLog*> made = with_.logs.store().create(partition, log_config(log::Flush::kSync));
    if (!made) return fail(made.error());
  }
  Result<std::vector<std::byte>> bytes = group.builder.finish();
  if (!bytes) return fail(bytes.error());
  Result<log::Appended> appended = with_.logs.append(partition, log::own(std::move(*bytes)), append_context());
  if (!appended) return fail(appended.error());
  Timestamp now = with_.shard.clock().wall_now();
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    auto [place, due] = group.members[i];
    Offset offset = appended->first.plus(static_cast<std::int64_t>(i));
    core_.arrived(bucket, {due, offset}, now);
    adding->outcomes[place] = ScheduledId{lane_, bucket, offset};
  }
  if (!group.persistent) return {};
  ++adding->groups_left;
  auto committed = [adding, members = std::move(group.members)](Result<void> kept) {
    for (const auto& [place, due] : members) {
      if (!kept) adding->outcomes[place] = fail(kept.error());
    }
    adding->group_done();
  };
  with_.logs.when_committed(partition, appended->next, std::move(committed));
  return {};
}

void LiveSchedule::remove_logs(const std::vector<BucketId>& buckets) {
  for (const BucketId& bucket : buckets) std::ignore = with_.logs.remove(messages_of(bucket, lane_));
}

/// A finished bucket's log goes with the next record that is kept. Were it gone before, a start after a crash would look for
/// it.
void LiveSchedule::write_state(Answered answered) {
  auto done = [this, alive = alive_, buckets = std::exchange(finished_, {}),
               answered = std::move(answered)](Result<void> outcome) mutable {
    if (answered) answered(outcome);
    if (!*alive) return;
    if (outcome) return remove_logs(buckets);
    finished_.insert(finished_.end(), buckets.begin(), buckets.end());
  };
  state_.write(std::move(done));
}

std::vector<std::byte> LiveSchedule::take_change() {
  ScheduleChange change = core_.take_change();
  return change.empty() ? std::vector<std::byte>() : encode(change);
}

std::vector<std::byte> LiveSchedule::take_snapshot() {
  std::ignore = core_.take_change();
  return encode(core_.snapshot());
}

void LiveSchedule::state_refused(const Error& why) {
  with_.logger.error("the schedule's state could not be written", {{"reason", why.message}});
}

}  // namespace wharf::queue
