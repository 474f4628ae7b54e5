#pragma once
// The offsets that one group has committed: by topic name and partition, each with the id of the topic it was meant for.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "groups/core/stored.hpp"

namespace wharf::groups {

class CommittedOffsets {
 public:
  using Partitions = std::map<std::int32_t, CommittedOffset>;
  using Topics = std::map<std::string, Partitions, std::less<>>;

  void put(const std::string& topic, std::int32_t partition, CommittedOffset offset);
  void remove(const std::string& topic, std::int32_t partition);
  /// Null where nothing is committed, or only for an earlier topic of that name. A zero `topic_id` asks by name alone.
  const CommittedOffset* find(std::string_view topic, std::int32_t partition, const TopicId& topic_id = {}) const;

  const Topics& topics() const { return topics_; }
  bool empty() const { return topics_.empty(); }
  std::size_t size() const { return size_; }

 private:
  Topics topics_;  // none without partitions
  std::size_t size_ = 0;
};

/// Is this an offset for the topic with this id? Ids that are not known (zero) match.
inline bool is_for_topic(const CommittedOffset& offset, const TopicId& topic_id) {
  return topic_id.is_zero() || offset.topic_id.is_zero() || offset.topic_id == topic_id;
}

}  // namespace wharf::groups
