#include "cluster/metadata/topic_table.hpp"

#include <algorithm>

namespace wharf::cluster {
namespace {

bool are_alike(std::string_view one, std::string_view other) {
  auto plain = [](char c) { return c == '.' ? '_' : c; };
  return std::ranges::equal(one, other, {}, plain, plain);
}

}  // namespace

std::shared_ptr<const Topic> TopicTable::find(std::string_view name_space, std::string_view name) const {
  const Topics& topics = this->topics(name_space);
  auto found = topics.find(name);
  return found == topics.end() ? nullptr : found->second;
}

const TopicTable::Topics& TopicTable::topics(std::string_view name_space) const {
  static const Topics kNone;
  auto found = by_namespace_.find(name_space);
  return found == by_namespace_.end() ? kNone : found->second;
}

std::shared_ptr<const Topic> TopicTable::find(TopicId id) const {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::shared_ptr<const Topic> TopicTable::colliding(std::string_view name) const {
  if (name.find_first_of("._") == std::string_view::npos) return nullptr;
  for (const auto& [other, topic] : topics()) {
    if (other != name && are_alike(other, name)) return topic;
  }
  return nullptr;
}

void TopicTable::put(std::shared_ptr<const Topic> topic) {
  by_id_.insert_or_assign(topic->id, topic);
  by_namespace_[topic->name_space].insert_or_assign(topic->name, std::move(topic));
}

void TopicTable::remove(TopicId id) {
  auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  auto of_namespace = by_namespace_.find(found->second->name_space);
  of_namespace->second.erase(found->second->name);
  if (of_namespace->second.empty()) by_namespace_.erase(of_namespace);
  by_id_.erase(found);
}

}  // namespace wharf::cluster
