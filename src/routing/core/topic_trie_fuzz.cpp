// Topic patterns and keys of any bytes: a line "+pattern" binds, "-pattern" unbinds, any other line is a key that finds
// exactly what the reference finds. At the end the trie can be emptied.
#include "routing/core/topic_trie.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "routing/core/topic_reference_testing.hpp"

using namespace wharf::routing;

namespace {

constexpr std::size_t kPatternsMax = 64;  // the reference is slow

class Patterns {
 public:
  void line(const std::string& text) {
    if (text.starts_with('+')) return add(text.substr(1));
    if (text.starts_with('-')) return remove(text.substr(1));
    std::set<std::string> found, expected;
    for (const RouteList* routes : trie_.match(text, scratch_)) {
      WHARF_ASSERT(routes->size() == 1 && found.insert(bound_[routes->front().binding]).second);
    }
    for (const std::string& pattern : bound_) {
      if (!pattern.empty() && testing::topic_matches(pattern, text)) expected.insert(pattern);
    }
    WHARF_ASSERT(found == expected);
  }
  void remove_all() {
    for (const std::string& pattern : std::vector(bound_)) remove(pattern);
    WHARF_ASSERT(trie_.node_count() == 1);
  }

 private:
  void add(const std::string& pattern) {
    if (pattern.empty() || bound_.size() == kPatternsMax || std::ranges::find(bound_, pattern) != bound_.end()) return;
    trie_.routes(trie_.pattern(pattern)).push_back({static_cast<std::uint32_t>(bound_.size()), 0});
    bound_.push_back(pattern);
  }
  void remove(const std::string& pattern) {
    auto at = std::ranges::find(bound_, pattern);
    if (pattern.empty() || at == bound_.end()) return;
    TopicTrie::Node node = trie_.pattern(pattern);
    WHARF_ASSERT(trie_.routes(node).size() == 1);
    trie_.routes(node).clear();
    trie_.prune(node);
    at->clear();
  }

  TopicTrie trie_{3};
  TopicScratch scratch_;
  std::vector<std::string> bound_;  // empty: was unbound
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  Patterns patterns;
  std::string line;
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == '\n') {
      patterns.line(std::exchange(line, {}));
    } else {
      line += static_cast<char>(data[i]);
    }
  }
  patterns.line(line);
  patterns.remove_all();
  return 0;
}
