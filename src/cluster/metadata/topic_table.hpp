#pragma once
// The topics of the node as of one moment: immutable, shared by reference, one pointer per shard. A change makes a new
// table; who holds the old one reads on undisturbed.
#include <cstdint>
#include <map>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <unordered_map>

#include "config/topic_config.hpp"
#include "model/default_namespace.hpp"
#include "model/ids.hpp"

namespace wharf::cluster {

struct Topic {
  std::string name;
  TopicId id;
  std::int32_t partitions = 0;
  bool internal = false;
  std::map<std::string, std::string> overrides;              // settings given for this topic, as given
  std::shared_ptr<const config::TopicConfig> config;         // with the server's defaults under them
  std::string name_space{kDefaultNamespace};

  PartitionId partition(std::int32_t index) const { return {id, PartitionIndex(index)}; }
};

class TopicTable {
 public:
  using Pointer = std::shared_ptr<const TopicTable>;

  using Topics = std::map<std::string, std::shared_ptr<const Topic>, std::less<>>;

  /// Of the default namespace. nullptr when unknown.
  std::shared_ptr<const Topic> find(std::string_view name) const { return find(kDefaultNamespace, name); }
  std::shared_ptr<const Topic> find(std::string_view name_space, std::string_view name) const;
  /// Of whatever namespace.
  std::shared_ptr<const Topic> find(TopicId id) const;
  /// A topic of the default namespace whose name differs from this one in '.' and '_' only, which Kafka's metrics write alike; nullptr: none.
  std::shared_ptr<const Topic> colliding(std::string_view name) const;
  /// Of the default namespace, by name, ascending.
  const Topics& topics() const { return topics(kDefaultNamespace); }
  const Topics& topics(std::string_view name_space) const;
  /// Of all namespaces, by namespace and name.
  auto all() const { return by_namespace_ | std::views::values | std::views::join | std::views::values; }
  /// The epoch of every partition's leader: this node's, one higher at each start.
  LeaderEpoch leader_epoch() const { return leader_epoch_; }

  // Building a successor (the catalogue's):
  void put(std::shared_ptr<const Topic> topic);
  void remove(TopicId id);
  void set_leader_epoch(LeaderEpoch epoch) { leader_epoch_ = epoch; }

 private:
  std::map<std::string, Topics, std::less<>> by_namespace_;  // those that have topics
  std::unordered_map<TopicId, std::shared_ptr<const Topic>> by_id_;
  LeaderEpoch leader_epoch_{0};
};

}  // namespace wharf::cluster
