#include "broker/topic_space_publish.hpp"

#include <utility>

#include "model/message_properties.hpp"
#include "model/record_batch_reader.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {
namespace {

constexpr std::string_view kDefaultNamespace = "/";     // the one that log topics are in
constexpr std::size_t kMostInflatedBytes = 128u << 20;  // of one batch
constexpr std::size_t kMostHeaderBytes = 1u << 20;

/// The batches of a part, opened, while they are still the caller's.
std::vector<OpenedBatch> opened(ByteView bytes) {
  std::vector<OpenedBatch> batches;
  BatchReader reader(bytes, ChecksumCheck::kSkip);
  for (BatchScan scan = reader.next(); scan.kind == BatchScan::Kind::kBatch; scan = reader.next()) {
    if (scan.batch.header.is_control || scan.batch.header.is_transactional) continue;
    Result<OpenedBatch> batch = OpenedBatch::open(scan.batch, kMostInflatedBytes);
    if (batch) batches.push_back(std::move(*batch));
  }
  return batches;
}

/// To no name at all: the common case, which needs no look at the names of 5,000 partitions.
bool nobody_listens(const NamespaceView& view) {
  Result<routing::DestinationId> exchange = view.routes->publish_target(routing::kTopicSpace);
  if (!exchange) return true;
  const routing::ExchangeEntry& entry = *view.routes->exchange(*exchange);
  return entry.routes.empty() && entry.alternate().empty();
}

/// As a message of the topic space: it says what it is called, which a queue of many topics could not tell otherwise.
void add_copy(Outgoing& outgoing, const NamespaceView& view, const routing::Routes& routes, const Record& record,
              std::string_view topic, Timestamp now) {
  constexpr std::uint8_t kPersistent = 2;
  Result<MessageView> read = message_of(record);
  MessageView message = read ? *read : plain_message_of(record);
  std::vector<std::byte> properties;
  if (!message.properties) {
    append_properties(properties, record, kMostHeaderBytes);
    if (!properties.empty()) message.properties = properties;
  }
  message.exchange = routing::kTopicSpace;
  message.routing_key = topic;
  message.delivery_mode = kPersistent;
  outgoing.add(view, routes, {.name_space = kDefaultNamespace, .extra_keys = {}, .message = message}, now);
}

runtime::Task<void> to_logs(runtime::Shard* here, Publish* logs, std::vector<PublishPart> parts,
                            Acknowledge acknowledge, MonotonicTime deadline, std::vector<Result<Published>>* into) {
  *into = co_await logs->publish(*here, std::move(parts), acknowledge, deadline);
}

runtime::Task<void> to_queues(runtime::Shard* here, Queues* queues, std::vector<EnqueuePart> parts,
                              std::vector<Result<void>>* into) {
  *into = co_await queues->enqueue(*here, std::move(parts));
}

}  // namespace

TopicSpacePublish::TopicSpacePublish(const OutgoingPorts& to, std::size_t shards, runtime::Logger& logger)
    : to_(to), logger_(logger), scratch_(shards) {}

runtime::Task<std::vector<Result<Published>>> TopicSpacePublish::publish(runtime::Shard& here,
                                                                         std::vector<PublishPart> parts,
                                                                         Acknowledge acknowledge,
                                                                         MonotonicTime deadline) {
  std::vector<Listeners> listeners = listeners_of(here, parts);
  if (listeners.empty()) return to_.publish.publish(here, std::move(parts), acknowledge, deadline);
  return publish_to_both(&here, std::move(parts), std::move(listeners), acknowledge, deadline);
}

std::vector<TopicSpacePublish::Listeners> TopicSpacePublish::listeners_of(runtime::Shard& here,
                                                                          const std::vector<PublishPart>& parts) {
  std::vector<Listeners> listeners;
  std::optional<NamespaceView> view = to_.entities.find(here, kDefaultNamespace);
  if (!view || nobody_listens(*view)) return listeners;
  cluster::TopicTable::Pointer topics = to_.catalogue.topics(here);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto topic = topics->find(parts[i].partition.topic);
    if (topic && !topic->internal && queues_of(here, *view, topic->name)) listeners.push_back({i, topic->name});
  }
  return listeners;
}

std::optional<routing::Routes> TopicSpacePublish::queues_of(runtime::Shard& here, const NamespaceView& view,
                                                            std::string_view topic) {
  Result<routing::DestinationId> exchange = view.routes->publish_target(routing::kTopicSpace);
  if (!exchange) return std::nullopt;
  Scratch& scratch = scratch_[here.index().value];
  routing::Routes routes = scratch.router.route(*view.routes, *exchange, {.routing_key = topic}, 0);
  scratch.queues.clear();
  for (routing::DestinationId id : routes.destinations) {
    if (view.routes->destination(id).kind == routing::DestinationKind::kQueue) scratch.queues.push_back(id);
  }
  if (scratch.queues.empty()) return std::nullopt;
  return routing::Routes{.destinations = scratch.queues, .held_back = {}, .remembered = {}};
}

runtime::Task<std::vector<Result<Published>>> TopicSpacePublish::publish_to_both(runtime::Shard* here,
                                                                                 std::vector<PublishPart> parts,
                                                                                 std::vector<Listeners> listeners,
                                                                                 Acknowledge acknowledge,
                                                                                 MonotonicTime deadline) {
  Outgoing outgoing(*here, to_.catalogue);
  std::optional<NamespaceView> view = to_.entities.find(*here, kDefaultNamespace);
  Timestamp now = here->clock().wall_now();
  for (const Listeners& one : listeners) {
    std::optional<routing::Routes> routes = view ? queues_of(*here, *view, one.topic) : std::nullopt;
    if (!routes) continue;
    // Here and now, large and compressed as it may be: what the caller publishes next must not overtake it.
    for (const OpenedBatch& batch : opened(parts[one.part].batches.bytes)) {
      RecordReader reader = batch.reader();
      Record record;
      for (Result<bool> more = reader.next(record); more && *more; more = reader.next(record))
        add_copy(outgoing, *view, *routes, record, one.topic, now);
    }
  }
  std::vector<Result<Published>> published;
  std::vector<Result<void>> enqueued;
  OutgoingParts copies = outgoing.take().parts;
  runtime::TaskScope sending(*here);  // a task begins when it is spawned
  sending.spawn("publish-to-logs", to_logs(here, &to_.publish, std::move(parts), acknowledge, deadline, &published));
  if (!copies.queues.empty())
    sending.spawn("publish-to-queues", to_queues(here, &to_.queues, std::move(copies.queues), &enqueued));
  co_await sending.close();
  for (const Result<void>& one : enqueued) {
    if (fate_of(one) == Fate::kNotNow)
      logger_.warn("a queue could not keep what a log topic took", {{"reason", one.error().message}});
  }
  co_return published;
}

}  // namespace wharf::broker
