#include "broker/node/catalogue.hpp"

#include <fmt/format.h>

#include "config/topic_config.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {
namespace {

/// Producer ids taken from the metadata at a time, as Kafka does: one durable write per thousand producers.
constexpr std::int64_t kProducerIdBlock = 1000;

runtime::Task<void> keep(cluster::MetadataStore* store, cluster::MetadataStore::Plan plan, Result<void>* into) {
  *into = co_await store->change(std::move(plan));
}

}  // namespace

NodeCatalogue::NodeCatalogue(NodeShards& shards, const config::ServerConfig& config, runtime::Random& random)
    : shards_(shards), config_(config), random_(random) {}

std::int32_t NodeCatalogue::partitions_of(const TopicRequest& request) const {
  return request.partitions > 0 ? request.partitions : static_cast<std::int32_t>(config_.get<"num.partitions">());
}

Result<void> NodeCatalogue::check_topic(runtime::Shard& here, const TopicRequest& request) const {
  if (shards_.at(here).topics->find(request.name_space, request.name)) {
    return fail(ErrorCode::kAlreadyExists, fmt::format("Topic '{}' already exists.", request.name));
  }
  auto config = config::TopicConfig::make(config_, request.overrides);
  if (!config) return fail(config.error());
  return {};
}

runtime::Task<Result<void>> NodeCatalogue::change(runtime::Shard& here, cluster::MetadataStore::Plan plan) {
  Result<void> outcome;
  Result<void>* into = &outcome;
  cluster::MetadataStore* store = store_;
  auto make = [store, plan = std::move(plan), into]() mutable { return keep(store, std::move(plan), into); };
  co_await runtime::await_on(here, shards_.at(0).shard, std::move(make));
  co_return outcome;
}

runtime::Task<Result<std::shared_ptr<const cluster::Topic>>> NodeCatalogue::create_topic(runtime::Shard& here,
                                                                                         TopicRequest request) {
  cluster::NewTopic topic{.name = request.name,
                          .id = random_.uuid(),
                          .partitions = partitions_of(request),
                          .internal = request.internal,
                          .overrides = std::move(request.overrides),
                          .name_space = std::move(request.name_space)};
  TopicId id = topic.id;
  auto plan = [this, topic = std::move(topic)](const cluster::Catalogue& catalogue) -> Result<cluster::MetadataRecord> {
    if (topic.name_space != kDefaultNamespace) {
      Result<void> possible = authority_->check_new_topic(topic.name_space, topic.name);
      if (!possible) return fail(possible.error());
    }
    return catalogue.create_topic(topic);
  };
  Result<void> created = co_await change(here, std::move(plan));
  if (!created) co_return fail(created.error());
  std::shared_ptr<const cluster::Topic> made = shards_.at(here).topics->find(id);
  if (!made)
    co_return fail(ErrorCode::kNotFound, fmt::format("Topic '{}' was deleted as soon as it was made.", request.name));
  co_return made;
}

runtime::Task<Result<void>> NodeCatalogue::remove_topic(runtime::Shard& here, TopicId topic) {
  std::shared_ptr<const cluster::Topic> known = shards_.at(here).topics->find(topic);
  Result<void> removed =
      co_await change(here, [topic](const cluster::Catalogue& catalogue) { return catalogue.remove_topic(topic); });
  if (removed && known) co_await groups_->topic_deleted(here, known->name, topic);
  co_return removed;
}

runtime::Task<Result<void>> NodeCatalogue::grow_topic(runtime::Shard& here, TopicId topic, std::int32_t total) {
  Result<void> grown = co_await change(
      here, [topic, total](const cluster::Catalogue& catalogue) { return catalogue.grow_topic(topic, total); });
  co_return grown;
}

runtime::Task<Result<void>> NodeCatalogue::configure_topic(runtime::Shard& here, TopicId topic,
                                                           Reconfigure reconfigure) {
  auto plan = [topic, reconfigure = std::move(reconfigure)](
                  const cluster::Catalogue& catalogue) -> Result<cluster::MetadataRecord> {
    std::shared_ptr<const cluster::Topic> now = catalogue.table()->find(topic);
    if (!now) return fail(ErrorCode::kUnknownTopicId, fmt::format("no topic has the id {}", topic.base64()));
    auto overrides = reconfigure(now->overrides);
    if (!overrides) return fail(overrides.error());
    return catalogue.configure_topic(topic, std::move(*overrides));
  };
  Result<void> configured = co_await change(here, std::move(plan));
  co_return configured;
}

runtime::Task<Result<ProducerId>> NodeCatalogue::new_producer_id(runtime::Shard& here) {
  while (true) {
    auto take = [this]() -> std::int64_t { return next_producer_id_ < producer_ids_end_ ? next_producer_id_++ : -1; };
    std::int64_t id = co_await runtime::call_on(here, shards_.at(0).shard, take);
    if (id >= 0) co_return ProducerId(id);
    std::int64_t first = 0;
    std::int64_t* into = &first;
    auto plan = [into](const cluster::Catalogue& catalogue) -> Result<cluster::MetadataRecord> {
      cluster::Catalogue::ProducerIdBlock block = catalogue.next_producer_ids(kProducerIdBlock);
      *into = block.first;
      return block.record;
    };
    Result<void> taken = co_await change(here, std::move(plan));
    if (!taken) co_return fail(taken.error());
    // Two callers may have asked for a block at once: the later one's is used, the other's ids are skipped.
    auto keep_block = [this, first] {
      next_producer_id_ = first;
      producer_ids_end_ = first + kProducerIdBlock;
    };
    co_await runtime::call_on(here, shards_.at(0).shard, keep_block);
  }
}

}  // namespace wharf::broker
