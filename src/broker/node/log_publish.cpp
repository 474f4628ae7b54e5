#include "broker/node/log_publish.hpp"

#include <optional>

#include "broker/node/scatter.hpp"

namespace wharf::broker {
namespace {

using Answer = std::optional<Result<Published>>;  // none: not in time
using Portion = ScatteredPortion<PublishPart, Answer>;

/// Before the log has seen it.
void refuse(Portion& portion, Portion::Item& item, const std::optional<MessageNumber>& number, Error error) {
  portion.owner.logs->store().refuse(item.part.partition, number);
  item.answer = fail(std::move(error));
}

void append_prepared(Portion& portion, Portion::Item& item, Acknowledge acknowledge) {
  NodeShard& owner = portion.owner;
  if (!owner.takes_records)
    return refuse(portion, item, item.part.batches.number(), {ErrorCode::kDiskFull, "the disk is full"});
  cluster::ShardLogs& logs = *owner.logs;
  PartitionId partition = item.part.partition;
  log::AppendContext context{.leader_epoch = owner.topics->leader_epoch(), .now = owner.shard.clock().wall_now()};
  Result<log::Appended> appended = logs.append(partition, std::move(item.part.batches), context);
  if (!appended) {
    item.answer = fail(appended.error());
    return;
  }
  item.answer = Published{appended->first, appended->next, appended->log_append_time,
                          logs.store().find(partition)->log_start_offset()};
  // With one replica the leader's word and everybody's are the same, as in Kafka: who was answered can read what they
  // wrote.
  if (acknowledge == Acknowledge::kNone) return;
  portion.expect();
  auto committed = [self = portion.shared_from_this(), &item](Result<void> outcome) {
    if (!outcome) item.answer = fail(outcome.error());
    self->answered();
  };
  if (acknowledge == Acknowledge::kDecided) return logs.when_decided(partition, appended->next, std::move(committed));
  logs.when_committed(partition, appended->next, std::move(committed));
}

void append(Portion& portion, Portion::Item& item, Acknowledge acknowledge) {
  cluster::Preparations& preparations = portion.owner.logs->preparations();
  PartitionId partition = item.part.partition;
  std::optional<MessageNumber> number = item.part.batches.number();
  Result<bool> now = preparations.now(partition, item.part.batches);
  if (!now) return refuse(portion, item, number, now.error());
  if (*now) return append_prepared(portion, item, acknowledge);
  portion.expect();
  preparations.later(
      partition, std::move(item.part.batches),
      [self = portion.shared_from_this(), &item, acknowledge, number](Result<log::OwnedBatches> prepared) {
        if (prepared) {
          item.part.batches = std::move(*prepared);
          append_prepared(*self, item, acknowledge);
        } else {
          refuse(*self, item, number, prepared.error());
        }
        self->answered();
      });
}

std::vector<Result<Published>> outcomes_of(std::vector<Answer>& answers) {
  std::vector<Result<Published>> outcomes;
  outcomes.reserve(answers.size());
  for (Answer& answer : answers) {
    if (answer) {
      outcomes.push_back(std::move(*answer));
    } else {
      outcomes.push_back(fail(ErrorCode::kTimedOut, "the records were not committed in time"));
    }
  }
  return outcomes;
}

}  // namespace

runtime::Task<std::vector<Result<Published>>> LogPublish::publish(runtime::Shard& here, std::vector<PublishPart> parts,
                                                                  Acknowledge acknowledge, MonotonicTime deadline) {
  auto owner_of = [this](const PublishPart& part) { return shards_.owner_index(part.partition); };
  auto begin = [acknowledge](Portion& portion) {
    for (Portion::Item& item : portion.items) append(portion, item, acknowledge);
  };
  auto call = scatter<Answer>(here, shards_, std::move(parts), owner_of, begin);
  if (!call->is_answered()) {
    auto start = acknowledge == Acknowledge::kDecided ? call->until_answered() : call->until_answered(deadline);
    [[maybe_unused]] bool in_time = co_await runtime::suspend<bool>(std::move(start));
  }
  co_return outcomes_of(call->answers);
}

}  // namespace wharf::broker
