#include "groups/shell/partition_coordinator.hpp"

#include <algorithm>

#include "cluster/replication/keyed_records.hpp"
#include "cluster/replication/shard_logs.hpp"

namespace wharf::groups {
namespace {

constexpr std::size_t kGroupsPerExpiryRound = 100;

/// Gives any request its token.
struct SetToken {
  RequestToken token;
  template <class Request>
  void operator()(Request& request) const {
    if constexpr (requires { request.token; }) request.token = token;
  }
};

/// kNotCoordinator, as each request's answer says it.
struct Refused {
  static constexpr ErrorCode kError = ErrorCode::kNotCoordinator;

  Response operator()(const JoinGroup& request) const {
    return JoinResponse{.error = kError, .member_id = request.member_id};
  }
  Response operator()(const SyncGroup&) const { return SyncResponse{.error = kError}; }
  Response operator()(const Heartbeat&) const { return HeartbeatResponse{kError}; }
  Response operator()(const LeaveGroup&) const {
    LeaveResponse response;
    response.error = kError;
    return response;
  }
  Response operator()(const CommitOffsets& request) const {
    CommitOffsetsResponse response;
    for (const TopicCommit& topic : request.topics) {
      TopicResult& result = response.topics.emplace_back(TopicResult{topic.topic, topic.topic_id, {}});
      for (const PartitionCommit& one : topic.partitions) result.partitions.push_back({one.partition, kError});
    }
    return response;
  }
  Response operator()(const DeleteOffsets&) const {
    DeleteOffsetsResponse response;
    response.error = kError;
    return response;
  }
  Response operator()(const DeleteGroup&) const { return DeleteGroupResponse{kError}; }
  template <class Told>
  Response operator()(const Told&) const {
    WHARF_ASSERT(false);  // nobody waits for an answer to it
    return HeartbeatResponse{kError};
  }
};

}  // namespace

PartitionCoordinator::PartitionCoordinator(PartitionId partition, Coordinators::Owner owner,
                                           const Coordinators::Options& options, TopicData& topics,
                                           runtime::Logger& logger)
    : partition_(partition),
      owner_(owner),
      expiry_interval_(options.expiry_interval),
      topics_(topics),
      logger_(logger),
      core_(options.settings),
      stopping_(*owner.shard),
      tasks_(*owner.shard) {}

runtime::Task<Result<void>> PartitionCoordinator::open() {
  auto visit = [this](const Record& record) {
    if (!record.key) return;
    Result<void> replayed = core_.replay(*record.key, record.value);
    if (!replayed) {
      logger_.error("passed over a record of the offsets log", {{"partition", partition_.index.value},
                                                                {"offset", record.offset.value},
                                                                {"reason", replayed.error().message}});
    }
  };
  Result<void> read = co_await cluster::replay(owner_.logs, partition_, visit);
  if (!read && read.error().code != ErrorCode::kDamaged) co_return read;
  if (!read) {
    logger_.error("the offsets log is damaged; what can be read is used",
                  {{"partition", partition_.index.value}, {"reason", read.error().message}});
  }
  carry_out(core_.loaded(now()));
  tasks_.spawn("offset-expiry", expire_offsets());
  co_return Result<void>();
}

void PartitionCoordinator::resign() {
  if (resigned_) return;
  carry_out(core_.resign(now()));
  resigned_ = true;
  if (timer_) owner_.shard->cancel_timer(*timer_);
  timer_.reset();
  while (!lookers_.empty()) let_look(lookers_.front().serial);
  stopping_.notify();
}

runtime::Task<void> PartitionCoordinator::close() {
  resign();
  co_await tasks_.close();
}

void PartitionCoordinator::ask(Event event, Answered answered) {
  if (resigned_) return answered(std::visit(Refused(), event));
  RequestToken token(next_token_++);
  std::visit(SetToken{token}, event);
  waiting_.emplace(token, std::move(answered));
  carry_out(core_.step(std::move(event), now()));
}

void PartitionCoordinator::tell(Event event) {
  if (resigned_) return;
  carry_out(core_.step(std::move(event), now()));
}

void PartitionCoordinator::look_behind_writes(const std::string& group_id, runtime::Job look) {
  constexpr Milliseconds kLongestWait{5'000};
  if (resigned_ || !core_.is_writing(group_id)) return look();
  const std::uint64_t serial = next_looker_++;
  auto timer = owner_.shard->set_timer(owner_.shard->now() + kLongestWait, [this, serial] { let_look(serial); });
  lookers_.push_back({serial, last_written_, std::move(look), timer});
}

void PartitionCoordinator::let_look(std::uint64_t serial) {
  auto looker = std::ranges::find(lookers_, serial, &Looker::serial);
  WHARF_ASSERT(looker != lookers_.end());
  runtime::Job look = std::move(looker->look);
  owner_.shard->cancel_timer(looker->timer);
  lookers_.erase(looker);
  look();
}

/// Appends are decided in their order, but for one that the log does not take.
void PartitionCoordinator::note_decided(AppendId id) {
  while (!lookers_.empty() && lookers_.front().behind <= id) let_look(lookers_.front().serial);
}

void PartitionCoordinator::carry_out(Actions actions) {
  for (const Noted& noted : actions.noted) {
    logger_.info("group rebalance", {{"group", noted.group_id},
                                     {"step", to_string(noted.entry.step)},
                                     {"generation", noted.entry.generation},
                                     {"member", noted.entry.member_id},
                                     {"reason", noted.entry.reason}});
  }
  for (Reply& reply : actions.replies) {
    auto waiting = waiting_.extract(reply.token);
    WHARF_ASSERT(!waiting.empty());
    waiting.mapped()(std::move(reply.response));
  }
  for (Append& append : actions.appends) write(std::move(append));
  arm();
}

/// Records reach the log in the order of the appends, and so are committed in it. What the log takes is written in the
/// end, if the disk refuses first: it has failed only when it was not taken. Either is told by a turn of its own, as
/// the core may not be stepped from inside a step.
void PartitionCoordinator::write(Append append) {
  AppendId id = append.id;
  last_written_ = id;
  auto settled = [this, id](Result<void> outcome) {
    owner_.shard->post([this, id, outcome] {
      if (resigned_) return;
      if (outcome) {
        tell(AppendCommitted{id});
      } else {
        tell(AppendFailed{id, outcome.error().code});
      }
      note_decided(id);
    });
  };
  Result<log::Appended> appended = append_to_log(std::move(append));
  if (!appended) return settled(fail(appended.error()));
  owner_.logs->when_decided(partition_, appended->next, settled);
}

Result<log::Appended> PartitionCoordinator::append_to_log(Append append) {
  if (std::optional<Error> refusal = owner_.logs->store().refusing()) return fail(*refusal);
  bool says_something = std::ranges::any_of(append.records, [](const LogRecord& one) { return one.value.has_value(); });
  std::vector<cluster::KeyedRecord> records;
  for (LogRecord& record : append.records) records.push_back({std::move(record.key), std::move(record.value)});
  Timestamp now_wall = owner_.shard->clock().wall_now();
  Result<log::OwnedBatches> batch = cluster::batch_of(records, now_wall);
  if (!batch) return fail(batch.error());
  const log::PartitionLog* log = owner_.logs->store().find(partition_);
  // A group may go whatever it has; what it may keep is the topic's to say, as in Kafka.
  if (log != nullptr && says_something &&
      batch->bytes.size() > static_cast<std::size_t>(log->config().max_message_bytes))
    return fail(ErrorCode::kTooLarge, "more than max.message.bytes of the offsets topic");
  log::AppendContext context{.leader_epoch = LeaderEpoch(0), .now = now_wall, .from_client = false};
  return owner_.logs->append(partition_, std::move(*batch), context);
}

void PartitionCoordinator::arm() {
  if (timer_) owner_.shard->cancel_timer(*timer_);
  timer_.reset();
  std::optional<MonotonicTime> deadline = core_.next_deadline();
  if (!deadline || resigned_) return;
  timer_ = owner_.shard->set_timer(*deadline, [this] {
    timer_.reset();
    carry_out(core_.tick(now()));
  });
}

runtime::Task<void> PartitionCoordinator::expire_offsets() {
  while (!tasks_.stopping()) {
    bool stopped = co_await stopping_.wait_until(owner_.shard->now() + expiry_interval_);
    if (stopped) co_return;
    co_await expire_round();
  }
}

runtime::Task<void> PartitionCoordinator::expire_round() {
  std::string from;
  std::size_t expired_groups = 0, expired_offsets = 0;
  std::string first_group;
  while (!tasks_.stopping()) {
    ExpiryRound round = core_.expiry_round(from, kGroupsPerExpiryRound, now());
    for (ExpireOffsets& candidate : round.groups) {
      if (!candidate.offsets.empty()) {
        candidate.offsets = co_await topics_.without_data(*owner_.shard, std::move(candidate.offsets));
        if (candidate.offsets.empty()) continue;
        if (expired_groups++ == 0) first_group = candidate.group_id;
        expired_offsets += candidate.offsets.size();
      }
      if (!resigned_) tell(std::move(candidate));
    }
    if (!round.next_group) break;
    from = *round.next_group;
  }
  if (expired_groups == 0) co_return;
  logger_.info("committed offsets have expired: nothing is left of what they were for",
               {{"groups", expired_groups}, {"offsets", expired_offsets}, {"among_them", first_group}});
}

}  // namespace wharf::groups
