#include "broker/node/kept_topic.hpp"

#include <utility>

#include <fmt/format.h>

#include "broker/record_cursor.hpp"
#include "broker/routed_message.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf::broker {
namespace {

constexpr std::size_t kReadBytes = 1u << 20;

}  // namespace

runtime::Task<Result<std::shared_ptr<const cluster::Topic>>> open_own_topic(runtime::Shard& here, Catalogue* catalogue,
                                                                            TopicRequest request) {
  const std::string name = request.name;
  std::shared_ptr<const cluster::Topic> topic = catalogue->topics(here)->find(name);
  if (topic) co_return topic;
  auto created = co_await catalogue->create_topic(here, std::move(request));
  if (created || created.error().code != ErrorCode::kAlreadyExists) co_return created;
  topic = catalogue->topics(here)->find(name);
  if (!topic) co_return fail(ErrorCode::kUnavailable, fmt::format("the topic {} is not there yet", name));
  co_return topic;
}

runtime::Task<Result<std::shared_ptr<const cluster::Topic>>> open_kept_topic(runtime::Shard& here, Catalogue* catalogue,
                                                                             std::string name,
                                                                             std::int32_t partitions) {
  return open_own_topic(here, catalogue,
                        {.name = std::move(name),
                         .partitions = partitions,
                         .overrides = {{"cleanup.policy", "compact"},
                                       {"compression.type", "producer"},
                                       {"max.message.bytes", "2147483647"},
                                       {"segment.bytes", "104857600"}},
                         .internal = true});
}

runtime::Task<Result<void>> read_kept(runtime::Shard* here, Read* read, PartitionId partition,
                                      const std::function<void(const Record&)>* visit) {
  RecordCursor cursor(*read, *here, partition, Offset(0), kReadBytes);
  Result<void> outcome;
  while (true) {
    const Offset before = cursor.position();
    Result<std::vector<CursorRecord>> some = co_await cursor.available();
    if (!some) {
      outcome = fail(some.error());
      if (some.error().code == ErrorCode::kDamaged && cursor.pass_over_damage()) continue;
      co_return outcome;
    }
    if (some->empty() && cursor.position() == before) co_return outcome;
    for (const CursorRecord& one : *some) (*visit)(one.record);
    co_await runtime::next_turn(*here);
  }
}

runtime::Task<Result<Published>> write_decided(runtime::Shard& here, Publish* publish, PartitionId partition,
                                               log::OwnedBatches batches) {
  std::vector<PublishPart> parts;
  parts.push_back({partition, std::move(batches)});
  auto outcomes = co_await publish->publish(here, std::move(parts), Acknowledge::kDecided, MonotonicTime::max());
  co_return std::move(outcomes.front());
}

runtime::Task<Result<void>> write_kept(runtime::Shard& here, Publish* publish, PartitionId partition,
                                       std::vector<KeptValue> values) {
  BatchBuilder builder{BatchOptions{}};
  const Timestamp now = here.clock().wall_now();
  for (const KeptValue& one : values) {
    NewRecord record{.timestamp = now, .key = as_bytes(one.key), .value = {}, .headers = {}};
    if (one.value) record.value = as_bytes(*one.value);
    builder.append(record);
  }
  Result<Published> written = co_await write_decided(here, publish, partition, batch_of(builder));
  if (!written) co_return fail(written.error());
  co_return Result<void>();
}

}  // namespace wharf::broker
