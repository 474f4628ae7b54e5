#pragma once
// Binding keys of one exchange, and which of them a routing key matches. A topic exchange's keys are patterns: words
// between dots,
// `*` is exactly one word, `#` any number of words, none included. Empty words count ("a..b" has three); the empty key
// has no word. (AMQP 0-9-1, 3.1.3.3, as RabbitMQ reads it.) A direct exchange's key is the only word of its path.
//
// Matching goes through the key once with the set of nodes reached so far, as one does with a nondeterministic
// automaton; a node is never in the set twice and a `#` stays once it is reached. So the work is at most words x nodes
// whatever the patterns, and in practice words x (literal, `*`, open `#`): bindings that do not match cost nothing.
// docs/decisions/040 has the figures.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/core/slot_index.hpp"

namespace wharf::routing {

/// One binding as an exchange sees it.
struct Route {
  std::uint32_t binding = 0;
  std::uint32_t place = 0;  // number of the destination, doubled, and whether it is an exchange: routing need not look
  std::uint32_t destination() const { return place / 2; }
  bool is_exchange() const { return place % 2 == 1; }
};
using RouteList = std::vector<Route>;

/// What matching writes on: kept by its user, so that it is allocated once. Serves any number of tries, one after the
/// other.
class TopicScratch {
  friend class TopicTrie;
  void begin(std::size_t nodes);
  bool reaches_first(std::uint32_t node);

  std::vector<std::uint32_t> at_, next_;  // reached after the words so far, but for `#`
  std::vector<std::uint32_t> open_;       // `#` nodes reached that lead on: each keeps for every further word
  std::vector<std::uint32_t> reached_;    // by node: the match in which its `#` was reached
  std::uint32_t match_ = 0;
  std::vector<const RouteList*> found_;
};

class TopicTrie {
 public:
  using Node = std::uint32_t;

  explicit TopicTrie(std::uint64_t hash_seed) : seed_(hash_seed), nodes_(1) {}

  /// The end of a pattern's path, made where it is missing. Whoever leaves it without routes calls `prune`.
  Node pattern(std::string_view key);
  Node literal(std::string_view key);
  RouteList& routes(Node node) { return nodes_[node].routes; }
  /// Gives back nodes that carry nothing, from this one up.
  void prune(Node node);

  /// The non-empty route lists of all patterns that match; valid until the trie or the scratch is used again.
  std::span<const RouteList* const> match(std::string_view key, TopicScratch& scratch) const;
  /// The routes of exactly this literal key; nullptr: none.
  const RouteList* match_literal(std::string_view key) const;

  std::size_t node_count() const { return nodes_.size() - free_.size(); }

 private:
  static constexpr Node kRoot = 0;  // nobody's child, so 0 is "no child" too
  struct Vertex {
    Node parent = 0;
    Node star = 0;
    Node hash = 0;
    std::uint32_t literals = 0;  // children by word, in words_
    RouteList routes;
    std::string word;
    bool leads_on() const { return literals != 0 || star != 0; }
  };

  std::uint64_t word_hash(std::string_view word) const;
  static std::uint64_t edge_hash(Node parent, std::uint64_t word_hash);
  std::optional<Node> child(Node parent, std::string_view word, std::uint64_t word_hash) const;
  Node grow_literal(Node parent, std::string_view word);
  Node grow(Node parent, std::string_view word);
  Node new_vertex(Node parent, std::string_view word);
  void enter(Node node, std::vector<Node>& set, TopicScratch& scratch) const;
  void step(std::string_view word, TopicScratch& scratch) const;

  std::uint64_t seed_;
  std::vector<Vertex> nodes_;
  std::vector<Node> free_;
  SlotIndex words_;  // (parent, word) to node
};

}  // namespace wharf::routing
