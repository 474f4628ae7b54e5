#include "groups/core/committed_offsets.hpp"

#include <utility>

namespace wharf::groups {

void CommittedOffsets::put(const std::string& topic, std::int32_t partition, CommittedOffset offset) {
  if (topics_[topic].insert_or_assign(partition, std::move(offset)).second) ++size_;
}

void CommittedOffsets::remove(const std::string& topic, std::int32_t partition) {
  auto found = topics_.find(topic);
  if (found == topics_.end()) return;
  size_ -= found->second.erase(partition);
  if (found->second.empty()) topics_.erase(found);
}

const CommittedOffset* CommittedOffsets::find(std::string_view topic, std::int32_t partition, const TopicId& topic_id) const {
  auto of_topic = topics_.find(topic);
  if (of_topic == topics_.end()) return nullptr;
  auto found = of_topic->second.find(partition);
  if (found == of_topic->second.end() || !is_for_topic(found->second, topic_id)) return nullptr;
  return &found->second;
}

}  // namespace wharf::groups
