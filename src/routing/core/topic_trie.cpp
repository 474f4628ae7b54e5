#include "routing/core/topic_trie.hpp"

#include <algorithm>
#include <utility>

#include "routing/core/key_hash.hpp"

namespace wharf::routing {
namespace {

/// The words of a key, one after the other.
class Words {
 public:
  explicit Words(std::string_view key) : rest_(key), more_(!key.empty()) {}

  bool next(std::string_view& word) {
    if (!more_) return false;
    std::size_t dot = rest_.find('.');
    more_ = dot != std::string_view::npos;
    word = rest_.substr(0, dot);
    if (more_) rest_.remove_prefix(dot + 1);
    return true;
  }

 private:
  std::string_view rest_;
  bool more_;
};

}  // namespace

void TopicScratch::begin(std::size_t nodes) {
  if (reached_.size() < nodes) reached_.resize(nodes);
  if (++match_ == 0) {  // after 2^32 matches old marks could be taken for ours
    std::ranges::fill(reached_, 0u);
    match_ = 1;
  }
  at_.clear();
  open_.clear();
  found_.clear();
}

bool TopicScratch::reaches_first(std::uint32_t node) {
  return std::exchange(reached_[node], match_) != match_;
}

std::uint64_t TopicTrie::word_hash(std::string_view word) const {
  return hash_bytes(word, seed_);
}
std::uint64_t TopicTrie::edge_hash(Node parent, std::uint64_t word_hash) {
  return mix(word_hash, parent);
}

std::optional<TopicTrie::Node> TopicTrie::child(Node parent, std::string_view word, std::uint64_t word_hash) const {
  return words_.find(edge_hash(parent, word_hash),
                     [&](Node node) { return nodes_[node].parent == parent && nodes_[node].word == word; });
}

TopicTrie::Node TopicTrie::new_vertex(Node parent, std::string_view word) {
  if (free_.empty()) {
    nodes_.emplace_back();
    free_.push_back(static_cast<Node>(nodes_.size() - 1));
  }
  Node node = free_.back();
  free_.pop_back();
  nodes_[node].parent = parent;
  nodes_[node].word = word;
  return node;
}

TopicTrie::Node TopicTrie::grow_literal(Node parent, std::string_view word) {
  std::uint64_t hash = word_hash(word);
  if (auto known = child(parent, word, hash)) return *known;
  Node node = new_vertex(parent, word);
  words_.insert(edge_hash(parent, hash), node);
  ++nodes_[parent].literals;
  return node;
}

TopicTrie::Node TopicTrie::grow(Node parent, std::string_view word) {
  if (word != "*" && word != "#") return grow_literal(parent, word);
  Node Vertex::* wildcard = word == "*" ? &Vertex::star : &Vertex::hash;
  if (nodes_[parent].*wildcard == 0) {
    Node node = new_vertex(parent, word);  // may move the parent
    nodes_[parent].*wildcard = node;
  }
  return nodes_[parent].*wildcard;
}

TopicTrie::Node TopicTrie::pattern(std::string_view key) {
  Node node = kRoot;
  Words words(key);
  for (std::string_view word; words.next(word);) node = grow(node, word);
  return node;
}

TopicTrie::Node TopicTrie::literal(std::string_view key) {
  return grow_literal(kRoot, key);
}

void TopicTrie::prune(Node node) {
  while (node != kRoot && nodes_[node].routes.empty() && !nodes_[node].leads_on() && nodes_[node].hash == 0) {
    Node parent_node = nodes_[node].parent;
    Vertex& parent = nodes_[parent_node];
    if (parent.star == node) {
      parent.star = 0;
    } else if (parent.hash == node) {
      parent.hash = 0;
    } else {
      words_.erase(edge_hash(parent_node, word_hash(nodes_[node].word)), node);
      --parent.literals;
    }
    nodes_[node] = {};
    free_.push_back(node);
    node = parent_node;
  }
}

/// A `#` below a reached node is reached too, as it may stand for no words; and one below that. Its own routes match
/// whatever follows.
void TopicTrie::enter(Node node, std::vector<Node>& set, TopicScratch& scratch) const {
  set.push_back(node);
  for (Node below = nodes_[node].hash; below != 0 && scratch.reaches_first(below); below = nodes_[below].hash) {
    if (!nodes_[below].routes.empty()) scratch.found_.push_back(&nodes_[below].routes);
    if (nodes_[below].leads_on()) scratch.open_.push_back(below);
  }
}

void TopicTrie::step(std::string_view word, TopicScratch& scratch) const {
  scratch.next_.clear();
  std::uint64_t hash = word_hash(word);
  auto advance = [&](const Vertex& vertex, Node node) {
    if (vertex.literals != 0) {
      if (auto onward = child(node, word, hash)) enter(*onward, scratch.next_, scratch);
    }
    if (vertex.star != 0) enter(vertex.star, scratch.next_, scratch);
  };
  std::size_t open = scratch.open_.size();  // what this word opens sees the words after it
  for (std::size_t i = 0; i < open; ++i) advance(nodes_[scratch.open_[i]], scratch.open_[i]);
  for (Node node : scratch.at_) advance(nodes_[node], node);
  std::swap(scratch.at_, scratch.next_);
}

std::span<const RouteList* const> TopicTrie::match(std::string_view key, TopicScratch& scratch) const {
  scratch.begin(nodes_.size());
  enter(kRoot, scratch.at_, scratch);
  Words words(key);
  for (std::string_view word; words.next(word);) {
    if (scratch.at_.empty() && scratch.open_.empty()) break;
    step(word, scratch);
  }
  for (Node node : scratch.at_) {
    if (!nodes_[node].routes.empty()) scratch.found_.push_back(&nodes_[node].routes);
  }
  return scratch.found_;
}

const RouteList* TopicTrie::match_literal(std::string_view key) const {
  auto node = child(kRoot, key, word_hash(key));
  return node ? &nodes_[*node].routes : nullptr;
}

}  // namespace wharf::routing
