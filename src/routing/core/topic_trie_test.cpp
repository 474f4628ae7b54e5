#include "routing/core/topic_trie.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "routing/core/topic_reference_testing.hpp"

namespace wharf::routing {
namespace {

/// A trie whose routes are numbered patterns.
class Patterns {
 public:
  void add(const std::string& pattern) {
    TopicTrie::Node node = trie.pattern(pattern);
    trie.routes(node).push_back({static_cast<std::uint32_t>(nodes_.size()), 0});
    nodes_.push_back(node);
  }
  void remove(std::uint32_t number) {
    std::erase_if(trie.routes(nodes_[number]), [&](const Route& route) { return route.binding == number; });
    trie.prune(nodes_[number]);
  }
  /// A pattern that is found twice fails here.
  std::set<std::uint32_t> matching(std::string_view key) {
    std::set<std::uint32_t> found;
    for (const RouteList* routes : trie.match(key, scratch_)) {
      for (const Route& route : *routes) EXPECT_TRUE(found.insert(route.binding).second) << key;
    }
    return found;
  }

  TopicTrie trie{7};

 private:
  TopicScratch scratch_;
  std::vector<TopicTrie::Node> nodes_;
};

struct Case {
  std::string_view pattern, key;
  bool matches;
};

constexpr Case kCases[] = {
    {"", "", true},
    {"", "a", false},
    {"#", "", true},
    {"#", "a", true},
    {"#", "a.b.c", true},
    {"#", "..", true},
    {"*", "", false},
    {"*", "a", true},
    {"*", ".", false},
    {"*.*", ".", true},
    {"*.*", "a.b", true},
    {"*", "a.b", false},
    {"a.b", "a.b", true},
    {"a.b", "a.c", false},
    {"a.b", "a", false},
    {"a", "a.b", false},
    {"a.*.c", "a.b.c", true},
    {"a.*.c", "a..c", true},
    {"a.*.c", "a.c", false},
    {"a..b", "a..b", true},
    {"a..b", "a.b", false},
    {"a.", "a.", true},
    {"a.", "a", false},
    {".a", ".a", true},
    {"a.#", "a", true},
    {"a.#", "a.b.c", true},
    {"a.#", "ab", false},
    {"#.a", "a", true},
    {"#.a", "b.c.a", true},
    {"#.a", "a.b", false},
    {"#.#", "", true},
    {"#.#", "a.b", true},
    {"*.#", "", false},
    {"*.#", "a", true},
    {"*.#", "a.b.c", true},
    {"#.*", "", false},
    {"#.*", "a.b", true},
    {"#.*.#", "", false},
    {"#.*.#", "a", true},
    {"a.#.b", "a.b", true},
    {"a.#.b", "a.x.y.b", true},
    {"a.#.b", "a.b.c", false},
    {"#.a.#", "x.a.y.a", true},
    {"*.a.#.*", "x.a", false},
    {"*.a.#.*", "x.a.y", true},
    {"a#", "a#", true},
    {"a#", "ab", false},
    {"**", "x", false},
    {"*", "*", true},
    {"#", "#", true},
    {"a", "#", false},
    {"a", "*", false},
};

TEST(TopicTrie, PatternsMeanWhatRabbitMqTakesThemToMean) {
  for (const Case& one : kCases) {
    Patterns patterns;
    patterns.add(std::string(one.pattern));
    EXPECT_EQ(!patterns.matching(one.key).empty(), one.matches) << "'" << one.pattern << "' and '" << one.key << "'";
    EXPECT_EQ(testing::topic_matches(one.pattern, one.key), one.matches) << one.pattern << " by reference, " << one.key;
  }
}

rc::Gen<std::string> key_of(std::vector<std::string> words) {
  auto word = rc::gen::elementOf(std::move(words));
  return rc::gen::map(rc::gen::resize(7, rc::gen::container<std::vector<std::string>>(word)),
                      [](const std::vector<std::string>& chosen) { return fmt::format("{}", fmt::join(chosen, ".")); });
}
rc::Gen<std::string> any_pattern() {
  return key_of({"a", "b", "", "*", "*", "#", "#"});
}
rc::Gen<std::string> any_key() {
  return key_of({"a", "b", "c", "", "#", "*"});
}

RC_GTEST_PROP(TopicTrieProperty, FindsWhatTheReferenceFinds, ()) {
  auto texts = *rc::gen::container<std::vector<std::string>>(any_pattern());
  auto keys = *rc::gen::container<std::vector<std::string>>(any_key());
  std::set<std::uint32_t> gone = *rc::gen::container<std::set<std::uint32_t>>(rc::gen::inRange(0u, 40u));
  Patterns patterns;
  for (const std::string& text : texts) patterns.add(text);
  std::erase_if(gone, [&](std::uint32_t number) { return number >= texts.size(); });
  for (std::uint32_t number : gone) patterns.remove(number);
  for (const std::string& key : keys) {
    std::set<std::uint32_t> expected;
    for (std::uint32_t number = 0; number < texts.size(); ++number) {
      if (!gone.contains(number) && testing::topic_matches(texts[number], key)) expected.insert(number);
    }
    RC_ASSERT(patterns.matching(key) == expected);
  }
  for (std::uint32_t number = 0; number < texts.size(); ++number) {
    if (!gone.contains(number)) patterns.remove(number);
  }
  RC_ASSERT(patterns.trie.node_count() == 1u);
}

TEST(TopicTrie, AThousandWordsAgainstPatternsOfManyHashesIsStillWordsTimesNodes) {
  Patterns patterns;
  std::string pattern = "#";
  for (int i = 0; i < 30; ++i) {
    pattern += ".a.#";
    patterns.add(pattern);
    patterns.add(pattern + ".b");
    patterns.add(pattern + ".*.*");
  }
  std::string key = "a";
  for (int i = 1; i < 1000; ++i) key += ".a";
  // One that tried each way to share the words among the hashes would not come back.
  EXPECT_EQ(patterns.matching(key).size(), 60u);
  EXPECT_EQ(patterns.matching(key + ".b").size(), 90u);
}

TEST(TopicTrie, AKeyOfManyWordsMakesADeepTrieThatIsMatchedAndPrunedWithoutRecursion) {
  Patterns patterns;
  std::string deep(65'535, '.');
  patterns.add(deep);
  EXPECT_EQ(patterns.trie.node_count(), 65'537u);
  EXPECT_EQ(patterns.matching(deep).size(), 1u);
  patterns.remove(0);
  EXPECT_EQ(patterns.trie.node_count(), 1u);
}

TEST(TopicTrie, ALiteralKeyHasNoWildcards) {
  TopicTrie trie(7);
  trie.routes(trie.literal("a.*.#")).push_back({1, 1});
  ASSERT_NE(trie.match_literal("a.*.#"), nullptr);
  EXPECT_EQ(trie.match_literal("a.b"), nullptr);
  EXPECT_EQ(trie.match_literal(""), nullptr);
  trie.routes(trie.literal("")).push_back({2, 2});
  EXPECT_EQ(trie.match_literal("")->front().binding, 2u);
}

}  // namespace
}  // namespace wharf::routing
