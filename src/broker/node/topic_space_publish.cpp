#include "broker/node/topic_space_publish.hpp"

#include <utility>

#include "model/compression.hpp"
#include "model/message_properties.hpp"
#include "model/record_batch_reader.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {
namespace {

constexpr std::size_t kMostHeaderBytes = 1u << 20;
constexpr std::size_t kShortPackedBytes = 32u << 10;  // opened on the shard itself: log/append_check.cpp says why
constexpr std::size_t kMostCopiedBytes = 4u << 20;    // of records that are copied before the queues have taken them

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
    if (!topic || topic->internal || topic->name_space != kDefaultNamespace) continue;
    if (queues_of(here, *view, topic->name)) listeners.push_back({i, topic->name});
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

/// What one call copies. Routes and view are good until the next suspension.
struct TopicSpacePublish::Copies {
  Copies(runtime::Shard& calling_shard, Catalogue& catalogue)
      : here(calling_shard), outgoing(calling_shard, catalogue), sending(calling_shard) {}

  runtime::Shard& here;
  Outgoing outgoing;
  std::size_t bytes = 0;  // of records in it
  std::string_view topic;
  std::optional<NamespaceView> view;
  std::optional<routing::Routes> routes;
  std::vector<Result<void>> last_kept;
  runtime::TaskScope sending;
};

/// A log that does not take records must not have them copied: they may be damaged, or come again. So the log is asked
/// first; then, in the order of the calls, which is not that of the answers, the queues are.
runtime::Task<std::vector<Result<Published>>> TopicSpacePublish::publish_to_both(runtime::Shard* here,
                                                                                 std::vector<PublishPart> parts,
                                                                                 std::vector<Listeners> listeners,
                                                                                 Acknowledge acknowledge,
                                                                                 MonotonicTime deadline) {
  for (Listeners& one : listeners) one.batches = parts[one.part].batches;
  auto mine = std::make_shared<runtime::Signal>(*here);
  auto before = std::exchange(scratch_[here->index().value].last_call, mine);
  auto published = co_await to_.publish.publish(*here, std::move(parts), acknowledge, deadline);
  if (before) co_await before->wait();
  Copies copies(*here, to_.catalogue);
  for (const Listeners& one : listeners) {
    if (published[one.part]) co_await copy_all(&one, &copies);
  }
  OutgoingParts last = copies.outgoing.take().parts;
  if (!last.queues.empty()) {  // it begins when it is spawned
    copies.sending.spawn("publish-to-queues", to_queues(here, &to_.queues, std::move(last.queues), &copies.last_kept));
  }
  mine->notify();
  co_await copies.sending.close();
  note_refusals(copies.last_kept);
  co_return published;
}

runtime::Task<void> TopicSpacePublish::copy_all(const Listeners* one, Copies* copies) {
  copies->topic = one->topic;
  find_routes(*copies);
  BatchReader reader(one->batches.bytes, ChecksumCheck::kSkip);  // the log has looked
  for (BatchScan scan = reader.next(); scan.kind == BatchScan::Kind::kBatch; scan = reader.next()) {
    const BatchHeader& header = scan.batch.header;
    if (header.is_control || header.is_transactional) continue;
    bool is_short = header.compression == Compression::kNone || scan.batch.records().size() <= kShortPackedBytes;
    if (is_short) {
      Result<OpenedBatch> batch = OpenedBatch::open(scan.batch, kMostInflatedBytes);
      if (batch) co_await copy(&*batch, copies);
      continue;
    }
    co_await hand_over(copies);
    auto open = [view = scan.batch] { return OpenedBatch::open(view, kMostInflatedBytes); };
    Result<OpenedBatch> batch = co_await runtime::run_blocking(copies->here, std::move(open));
    find_routes(*copies);
    if (batch) co_await copy(&*batch, copies);
  }
}

runtime::Task<void> TopicSpacePublish::copy(const OpenedBatch* batch, Copies* copies) {
  Timestamp now = copies->here.clock().wall_now();
  RecordReader reader = batch->reader();
  Record record;
  for (Result<bool> more = reader.next(record); more && *more; more = reader.next(record)) {
    if (!copies->routes) co_return;  // nobody listens any more
    copies->bytes += record.value ? record.value->size() : 0;
    add_copy(copies->outgoing, *copies->view, *copies->routes, record, copies->topic, now);
    if (copies->bytes > kMostCopiedBytes) co_await hand_over(copies);
  }
}

void TopicSpacePublish::find_routes(Copies& copies) {
  copies.view = to_.entities.find(copies.here, kDefaultNamespace);
  copies.routes = copies.view ? queues_of(copies.here, *copies.view, copies.topic) : std::nullopt;
}

/// What was copied so far, before there is more of it.
runtime::Task<void> TopicSpacePublish::hand_over(Copies* copies) {
  OutgoingParts parts = copies->outgoing.take().parts;
  copies->bytes = 0;
  if (parts.queues.empty()) co_return;
  std::vector<Result<void>> kept = co_await to_.queues.enqueue(copies->here, std::move(parts.queues));
  note_refusals(kept);
  find_routes(*copies);
}

void TopicSpacePublish::note_refusals(const std::vector<Result<void>>& kept) {
  for (const Result<void>& one : kept) {
    if (fate_of(one) == Fate::kNotNow)
      logger_.warn("a queue could not keep what a log topic took", {{"reason", one.error().message}});
  }
}

}  // namespace wharf::broker
