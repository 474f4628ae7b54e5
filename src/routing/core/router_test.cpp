#include "routing/core/router.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <map>
#include <set>

namespace wharf::routing {
namespace {

Destination queue(std::string name) {
  return {DestinationKind::kQueue, std::move(name)};
}
Destination to_exchange(std::string name) {
  return {DestinationKind::kExchange, std::move(name)};
}

class RouterTest : public ::testing::Test {
 protected:
  void declare(std::string name, std::string type, PropertyTable arguments = {}) {
    auto made = table_.declare({.name = std::move(name), .type = std::move(type), .arguments = std::move(arguments)});
    ASSERT_TRUE(made) << made.error().message;
  }
  Bound bind(std::string source, Destination destination, std::string key = "", PropertyTable arguments = {}) {
    if (destination.kind != DestinationKind::kExchange) table_.add_destination(destination);
    auto bound = table_.bind({std::move(source), std::move(destination), std::move(key), std::move(arguments)});
    EXPECT_TRUE(bound) << bound.error().message;
    return bound.value_or(Bound{});
  }
  /// The names that a message reaches; one that is reached twice fails.
  std::set<std::string> routed(std::string_view exchange, const MessageView& message, std::uint64_t random = 0) {
    std::set<std::string> names;
    last_ = router_.route(table_, *table_.find(DestinationKind::kExchange, exchange), message, random);
    for (DestinationId id : last_.destinations) EXPECT_TRUE(names.insert(table_.destination(id).name).second);
    return names;
  }
  std::set<std::string> routed(std::string_view exchange, std::string_view key) {
    return routed(exchange, MessageView{.routing_key = key});
  }

  RoutingTable table_{"/", 1};
  Router router_;
  Routes last_;
};

using Names = std::set<std::string>;

TEST_F(RouterTest, TheDefaultExchangeFindsTheQueueOfTheKeysNameElseTheLogTopic) {
  table_.add_destination(queue("jobs"));
  table_.add_destination({DestinationKind::kLogTopic, "jobs"});
  DestinationId orders = table_.add_destination({DestinationKind::kLogTopic, "orders"});
  EXPECT_EQ(routed("", "jobs"), Names{"jobs"});
  EXPECT_EQ(table_.destination(last_.destinations[0]).kind, DestinationKind::kQueue);
  EXPECT_EQ(routed("", "orders"), Names{"orders"});
  EXPECT_EQ(last_.destinations[0], orders);
  EXPECT_EQ(routed("", "other"), Names{});
  EXPECT_TRUE(last_.nowhere());
}

TEST_F(RouterTest, TheTopicExchangeReachesTheLogTopicOfTheKeysNameBesideWhatIsBound) {
  declare("other", "topic");
  bind("amq.topic", queue("jobs"), "a.#");
  table_.add_destination({DestinationKind::kLogTopic, "a.b"});
  EXPECT_EQ(routed("amq.topic", "a.b"), (Names{"jobs", "a.b"}));
  EXPECT_EQ(routed("amq.topic", "a.c"), Names{"jobs"});
  EXPECT_EQ(routed("other", "a.b"), Names{});
  bind("amq.topic", {DestinationKind::kLogTopic, "a.b"}, "a.*");
  EXPECT_EQ(routed("amq.topic", "a.b"), (Names{"jobs", "a.b"}));
}

TEST_F(RouterTest, AMessageReachesAQueueOnceHoweverManyBindingsLeadThere) {
  bind("amq.topic", queue("q"), "a.*");
  bind("amq.topic", queue("q"), "#.b");
  bind("amq.topic", queue("q"), "a.b", {{"note", true}});
  bind("amq.topic", {DestinationKind::kLogTopic, "log"}, "#");
  bind("amq.topic", to_exchange("amq.fanout"), "a.#");
  bind("amq.fanout", queue("q"));
  bind("amq.fanout", queue("all"));
  EXPECT_EQ(routed("amq.topic", "a.b"), (Names{"q", "log", "all"}));
  EXPECT_EQ(routed("amq.topic", "c"), Names{"log"});
}

TEST_F(RouterTest, ADirectExchangeComparesTheWholeKey) {
  bind("amq.direct", queue("star"), "a.*");
  bind("amq.direct", queue("q"), "a.b");
  bind("amq.direct", queue("empty"), "");
  EXPECT_EQ(routed("amq.direct", "a.b"), Names{"q"});
  EXPECT_EQ(routed("amq.direct", "a.*"), Names{"star"});
  EXPECT_EQ(routed("amq.direct", ""), Names{"empty"});
}

TEST_F(RouterTest, BindingsOfOneKeyGoInAnyOrder) {
  for (std::string source : {"amq.direct", "amq.topic", "amq.fanout"}) {
    for (std::size_t step : {1u, 3u, 7u, 9u}) {
      Names bound;
      for (int i = 0; i < 10; ++i) {
        bind(source, queue(fmt::format("q{}", i)), "key");
        bound.insert(fmt::format("q{}", i));
      }
      for (std::size_t i = 0; i < 10; ++i) {
        std::string gone = fmt::format("q{}", i * step % 10);
        ASSERT_EQ(table_.unbind({source, queue(gone), "key", {}})->bindings.size(), 1u);
        bound.erase(gone);
        ASSERT_EQ(routed(source, "key"), bound) << source << " without " << gone;
      }
    }
  }
}

TEST_F(RouterTest, CcAndBccAreKeysToo) {
  bind("amq.direct", queue("one"), "1");
  bind("amq.direct", queue("two"), "2");
  bind("amq.topic", queue("two"), "2.*");
  std::array<std::string_view, 3> extra{"2", "2.x", "nowhere"};
  MessageView message{.routing_key = "1", .extra_keys = extra};
  EXPECT_EQ(routed("amq.direct", message), (Names{"one", "two"}));
  EXPECT_EQ(routed("amq.topic", message), Names{"two"});
  EXPECT_EQ(routed("", MessageView{.routing_key = "one", .extra_keys = std::array<std::string_view, 1>{"two"}}),
            (Names{"one", "two"}));
}

TEST_F(RouterTest, HeadersDecideOnAHeadersExchange) {
  bind("amq.match", queue("pdf"), "", {{"format", std::string("pdf")}});
  bind("amq.match", queue("any"), "",
       {{"x-match", std::string("any")}, {"format", std::string("doc")}, {"pages", std::int16_t{3}}});
  PropertyTable headers{{"format", std::string("pdf")}, {"pages", std::int64_t{3}}};
  EXPECT_EQ(routed("amq.match", MessageView{.headers = &headers}), (Names{"pdf", "any"}));
  EXPECT_EQ(routed("amq.match", MessageView{}), Names{});
}

TEST_F(RouterTest, ExchangesInACircleAreVisitedOnce) {
  for (std::string name : {"a", "b", "c"}) declare(name, "fanout");
  bind("a", to_exchange("b"));
  bind("b", to_exchange("c"));
  bind("c", to_exchange("a"));
  bind("a", to_exchange("a"));
  bind("c", queue("end"));
  for (std::string name : {"a", "b", "c"}) EXPECT_EQ(routed(name, ""), Names{"end"});
}

TEST_F(RouterTest, WhatAnExchangesOwnBindingsDoNotMatchGoesToItsAlternate) {
  declare("first", "direct", {{"alternate-exchange", std::string("second")}});
  declare("second", "direct", {{"alternate-exchange", std::string("third")}});
  declare("third", "fanout");
  bind("first", queue("one"), "1");
  bind("second", queue("two"), "2");
  bind("third", queue("rest"));
  EXPECT_EQ(routed("first", "1"), Names{"one"});
  EXPECT_EQ(routed("first", "2"), Names{"two"});
  EXPECT_EQ(routed("first", "3"), Names{"rest"});
  // A binding to an exchange that leads nowhere is a match: the alternate is that exchange's own business.
  declare("dead-end", "direct");
  bind("first", to_exchange("dead-end"), "4");
  EXPECT_EQ(routed("first", "4"), Names{});
}

TEST_F(RouterTest, APolicysAlternateStandsBehindTheArguments) {
  declare("plain", "direct");
  declare("own", "direct", {{"alternate-exchange", std::string("nobody")}});
  bind("amq.fanout", queue("rest"));
  EXPECT_EQ(routed("plain", "x"), Names{});
  for (std::string name : {"plain", "own", "not-there"}) table_.set_alternate_by_policy(name, "amq.fanout");
  EXPECT_EQ(routed("plain", "x"), Names{"rest"});
  EXPECT_EQ(routed("own", "x"), Names{});
  table_.set_alternate_by_policy("plain", "plain");  // a circle of one
  EXPECT_EQ(routed("plain", "x"), Names{});
  table_.set_alternate_by_policy("plain", "");
  EXPECT_EQ(routed("plain", "x"), Names{});
}

TEST_F(RouterTest, ADelayedExchangeHoldsBackWhatAsksForIt) {
  declare("later", "x-delayed-message", {{"x-delayed-type", std::string("topic")}});
  declare("rest", "fanout");
  table_.set_alternate_by_policy("later", "rest");
  bind("later", queue("q"), "a.*");
  bind("rest", queue("unrouted"));
  const std::int64_t longest = std::numeric_limits<std::int64_t>::max();
  std::vector<std::pair<PropertyValue, std::int64_t>> delays = {{std::int32_t{5000}, 5000},
                                                                {std::int64_t{1} << 40, std::int64_t{1} << 40},
                                                                {std::uint8_t{9}, 9},
                                                                {std::string("5000"), 5000},
                                                                {2500.9, 2500},
                                                                {Decimal{2, 12'345}, 123},
                                                                {~std::uint64_t{0}, longest},
                                                                {std::string("99999999999999999999"), longest},
                                                                {1e300, longest},
                                                                {std::int32_t{0}, 0},
                                                                {std::int32_t{-5000}, 0},
                                                                {std::string("soon"), 0},
                                                                {std::string("5 s"), 0},
                                                                {std::string("-99999999999999999999"), 0},
                                                                {true, 0},
                                                                {Null{}, 0},
                                                                {std::numeric_limits<double>::quiet_NaN(), 0}};
  for (const auto& [delay, expected] : delays) {
    PropertyTable headers{{"x-delay", delay}};
    Names names = routed("later", MessageView{.routing_key = "a.b", .headers = &headers});
    EXPECT_EQ(names, expected > 0 ? Names{} : Names{"q"}) << expected;
    ASSERT_EQ(last_.held_back.size(), expected > 0 ? 1u : 0u) << expected;
    EXPECT_FALSE(last_.nowhere());
    if (expected > 0) EXPECT_EQ(last_.held_back[0].delay_ms, expected);
    if (expected > 0) EXPECT_EQ(last_.held_back[0].exchange, *table_.find(DestinationKind::kExchange, "later"));
  }
  EXPECT_EQ(routed("later", "b"), Names{"unrouted"});
}

TEST_F(RouterTest, ARecentHistoryExchangeRemembersAndReplaysToANewBinding) {
  declare("history", "x-recent-history", {{"x-recent-history-length", std::int64_t{5}}});
  declare("history-20", "x-recent-history");
  EXPECT_EQ(bind("history", queue("q")).replay_messages, 5u);
  EXPECT_EQ(bind("history", queue("q")).replay_messages, 0u) << "it was bound already";
  EXPECT_EQ(bind("history-20", to_exchange("history"), "any").replay_messages, 20u);
  EXPECT_EQ(bind("amq.topic", queue("q"), "a").replay_messages, 0u);
  EXPECT_EQ(routed("history-20", "key"), Names{"q"});
  ASSERT_EQ(last_.remembered.size(), 2u);
  EXPECT_EQ(last_.remembered[0].messages, 20u);
  EXPECT_EQ(last_.remembered[1].messages, 5u);
  PropertyTable headers{{"x-recent-history-no-store", true}};
  EXPECT_EQ(routed("history", MessageView{.headers = &headers}), Names{"q"});
  EXPECT_TRUE(last_.remembered.empty());
}

TEST_F(RouterTest, ARandomExchangeGivesEachBindingItsShare) {
  declare("lucky", "x-random");
  EXPECT_EQ(routed("lucky", ""), Names{});
  for (int i = 0; i < 4; ++i) bind("lucky", queue(fmt::format("q{}", i)));
  std::map<std::string, int> got;
  for (std::uint64_t random = 0; random < 4000; ++random) {
    Names names = routed("lucky", MessageView{}, random * 0x9e3779b97f4a7c15);
    ASSERT_EQ(names.size(), 1u);
    ++got[*names.begin()];
  }
  for (const auto& [name, count] : got) EXPECT_NEAR(count, 1000, 150) << name;
  EXPECT_EQ(got.size(), 4u);
}

class HashExchangeTest : public RouterTest {
 protected:
  static constexpr int kKeys = 10'000;
  std::vector<std::string> owners() {
    std::vector<std::string> owners;
    for (int i = 0; i < kKeys; ++i) owners.push_back(*routed("hash", fmt::format("key-{}", i)).begin());
    return owners;
  }
};

TEST_F(HashExchangeTest, EachQueueGetsItsWeightsShare) {
  declare("hash", "x-consistent-hash");
  bind("hash", queue("small"), "1");
  bind("hash", queue("large"), "3");
  std::vector<std::string> now = owners();
  EXPECT_NEAR(static_cast<double>(std::ranges::count(now, "large")), 0.75 * kKeys, 0.02 * kKeys);
  EXPECT_EQ(owners(), now);
}

TEST_F(HashExchangeTest, ABindingThatComesOrGoesMovesOnlyItsOwnMessages) {
  declare("hash", "x-consistent-hash");
  for (int i = 0; i < 9; ++i) bind("hash", queue(fmt::format("q{}", i)), "10");
  std::vector<std::string> before = owners();
  bind("hash", queue("new"), "10");
  std::vector<std::string> after = owners();
  int moved = 0;
  for (int i = 0; i < kKeys; ++i) {
    if (before[i] == after[i]) continue;
    EXPECT_EQ(after[i], "new");
    ++moved;
  }
  EXPECT_NEAR(moved, kKeys / 10, kKeys / 50);
  ASSERT_TRUE(table_.unbind({"hash", queue("new"), "10", {}}));
  EXPECT_EQ(owners(), before);
  // The order in which they were bound is forgotten.
  table_.remove_destination(queue("q3"));
  bind("hash", queue("q3"), "10");
  EXPECT_EQ(owners(), before);
}

TEST_F(HashExchangeTest, AHeaderOrPropertyMayBeHashedInsteadOfTheKey) {
  declare("by-header", "x-consistent-hash", {{"hash-header", std::string("customer")}});
  declare("by-id", "x-consistent-hash", {{"hash-property", std::string("message_id")}});
  declare("by-correlation", "x-consistent-hash", {{"hash-property", std::string("correlation_id")}});
  declare("by-time", "x-consistent-hash", {{"hash-property", std::string("timestamp")}});
  declare("modulus", "x-modulus-hash");
  for (std::string name : {"by-header", "by-id", "by-correlation", "by-time", "modulus"}) {
    for (int i = 0; i < 8; ++i) bind(name, queue(fmt::format("q{}", i)), name == "modulus" ? "any" : "1");
  }
  std::map<std::string, Names> reached;
  for (int i = 0; i < 200; ++i) {
    std::string text = std::to_string(i);
    PropertyTable number{{"customer", std::int32_t{i}}}, wide{{"customer", std::int64_t{i}}};
    EXPECT_EQ(routed("by-header", {.routing_key = "a", .headers = &number}),
              routed("by-header", {.routing_key = "b", .headers = &wide}));
    reached["by-header"].merge(routed("by-header", {.headers = &number}));
    reached["by-id"].merge(routed("by-id", {.message_id = text}));
    reached["by-correlation"].merge(routed("by-correlation", {.correlation_id = text}));
    reached["by-time"].merge(routed("by-time", {.timestamp = i}));
    reached["modulus"].merge(routed("modulus", {.routing_key = text}));
    reached["without"].merge(routed("by-id", {.routing_key = text}));
  }
  for (const auto& [name, names] : reached) EXPECT_EQ(names.size(), name == "without" ? 1u : 8u) << name;
}

TEST_F(RouterTest, OneRouterServesTablesThatGrowAndOthers) {
  RoutingTable other("other", 2);
  other.add_destination(queue("elsewhere"));
  ASSERT_TRUE(other.bind({"amq.topic", queue("elsewhere"), "#.x", {}}));
  for (int i = 0; i < 300; ++i) {
    bind("amq.topic", queue(fmt::format("q{}", i)), fmt::format("{}.#.x", i));
    EXPECT_EQ(routed("amq.topic", fmt::format("{}.x", i)), Names{fmt::format("q{}", i)});
    Routes there = router_.route(other, *other.publish_target("amq.topic"), {.routing_key = "a.x"}, 0);
    EXPECT_EQ(there.destinations.size(), 1u);
  }
}

/// Has seen the keys that it was told.
class SeenKeys final : public DuplicateCheck {
 public:
  bool is_new(const Exchange& exchange, const DuplicateRules&, const MessageView& message) override {
    asked.push_back(exchange.name);
    return seen.insert(exchange.name + "/" + std::string(message.routing_key)).second;
  }
  std::set<std::string> seen;
  std::vector<std::string> asked;
};

class DeduplicatingExchange : public RouterTest {
 protected:
  void SetUp() override {
    declare("once", "x-message-deduplication", {{"x-cache-size", 10}, {"alternate-exchange", std::string("spare")}});
    declare("spare", "fanout");
    bind("spare", queue("left over"));
  }
  Names asked(std::string_view exchange, std::string_view key) {
    Names names;
    last_ = router_.route(table_, *table_.find(DestinationKind::kExchange, exchange), {.routing_key = key}, 0, &seen_);
    for (DestinationId id : last_.destinations) EXPECT_TRUE(names.insert(table_.destination(id).name).second);
    return names;
  }
  SeenKeys seen_;
};

TEST_F(DeduplicatingExchange, RoutesToAllWhatItHasNotSeenAndNowhereWhatItHas) {
  bind("once", queue("a"), "some key");
  bind("once", queue("b"));
  EXPECT_EQ(asked("once", "1"), (Names{"a", "b"}));
  EXPECT_FALSE(last_.repeats);
  EXPECT_EQ(asked("once", "1"), Names{});
  EXPECT_TRUE(last_.repeats);
  EXPECT_FALSE(last_.nowhere()) << "a duplicate is not returned";
}

TEST_F(DeduplicatingExchange, ADuplicateDoesNotGoToTheAlternateExchangeAndWhatMatchesNothingDoes) {
  EXPECT_EQ(asked("once", "1"), Names{"left over"});
  EXPECT_EQ(asked("once", "1"), Names{});
}

TEST_F(DeduplicatingExchange, BehindAnotherItStopsOnlyItsOwnWayAndIsAskedOnce) {
  declare("twice", "x-message-deduplication", {{"x-cache-size", 10}});
  bind("amq.fanout", to_exchange("once"));
  bind("amq.fanout", to_exchange("twice"));
  bind("twice", to_exchange("once"));
  bind("once", to_exchange("twice"));
  bind("amq.fanout", queue("always"));
  bind("once", queue("q"));
  bind("twice", queue("q"));
  EXPECT_EQ(asked("amq.fanout", "1"), (Names{"always", "q"}));
  EXPECT_EQ(seen_.asked.size(), 2u);
  EXPECT_EQ(asked("amq.fanout", "1"), Names{"always"});
  EXPECT_TRUE(last_.repeats);
}

TEST_F(DeduplicatingExchange, WithNobodyToAskNothingIsDecided) {
  bind("once", queue("a"));
  EXPECT_EQ(routed("once", "1"), Names{});
  EXPECT_TRUE(last_.undecided);
  EXPECT_EQ(routed("amq.fanout", "1"), Names{});
  EXPECT_FALSE(last_.undecided);
}

}  // namespace
}  // namespace wharf::routing
