#pragma once
// The topics of the node as of one moment: immutable, shared by reference, one pointer per shard. A change makes a new
// table; who holds the old one reads on undisturbed.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "config/topic_config.hpp"
#include "model/ids.hpp"

namespace wharf::cluster {

struct Topic {
  std::string name;
  TopicId id;
  std::int32_t partitions = 0;
  bool internal = false;
  std::map<std::string, std::string> overrides;              // settings given for this topic, as given
  std::shared_ptr<const config::TopicConfig> config;         // with the server's defaults under them

  PartitionId partition(std::int32_t index) const { return {id, PartitionIndex(index)}; }
};

class TopicTable {
 public:
  using Pointer = std::shared_ptr<const TopicTable>;

  std::shared_ptr<const Topic> find(std::string_view name) const;  // nullptr when unknown
  std::shared_ptr<const Topic> find(TopicId id) const;
  /// A topic whose name differs from this one in '.' and '_' only, which Kafka's metrics write alike; nullptr: none.
  std::shared_ptr<const Topic> colliding(std::string_view name) const;
  /// By name, ascending.
  const std::map<std::string, std::shared_ptr<const Topic>, std::less<>>& topics() const { return by_name_; }
  /// The epoch of every partition's leader: this node's, one higher at each start.
  LeaderEpoch leader_epoch() const { return leader_epoch_; }

  // Building a successor (the catalogue's):
  void put(std::shared_ptr<const Topic> topic);
  void remove(TopicId id);
  void set_leader_epoch(LeaderEpoch epoch) { leader_epoch_ = epoch; }

 private:
  std::map<std::string, std::shared_ptr<const Topic>, std::less<>> by_name_;
  std::unordered_map<TopicId, std::shared_ptr<const Topic>> by_id_;
  LeaderEpoch leader_epoch_{0};
};

}  // namespace wharf::cluster
