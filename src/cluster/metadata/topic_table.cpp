#include "cluster/metadata/topic_table.hpp"

#include <algorithm>

namespace wharf::cluster {
namespace {

bool are_alike(std::string_view one, std::string_view other) {
  auto plain = [](char c) { return c == '.' ? '_' : c; };
  return std::ranges::equal(one, other, {}, plain, plain);
}

}  // namespace

std::shared_ptr<const Topic> TopicTable::find(std::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::shared_ptr<const Topic> TopicTable::find(TopicId id) const {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::shared_ptr<const Topic> TopicTable::colliding(std::string_view name) const {
  if (name.find_first_of("._") == std::string_view::npos) return nullptr;
  for (const auto& [other, topic] : by_name_) {
    if (other != name && are_alike(other, name)) return topic;
  }
  return nullptr;
}

void TopicTable::put(std::shared_ptr<const Topic> topic) {
  by_id_.insert_or_assign(topic->id, topic);
  by_name_.insert_or_assign(topic->name, std::move(topic));
}

void TopicTable::remove(TopicId id) {
  auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  by_name_.erase(found->second->name);
  by_id_.erase(found);
}

}  // namespace wharf::cluster
