#include "protocols/mqtt/session/filter_index.hpp"

#include <string>

#include "protocols/mqtt/session/addresses.hpp"
#include "protocols/mqtt/session/subscriptions.hpp"

namespace wharf::mqtt {

void FilterIndex::put(const Subscription& subscription) {
  if (free_numbers_.empty()) {
    free_numbers_.push_back(static_cast<std::uint32_t>(numbered_.size()));
    numbered_.push_back(nullptr);
  }
  std::uint32_t number = free_numbers_.back();
  free_numbers_.pop_back();
  numbered_[number] = &subscription;
  trie_.routes(trie_.pattern(binding_key_of(subscription.filter))).push_back({.binding = number, .place = 0});
}

void FilterIndex::erase(const Subscription& subscription) {
  routing::TopicTrie::Node node = trie_.pattern(binding_key_of(subscription.filter));
  std::erase_if(trie_.routes(node), [&](const routing::Route& route) {
    if (numbered_[route.binding] != &subscription) return false;
    numbered_[route.binding] = nullptr;
    free_numbers_.push_back(route.binding);
    return true;
  });
  trie_.prune(node);
}

const std::vector<const Subscription*>& FilterIndex::candidates(std::string_view topic) {
  found_.clear();
  for (const routing::RouteList* routes : trie_.match(swap_separators(std::string(topic)), scratch_)) {
    for (const routing::Route& route : *routes) found_.push_back(numbered_[route.binding]);
  }
  return found_;
}

}  // namespace wharf::mqtt
