#pragma once
// A client's filters with wildcards as a trie, for the few clients who have many: what a topic finds costs the topic's
// levels, not the number of filters. No I/O.
#include <cstdint>
#include <string_view>
#include <vector>

#include "routing/core/topic_trie.hpp"

namespace wharf::mqtt {

struct Subscription;

class FilterIndex {
 public:
  explicit FilterIndex(std::uint64_t hash_seed) : trie_(hash_seed) {}

  /// `subscription` stays where it is until it is erased. Not shared.
  void put(const Subscription& subscription);
  void erase(const Subscription& subscription);
  /// All whose filter matches the topic, and perhaps some whose filter does not (addresses.hpp); good until the next
  /// call.
  const std::vector<const Subscription*>& candidates(std::string_view topic);

 private:
  routing::TopicTrie trie_;
  routing::TopicScratch scratch_;
  std::vector<const Subscription*> numbered_;
  std::vector<std::uint32_t> free_numbers_;
  std::vector<const Subscription*> found_;
};

}  // namespace wharf::mqtt
