#include "broker/log_publish.hpp"

#include <optional>

namespace wharf::broker {
namespace {

/// One call of publish, on its way over the shards. `outcomes` and `resume` belong to the calling shard.
struct Call {
  explicit Call(runtime::Shard& calling_shard) : here(calling_shard) {}
  runtime::Shard& here;
  std::vector<std::optional<Result<Published>>> outcomes;
  std::size_t portions_left = 0;
  std::optional<runtime::Resume<bool>> resume;
  std::optional<runtime::Timers::Handle> timer;

  void finish(bool in_time) {
    if (timer) here.cancel_timer(*timer);
    timer.reset();
    if (!resume) return;
    here.post([resume = std::move(*resume), in_time]() mutable { std::move(resume)(in_time); });
    resume.reset();
  }
};

/// The parts of one call that one shard owns; lives on that shard until all are answered.
struct Portion : std::enable_shared_from_this<Portion> {
  struct Part {
    std::size_t place = 0;  // in the call
    PublishPart part;
    std::optional<Result<Published>> outcome;
  };
  std::shared_ptr<Call> call;
  NodeShard* owner = nullptr;
  Acknowledge acknowledge = Acknowledge::kLeader;
  std::vector<Part> parts;
  std::size_t waiting = 1;  // one for append() itself

  void append();
  void append_part(Part& part);
  void append_prepared(Part& part);
  void answered();
};

void Portion::append() {
  for (Part& part : parts) append_part(part);
  answered();
}

void Portion::append_part(Part& part) {
  cluster::Preparations& preparations = owner->logs->preparations();
  PartitionId partition = part.part.partition;
  Result<bool> now = preparations.now(partition, part.part.batches);
  if (!now) {
    part.outcome = fail(now.error());
    return;
  }
  if (*now) return append_prepared(part);
  ++waiting;
  preparations.later(partition, std::move(part.part.batches),
                     [self = shared_from_this(), &part](Result<log::OwnedBatches> prepared) {
                       if (prepared) {
                         part.part.batches = std::move(*prepared);
                         self->append_prepared(part);
                       } else {
                         part.outcome = fail(prepared.error());
                       }
                       self->answered();
                     });
}

void Portion::append_prepared(Part& part) {
  if (!owner->takes_records) {
    part.outcome = fail(ErrorCode::kDiskFull, "the disk is full");
    return;
  }
  cluster::ShardLogs& logs = *owner->logs;
  PartitionId partition = part.part.partition;
  log::AppendContext context{.leader_epoch = owner->topics->leader_epoch(), .now = owner->shard.clock().wall_now()};
  Result<log::Appended> appended = logs.append(partition, std::move(part.part.batches), context);
  if (!appended) {
    part.outcome = fail(appended.error());
    return;
  }
  part.outcome = Published{appended->first, appended->next, appended->log_append_time,
                           logs.store().find(partition)->log_start_offset()};
  // With one replica the leader's word and everybody's are the same, as in Kafka: who was answered can read what they
  // wrote.
  if (acknowledge == Acknowledge::kNone) return;
  ++waiting;
  logs.when_committed(partition, appended->next, [self = shared_from_this(), &part](Result<void> committed) {
    if (!committed) part.outcome = fail(committed.error());
    self->answered();
  });
}

void Portion::answered() {
  if (--waiting > 0) return;
  auto deliver = [self = shared_from_this()] {
    Call& origin = *self->call;
    for (Part& part : self->parts) origin.outcomes[part.place] = std::move(part.outcome);
    if (--origin.portions_left == 0) origin.finish(true);
  };
  if (&call->here == &owner->shard) return deliver();
  call->here.post(std::move(deliver));
}

std::vector<Result<Published>> collect(Call& call) {
  std::vector<Result<Published>> outcomes;
  outcomes.reserve(call.outcomes.size());
  for (std::optional<Result<Published>>& outcome : call.outcomes) {
    if (outcome) {
      outcomes.push_back(std::move(*outcome));
    } else {
      outcomes.push_back(fail(ErrorCode::kTimedOut, "the records were not committed in time"));
    }
  }
  return outcomes;
}

}  // namespace

runtime::Task<std::vector<Result<Published>>> LogPublish::publish(runtime::Shard& here, std::vector<PublishPart> parts,
                                                                  Acknowledge acknowledge, MonotonicTime deadline) {
  auto call = std::make_shared<Call>(here);
  call->outcomes.resize(parts.size());
  std::vector<std::shared_ptr<Portion>> portions(shards_.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::shared_ptr<Portion>& portion = portions[shards_.owner_index(parts[i].partition)];
    if (!portion) {
      portion = std::make_shared<Portion>();
      portion->call = call;
      portion->owner = &shards_.owner(parts[i].partition);
      portion->acknowledge = acknowledge;
      ++call->portions_left;
    }
    portion->parts.push_back({.place = i, .part = std::move(parts[i])});
  }
  // Others first, so that they work while this shard does. Posts keep the order of calls.
  for (const std::shared_ptr<Portion>& portion : portions) {
    if (portion && &portion->owner->shard != &here) portion->owner->shard.post([portion] { portion->append(); });
  }
  for (const std::shared_ptr<Portion>& portion : portions) {
    if (portion && &portion->owner->shard == &here) portion->append();
  }
  if (call->portions_left > 0) {
    auto start = [call, deadline](runtime::Resume<bool> resume) {
      call->resume.emplace(std::move(resume));
      call->timer = call->here.set_timer(deadline, [call] {
        call->timer.reset();
        call->finish(false);
      });
    };
    [[maybe_unused]] bool in_time = co_await runtime::suspend<bool>(std::move(start));
  }
  co_return collect(*call);
}

}  // namespace wharf::broker
