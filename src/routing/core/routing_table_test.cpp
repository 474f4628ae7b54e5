#include "routing/core/routing_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace wharf::routing {
namespace {

const Destination kJobs{DestinationKind::kQueue, "jobs"};

Exchange exchange(std::string name, std::string type, PropertyTable arguments = {}) {
  return {.name = std::move(name), .type = std::move(type), .arguments = std::move(arguments)};
}
Destination to(std::string name) {
  return {DestinationKind::kExchange, std::move(name)};
}

RoutingTable table_with_jobs() {
  RoutingTable table("/", 1);
  table.add_destination(kJobs);
  return table;
}

template <class T>
void expect_refused(const Result<T>& result, ErrorCode code, std::string_view sentence) {
  ASSERT_FALSE(result.has_value()) << sentence;
  EXPECT_EQ(result.error().code, code) << to_string(result.error().code);
  EXPECT_EQ(result.error().message, sentence);
}

TEST(RoutingTable, HasTheReadyMadeExchanges) {
  RoutingTable table("/", 1);
  std::vector<std::string> there;
  for (const Exchange& one : table.exchanges()) {
    EXPECT_TRUE(one.durable);
    there.push_back(one.name + " " + one.type + (one.internal ? " internal" : ""));
  }
  std::ranges::sort(there);
  EXPECT_EQ(there,
            (std::vector<std::string>{" direct", "amq.direct direct", "amq.fanout fanout", "amq.headers headers",
                                      "amq.match headers", "amq.rabbitmq.trace topic internal", "amq.topic topic"}));
}

TEST(RoutingTable, ADeclareOfTheSameExchangeIsNothingNew) {
  RoutingTable table("/", 1);
  EXPECT_EQ(*table.declare(exchange("x", "topic")), true);
  EXPECT_EQ(*table.declare(exchange("x", "topic")), false);
  EXPECT_EQ(*table.declare(exchange("x", "topic", {{"x-anything", true}})), false);
  Exchange ready_made = exchange("amq.topic", "topic");
  ready_made.durable = true;
  EXPECT_EQ(*table.declare(ready_made), false);
  EXPECT_TRUE(table.declare_passive("x"));
}

TEST(RoutingTable, ADeclareThatDiffersIsRefusedInRabbitMqsWords) {
  RoutingTable table("/", 1);
  ASSERT_TRUE(table.declare(exchange("x", "direct", {{"alternate-exchange", std::string("ae")}})));
  ASSERT_TRUE(table.declare(exchange("plain", "direct")));
  auto refused = [&](Exchange asked, std::string_view sentence) {
    expect_refused(table.declare(std::move(asked)), ErrorCode::kPreconditionFailed, sentence);
  };
  refused(exchange("x", "fanout"),
          "inequivalent arg 'type' for exchange 'x' in vhost '/': received 'fanout' but current is 'direct'");
  Exchange asked = exchange("x", "direct");
  asked.durable = true;
  refused(asked, "inequivalent arg 'durable' for exchange 'x' in vhost '/': received 'true' but current is 'false'");
  asked = exchange("x", "direct");
  asked.auto_delete = true;
  refused(asked,
          "inequivalent arg 'auto_delete' for exchange 'x' in vhost '/': received 'true' but current is 'false'");
  asked = exchange("x", "direct");
  asked.internal = true;
  refused(asked, "inequivalent arg 'internal' for exchange 'x' in vhost '/': received 'true' but current is 'false'");
  refused(exchange("x", "direct"),
          "inequivalent arg 'alternate-exchange' for exchange 'x' in vhost '/': received none but current is the value "
          "'ae' of type "
          "'longstr'");
  refused(exchange("x", "direct", {{"alternate-exchange", std::string("other")}}),
          "inequivalent arg 'alternate-exchange' for exchange 'x' in vhost '/': received 'other' but current is 'ae'");
  refused(exchange("plain", "direct", {{"alternate-exchange", std::string("ae")}}),
          "inequivalent arg 'alternate-exchange' for exchange 'plain' in vhost '/': received the value 'ae' of type "
          "'longstr' but "
          "current is none");
}

TEST(RoutingTable, NamesThatAreNotForClientsAreRefused) {
  RoutingTable table("tenant", 1);
  constexpr std::string_view kDefault = "operation not permitted on the default exchange";
  expect_refused(table.declare(exchange("", "direct")), ErrorCode::kPolicyViolation, kDefault);
  expect_refused(table.declare_passive(""), ErrorCode::kPolicyViolation, kDefault);
  expect_refused(table.delete_exchange("", false), ErrorCode::kPolicyViolation, kDefault);
  expect_refused(table.bind({"", kJobs, "jobs", {}}), ErrorCode::kPolicyViolation, kDefault);
  expect_refused(table.bind({"amq.topic", to(""), "jobs", {}}), ErrorCode::kPolicyViolation, kDefault);
  expect_refused(table.unbind({"", kJobs, "jobs", {}}), ErrorCode::kPolicyViolation, kDefault);
  expect_refused(table.declare(exchange("amq.mine", "direct")), ErrorCode::kPolicyViolation,
                 "exchange name 'amq.mine' contains reserved prefix 'amq.*'");
  expect_refused(table.delete_exchange("amq.topic", false), ErrorCode::kPolicyViolation,
                 "deletion of system exchange 'amq.topic' in vhost 'tenant' not allowed");
  expect_refused(table.publish_target("amq.rabbitmq.trace"), ErrorCode::kPolicyViolation,
                 "cannot publish to internal exchange 'amq.rabbitmq.trace' in vhost 'tenant'");
  EXPECT_TRUE(table.declare(exchange("amq", "direct")));
}

TEST(RoutingTable, WhatIsNotThereIsNotFound) {
  RoutingTable table = table_with_jobs();
  expect_refused(table.declare_passive("x"), ErrorCode::kNotFound, "no exchange 'x' in vhost '/'");
  expect_refused(table.publish_target("x"), ErrorCode::kNotFound, "no exchange 'x' in vhost '/'");
  expect_refused(table.bind({"x", {DestinationKind::kQueue, "q"}, "", {}}), ErrorCode::kNotFound,
                 "no exchange 'x' in vhost '/'");
  expect_refused(table.bind({"amq.topic", {DestinationKind::kQueue, "q"}, "", {}}), ErrorCode::kNotFound,
                 "no queue 'q' in vhost '/'");
  expect_refused(table.bind({"amq.topic", {DestinationKind::kLogTopic, "jobs"}, "", {}}), ErrorCode::kNotFound,
                 "no queue 'jobs' in vhost '/'");
  expect_refused(table.bind({"amq.topic", to("y"), "", {}}), ErrorCode::kNotFound, "no exchange 'y' in vhost '/'");
  EXPECT_TRUE(table.delete_exchange("x", true)->exchanges.empty());
  EXPECT_TRUE(table.unbind({"x", kJobs, "", {}})->bindings.empty());
  EXPECT_TRUE(table.unbind({"amq.topic", {DestinationKind::kQueue, "q"}, "", {}})->bindings.empty());
  EXPECT_TRUE(table.unbind({"amq.topic", kJobs, "never", {}})->bindings.empty());
}

TEST(RoutingTable, ArgumentsThatATypeDoesNotTakeAreRefused) {
  RoutingTable table = table_with_jobs();
  auto refused = [&](std::string type, PropertyTable arguments, std::string_view sentence) {
    expect_refused(table.declare(exchange("bad", std::move(type), std::move(arguments))), ErrorCode::kInvalidArgument,
                   sentence);
  };
  expect_refused(table.declare(exchange("bad", "nonsense")), ErrorCode::kInvalidRequest,
                 "unknown exchange type 'nonsense'");
  expect_refused(table.declare(exchange("bad", "x-delayed-message", {{"x-delayed-type", std::string("nonsense")}})),
                 ErrorCode::kInvalidRequest, "unknown exchange type 'nonsense'");
  refused("direct", {{"alternate-exchange", true}},
          "invalid type 'bool' for arg 'alternate-exchange' in exchange 'bad' in vhost '/'");
  constexpr std::string_view kDelayedType = "Invalid argument, 'x-delayed-type' must be an existing exchange type";
  refused("x-delayed-message", {}, kDelayedType);
  refused("x-delayed-message", {{"x-delayed-type", std::string("x-delayed-message")}},
          "Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'");
  refused("x-recent-history", {{"x-recent-history-length", std::int32_t{0}}},
          "Invalid argument 0, 'x-recent-history-length' must be a positive integer");
  refused("x-recent-history", {{"x-recent-history-length", std::string("5")}},
          "Invalid argument <<\"5\">>, 'x-recent-history-length' must be a positive integer");
  constexpr std::string_view kCacheSize =
      "Missing or invalid argument, 'x-cache-size' must be an integer greater than 0";
  refused("x-message-deduplication", {}, kCacheSize);
  refused("x-message-deduplication", {{"x-cache-size", std::string("12a")}}, kCacheSize);
  refused("x-message-deduplication", {{"x-cache-size", 5}, {"x-cache-ttl", 0}},
          "Invalid argument, 'x-cache-ttl' must be an integer greater than 0");
  refused("x-message-deduplication", {{"x-cache-size", 5}, {"x-cache-persistence", std::string("disk")}},
          "'x-cache-persistence' can be 'memory' only: a restart forgets what such an exchange has seen");
  refused("x-consistent-hash", {{"hash-header", std::string("h")}, {"hash-property", std::string("message_id")}},
          "hash-header and hash-property are mutually exclusive");
  refused("x-consistent-hash", {{"hash-property", std::string("app_id")}}, "Unsupported property: app_id");
  EXPECT_FALSE(table.exchange("bad"));

  ASSERT_TRUE(table.declare(exchange("hash", "x-consistent-hash")));
  auto weight = [&](std::string key) { return table.bind({"hash", kJobs, std::move(key), {}}); };
  expect_refused(weight("ten"), ErrorCode::kInvalidArgument, "The binding key must be an integer: <<\"ten\">>");
  expect_refused(weight(""), ErrorCode::kInvalidArgument, "The binding key must be an integer: <<>>");
  expect_refused(weight("0"), ErrorCode::kInvalidArgument, "The binding key must be greater than 0");
  expect_refused(weight("-1"), ErrorCode::kInvalidArgument, "The binding key must be greater than 0");
  expect_refused(weight("1.5"), ErrorCode::kInvalidArgument, "The binding key must be an integer: <<\"1.5\">>");
  EXPECT_TRUE(weight("+10"));
  EXPECT_TRUE(weight("99999999999999999999"));
}

TEST(RoutingTable, ABindingIsOneHoweverOftenItIsBound) {
  RoutingTable table = table_with_jobs();
  EXPECT_TRUE(table.bind({"amq.headers", kJobs, "k", {{"a", true}, {"b", Null{}}}})->added);
  EXPECT_FALSE(table.bind({"amq.headers", kJobs, "k", {{"b", Null{}}, {"a", true}}})->added);
  EXPECT_TRUE(table.bind({"amq.headers", kJobs, "k", {{"a", true}}})->added);
  EXPECT_TRUE(table.bind({"amq.headers", kJobs, "other", {{"a", true}}})->added);
  EXPECT_EQ(table.bindings_from("amq.headers").size(), 3u);
  EXPECT_EQ(table.bindings_to(kJobs).size(), 4u);  // with the default exchange's
  EXPECT_EQ(table.unbind({"amq.headers", kJobs, "k", {{"b", Null{}}, {"a", true}}})->bindings.size(), 1u);
  EXPECT_EQ(table.unbind({"amq.headers", kJobs, "k", {}})->bindings.size(), 0u);
  EXPECT_EQ(table.binding_count(), 2u);
}

TEST(RoutingTable, TheDefaultExchangeBindsEveryQueueAndLogTopicByItsName) {
  RoutingTable table = table_with_jobs();
  table.add_destination({DestinationKind::kLogTopic, "orders"});
  EXPECT_EQ(table.bindings_from("").size(), 2u);
  EXPECT_EQ(table.bindings_to(kJobs), (std::vector<Binding>{{"", kJobs, "jobs", {}}}));
  table.remove_destination(kJobs);
  EXPECT_EQ(table.bindings_from("").size(), 1u);
  EXPECT_TRUE(table.bindings_to(kJobs).empty());
}

TEST(RoutingTable, AnExchangeInUseIsNotDeletedIfUnused) {
  RoutingTable table = table_with_jobs();
  ASSERT_TRUE(table.declare(exchange("x", "direct")));
  ASSERT_TRUE(table.declare(exchange("y", "direct")));
  ASSERT_TRUE(table.bind({"x", to("y"), "", {}}));
  expect_refused(table.delete_exchange("x", true), ErrorCode::kPreconditionFailed, "exchange 'x' in vhost '/' in use");
  // A binding to it is no use of it.
  Result<Removed> removed = table.delete_exchange("y", true);
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->bindings, (std::vector<Binding>{{"x", to("y"), "", {}}}));
  EXPECT_EQ(removed->exchanges.size(), 1u);
  EXPECT_TRUE(table.delete_exchange("x", true)->bindings.empty());
}

TEST(RoutingTable, AnAutoDeleteExchangeGoesWithItsLastBindingAndNotBeforeItHadOne) {
  RoutingTable table = table_with_jobs();
  Exchange fleeting = exchange("fleeting", "topic");
  fleeting.auto_delete = true;
  ASSERT_TRUE(table.declare(fleeting));
  ASSERT_TRUE(table.unbind({"fleeting", kJobs, "never", {}}));
  ASSERT_TRUE(table.exchange("fleeting"));
  ASSERT_TRUE(table.bind({"fleeting", kJobs, "a", {}}));
  ASSERT_TRUE(table.bind({"fleeting", kJobs, "b", {}}));
  EXPECT_TRUE(table.unbind({"fleeting", kJobs, "a", {}})->exchanges.empty());
  EXPECT_EQ(table.unbind({"fleeting", kJobs, "b", {}})->exchanges, (std::vector<Exchange>{fleeting}));
  EXPECT_FALSE(table.exchange("fleeting"));
}

TEST(RoutingTable, AQueueThatGoesTakesALongChainOfAutoDeleteExchangesAlong) {
  constexpr int kLength = 50'000;
  RoutingTable table = table_with_jobs();
  Destination next = kJobs;
  for (int i = 0; i < kLength; ++i) {
    Exchange link = exchange(fmt::format("link-{}", i), "fanout");
    link.auto_delete = true;
    ASSERT_TRUE(table.declare(link));
    ASSERT_TRUE(table.bind({link.name, next, "", {}}));
    next = to(link.name);
  }
  Removed removed = table.remove_destination(kJobs);
  EXPECT_EQ(removed.bindings.size(), static_cast<std::size_t>(kLength));
  EXPECT_EQ(removed.exchanges.size(), static_cast<std::size_t>(kLength));
  EXPECT_EQ(table.exchanges().size(), 7u);
}

TEST(RoutingTable, AnExchangeBoundToItselfIsDeleted) {
  RoutingTable table("/", 1);
  Exchange self = exchange("self", "fanout");
  self.auto_delete = true;
  ASSERT_TRUE(table.declare(self));
  ASSERT_TRUE(table.bind({"self", to("self"), "", {}}));
  Result<Removed> removed = table.delete_exchange("self", false);
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->bindings.size(), 1u);
  EXPECT_EQ(removed->exchanges.size(), 1u);
  EXPECT_EQ(table.binding_count(), 0u);
}

TEST(RoutingTable, WithSeveralDestinationsGoesWhatOnlyTheyHeldTogether) {
  RoutingTable table("/", 1);
  std::vector<Destination> both{{DestinationKind::kQueue, "a"}, {DestinationKind::kQueue, "b"}};
  ASSERT_TRUE(table.declare({.name = "leaving", .type = "fanout", .auto_delete = true, .arguments = {}}));
  for (const Destination& one : both) {
    table.add_destination(one);
    ASSERT_TRUE(table.bind({"leaving", one, "", {}}));
  }
  EXPECT_TRUE(table.would_go_with(both[0]).exchanges.empty());
  EXPECT_EQ(table.would_go_with(both).exchanges.size(), 1u);
  EXPECT_EQ(table.would_go_with(both).bindings.size(), 2u);
  EXPECT_EQ(table.binding_count(), 2u) << "nothing went";
}

TEST(RoutingTable, WhatADeduplicatingExchangeRemembersCannotBeDeclaredOtherwise) {
  RoutingTable table("/", 1);
  auto declare = [&](PropertyTable arguments) {
    Result<bool> made =
        table.declare({.name = "once", .type = "x-message-deduplication", .arguments = std::move(arguments)});
    return made ? (*made ? "new" : "there") : made.error().message;
  };
  EXPECT_EQ(declare({{"x-cache-size", std::string("10")}, {"x-cache-ttl", 500}}), "new");
  EXPECT_EQ(declare({{"x-cache-size", std::string("10")}, {"x-cache-ttl", 500}}), "there");
  EXPECT_EQ(declare({{"x-cache-size", std::string("10")}, {"x-cache-ttl", 501}}),
            "inequivalent arg 'x-cache-ttl' for exchange 'once' in vhost '/': received '501' but current is '500'");
  const DuplicateRules& rules = *table.exchange("once")->rules.duplicates;
  EXPECT_EQ(rules.most_entries, 10u);
  EXPECT_EQ(rules.lifetime, Milliseconds(500));
}

}  // namespace
}  // namespace wharf::routing
