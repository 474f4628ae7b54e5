// The sentences are what a RabbitMQ 4.0 answered.
#include "protocols/amqp091/session/queue_arguments.hpp"

#include <gtest/gtest.h>

#include "protocols/amqp091/session/publish_checks.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"
#include "protocols/amqp091/wire/basic_properties.hpp"

namespace wharf::amqp091 {
namespace {

constexpr QueueName kQueue{"q", "/"};

std::string text(const char* value) {
  return value;
}

/// What is said of one argument; "ok".
std::string verdict(const char* name, PropertyValue value) {
  auto read = queue_arguments({{name, std::move(value)}}, kQueue);
  return read ? "ok" : read.error().reply_text();
}

std::string invalid(const std::string& name, const std::string& why) {
  return "PRECONDITION_FAILED - invalid arg '" + name + "' for queue 'q' in vhost '/': " + why;
}

TEST(QueueArguments, RefusalsAreRabbitMqsWords) {
  struct Case {
    const char* name;
    PropertyValue value;
    const char* why;
  };
  const Case cases[] = {
      {"x-message-ttl", -1, "{value_negative,-1}"},
      {"x-message-ttl", text("a"), "\"expected integer, got longstr\""},
      {"x-message-ttl", true, "\"expected integer, got bool\""},
      {"x-message-ttl", std::int64_t{1'000'000'000'000}, "{value_too_large,1000000000000}"},
      {"x-expires", 0, "{value_zero,0}"},
      {"x-expires", -1, "{value_negative,-1}"},
      {"x-max-length", -1, "{value_negative,-1}"},
      {"x-max-length-bytes", text("a"), "\"expected integer, got longstr\""},
      {"x-overflow", text("a"), "invalid_overflow"},
      {"x-overflow", 1, "{unacceptable_type,signedint}"},
      {"x-dead-letter-routing-key", 1, "{unacceptable_type,signedint}"},
      {"x-dead-letter-routing-key", text("a"), "routing_key_but_no_dlx_defined"},
      {"x-max-priority", -1, "{value_negative,-1}"},
      {"x-max-priority", 256, "{max_value_exceeded,256}"},
      {"x-queue-mode", text("a"), "\"unsupported queue mode 'a'\""},
      {"x-queue-type", text("a"), "\"unsupported queue type 'a'\""},
      {"x-queue-type", 1, "{unacceptable_type,signedint}"},
      {"x-single-active-consumer", 1, "{unacceptable_type,signedint}"},
      {"x-message-deduplication", text("true"), "{unacceptable_type,longstr}"},
      {"x-message-groups", 1, "{unacceptable_type,signedint}"},
      {"x-group-rebalance", text("true"), "{unacceptable_type,longstr}"},
      {"x-group-rebalance", true, "rebalance_but_no_message_groups"},
      {"x-last-value-key", true, "{unacceptable_type,bool}"},
      {"x-last-value-key", text(""), "no_name_of_a_header"},
      {"x-queue-version", 3, "\"unsupported queue version '3'\""},
  };
  for (const Case& one : cases) EXPECT_EQ(verdict(one.name, one.value), invalid(one.name, one.why));
  EXPECT_EQ(verdict("x-delayed-retry-type", text("some")),
            "PRECONDITION_FAILED - invalid arg for queue 'q' in vhost '/': x-delayed-retry-type is not all, failed, "
            "returned or disabled");
  auto both = queue_arguments({{"x-last-value-key", text("k")}, {"x-max-priority", 2}}, kQueue);
  EXPECT_EQ(both.error().reply_text(), invalid("x-last-value-key", "last_value_but_max_priority"));
  EXPECT_EQ(
      verdict("x-dead-letter-exchange", 1),
      "PRECONDITION_FAILED - invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'q' in vhost '/'");
  EXPECT_EQ(
      verdict("x-max-age", text("7D")),
      "PRECONDITION_FAILED - invalid arg 'x-max-age' for queue 'q' in vhost '/' of queue type rabbit_classic_queue");
}

TEST(QueueArguments, WhatAnyQueueTypeOfRabbitMqTakesIsTaken) {
  for (const auto& [name, value] :
       std::vector<std::pair<const char*, PropertyValue>>{{"x-message-ttl", 0},
                                                          {"x-message-ttl", std::uint8_t{5}},
                                                          {"x-max-length", 0},
                                                          {"x-max-priority", 255},
                                                          {"x-delivery-limit", 5},
                                                          {"x-delivery-limit", -1},
                                                          {"x-queue-mode", text("lazy")},
                                                          {"x-queue-version", 1},
                                                          {"x-consumer-timeout", text("whatever")},
                                                          {"x-delayed-retry-min", 100},
                                                          {"x-delayed-retry-type", text("disabled")},
                                                          {"x-queue-type", text("quorum")},
                                                          {"x-foo", 5}}) {
    EXPECT_EQ(verdict(name, value), "ok") << name;
  }
}

TEST(QueueArguments, MeanTheEnginesSettings) {
  auto read = queue_arguments({{"x-message-ttl", std::int64_t{60'000}},
                               {"x-expires", std::uint16_t{500}},
                               {"x-max-length", 10},
                               {"x-max-length-bytes", 2000},
                               {"x-overflow", text("reject-publish-dlx")},
                               {"x-dead-letter-exchange", text("")},
                               {"x-dead-letter-routing-key", text("dead")},
                               {"x-max-priority", 9},
                               {"x-single-active-consumer", true},
                               {"x-delivery-limit", 3},
                               {"x-consumer-timeout", 1000},
                               {"x-queue-type", text("quorum")}},
                              kQueue);
  ASSERT_TRUE(read) << read.error().reply_text();
  EXPECT_EQ(read->type, "quorum");
  queue::QueueSettings wanted{.message_ttl = Milliseconds(60'000),
                              .expires = Milliseconds(500),
                              .max_length = 10,
                              .max_length_bytes = 2000,
                              .overflow = queue::Overflow::kRejectAndDeadLetter,
                              .dead_letter = queue::DeadLetterTarget{"", "dead"},
                              .max_priority = 9,
                              .single_active_consumer = true,
                              .delivery_limit = 3,
                              .consumer_timeout = Milliseconds(1000),
                              .retry = {}};
  EXPECT_EQ(read->settings, wanted);
}

TEST(QueueArguments, AQuorumQueueIsDurableSharedAndStays) {
  auto verdict_of = [](QueueProperties properties) {
    auto checked = check_properties("quorum", properties, kQueue);
    return checked ? "ok" : checked.error().message;
  };
  EXPECT_EQ(verdict_of({.durable = true}), "ok");
  EXPECT_EQ(verdict_of({.durable = false}), "invalid property 'non-durable' for queue 'q' in vhost '/'");
  EXPECT_EQ(verdict_of({.durable = true, .exclusive = true}),
            "invalid property 'exclusive-owner' for queue 'q' in vhost '/'");
  EXPECT_EQ(verdict_of({.durable = true, .auto_delete = true}),
            "invalid property 'auto-delete' for queue 'q' in vhost '/'");
  EXPECT_TRUE(check_properties("classic", {.exclusive = true, .auto_delete = true}, kQueue));
}

TEST(QueueArguments, AConsumersPriorityIsAnyInteger) {
  EXPECT_EQ(*consumer_priority({}, kQueue), 0);
  EXPECT_EQ(*consumer_priority({{"x-priority", std::int64_t{-3}}}, kQueue), -3);
  EXPECT_EQ(consumer_priority({{"x-priority", text("a")}}, kQueue).error().message,
            "invalid arg 'x-priority' for queue 'q' in vhost '/': \"expected integer, got longstr\"");
}

TEST(QueueArguments, AConsumersSelectorIsAText) {
  EXPECT_EQ(*consumer_selector({}, kQueue), "");
  EXPECT_EQ(*consumer_selector({{"x-selector", text("a = 1")}}, kQueue), "a = 1");
  EXPECT_EQ(consumer_selector({{"x-selector", std::int32_t{1}}}, kQueue).error().message,
            "invalid arg 'x-selector' for queue 'q' in vhost '/': {unacceptable_type,signedint}");
  EXPECT_EQ(selector_refused({ErrorCode::kInvalidArgument, "no"}, kQueue).message,
            "invalid arg 'x-selector' for queue 'q' in vhost '/': no");
  EXPECT_TRUE(check_no_selector({}, kQueue));
  EXPECT_EQ(check_no_selector({{"x-selector", text("a = 1")}}, kQueue).error().message,
            "invalid arg 'x-selector' for queue 'q' in vhost '/' of queue type rabbit_stream_queue");
}

// --- declared again

std::string again(PropertyTable current, PropertyTable asked) {
  auto same = check_equivalent({.arguments = &current}, {.arguments = &asked}, kQueue);
  return same ? "ok" : same.error().message;
}

std::string inequivalent(const std::string& name, const std::string& received, const std::string& current) {
  return "inequivalent arg '" + name + "' for queue 'q' in vhost '/': received " + received + " but current is " +
         current;
}

TEST(QueueEquivalence, PropertiesCountBeforeArguments) {
  PropertyTable none, priority{{"x-max-priority", 3}};
  auto differs =
      check_equivalent({.durable = true, .arguments = &none}, {.durable = false, .arguments = &priority}, kQueue);
  ASSERT_FALSE(differs);
  EXPECT_EQ(differs.error().message, inequivalent("durable", "'false'", "'true'"));
  EXPECT_EQ(differs.error().code, ReplyCode::kPreconditionFailed);
  differs = check_equivalent({.arguments = &none}, {.auto_delete = true, .arguments = &none}, kQueue);
  EXPECT_EQ(differs.error().message, inequivalent("auto_delete", "'true'", "'false'"));
}

TEST(QueueEquivalence, RelaxedNoArgumentCounts) {
  PropertyTable current{{"x-queue-type", text("classic")}, {"x-message-ttl", 1000}};
  PropertyTable asked{{"x-queue-type", text("quorum")}, {"x-max-length", 5}};
  EXPECT_TRUE(check_equivalent({.arguments = &current}, {.arguments = &asked}, kQueue, Redeclare::kRelaxed));
  EXPECT_FALSE(check_equivalent({.arguments = &current}, {.arguments = &asked}, kQueue, Redeclare::kStrict));
  EXPECT_FALSE(
      check_equivalent({.durable = true, .arguments = &current}, {.arguments = &asked}, kQueue, Redeclare::kRelaxed));
}

TEST(QueueEquivalence, ArgumentsAreToldWithTheirTypesWhereOneIsMissing) {
  EXPECT_EQ(again({{"x-message-ttl", 1000}}, {{"x-message-ttl", 2000}}),
            inequivalent("x-message-ttl", "'2000'", "'1000'"));
  EXPECT_EQ(again({{"x-message-ttl", 1000}}, {}),
            inequivalent("x-message-ttl", "none", "the value '1000' of type 'signedint'"));
  EXPECT_EQ(again({}, {{"x-dead-letter-exchange", text("d")}}),
            inequivalent("x-dead-letter-exchange", "the value 'd' of type 'longstr'", "none"));
  EXPECT_EQ(again({}, {{"x-queue-type", text("quorum")}}), inequivalent("x-queue-type", "'quorum'", "'classic'"));
  EXPECT_EQ(again({}, {{"x-single-active-consumer", true}}),
            inequivalent("x-single-active-consumer", "the value 'true' of type 'bool'", "none"));
  EXPECT_EQ(again({{"x-message-deduplication", true}}, {}),
            inequivalent("x-message-deduplication", "none", "the value 'true' of type 'bool'"));
  EXPECT_EQ(again({{"x-last-value-key", text("a")}}, {{"x-last-value-key", text("b")}}),
            inequivalent("x-last-value-key", "'b'", "'a'"));
  EXPECT_EQ(again({{"x-message-groups", true}}, {}),
            inequivalent("x-message-groups", "none", "the value 'true' of type 'bool'"));
  EXPECT_EQ(again({{"x-message-groups", true}}, {{"x-message-groups", true}, {"x-group-rebalance", true}}),
            inequivalent("x-group-rebalance", "the value 'true' of type 'bool'", "none"));
}

TEST(QueueEquivalence, NumbersOfAnyWidthAreEqualAndWhatMeansNothingIsNotCompared) {
  EXPECT_EQ(again({{"x-max-length", std::int64_t{5}}}, {{"x-max-length", std::uint8_t{5}}}), "ok");
  EXPECT_EQ(again({}, {{"x-queue-type", text("classic")}}), "ok");
  EXPECT_EQ(again({{"x-consumer-timeout", 5}}, {{"x-consumer-timeout", 6}}), "ok");
  EXPECT_EQ(again({}, {{"x-alternate-exchange", text("a")}}), "ok");
  EXPECT_EQ(again({{"x-queue-version", 2}}, {}), "ok");
  EXPECT_EQ(again({}, {{"foo", text("bar")}}), "ok");
}

// --- publishes

std::string publish_verdict(BasicProperties properties, std::vector<std::string> tags = {}) {
  std::vector<std::byte> encoded = *encode_properties(properties);
  auto checked = check_properties(*PropertiesView::parse(encoded), {"guest", tags});
  return checked ? "ok" : checked.error().message;
}

TEST(PublishChecks, AnExpirationIsANumberOfMilliseconds) {
  for (const char* good : {"0", "10", "+10", "4294967295"})
    EXPECT_EQ(publish_verdict({.expiration = good}), "ok") << good;
  for (auto [bad, why] : std::vector<std::pair<const char*, const char*>>{
           {"abc", "no_integer"},
           {"", "no_integer"},
           {" 10", "no_integer"},
           {"+-1", "no_integer"},
           {"-1", "{value_negative,-1}"},
           {"1.5", "{leftover_string,\".5\"}"},
           {"10x", "{leftover_string,\"x\"}"},
           {"4294967296", "{value_too_large,4294967296}"},
           {"99999999999999999999", "{value_too_large,99999999999999999999}"}}) {
    EXPECT_EQ(publish_verdict({.expiration = bad}), "invalid expiration '" + std::string(bad) + "': " + why);
  }
}

TEST(PublishChecks, AUserIdIsTheUsersOwn) {
  EXPECT_EQ(publish_verdict({.user_id = "guest"}), "ok");
  EXPECT_EQ(publish_verdict({.user_id = "x"}), "user_id property set to 'x' but authenticated user was 'guest'");
}

TEST(PublishChecks, AnImpersonatorsUserIdIsAnyones) {
  EXPECT_EQ(publish_verdict({.user_id = "x"}, {"administrator", "impersonator"}), "ok");
  EXPECT_EQ(publish_verdict({.user_id = "x"}, {"administrator"}),
            "user_id property set to 'x' but authenticated user was 'guest'");
  EXPECT_EQ(publish_verdict({.expiration = "x", .user_id = "x"}, {"impersonator"}),
            "invalid expiration 'x': no_integer");
}

TEST(PublishChecks, CopiesAreListsOfKeys) {
  auto keys = [](PropertyTable table) {
    std::vector<std::byte> encoded = *encode_properties(BasicProperties{.headers = std::move(table)});
    return extra_keys(*PropertiesView::parse(encoded)->headers());
  };
  PropertyList two{text("a"), 5, text("b")};
  auto found = keys({{"CC", two}, {"BCC", PropertyList{text("c")}}});
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->keys, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE((*found)->has_blind);
  EXPECT_FALSE(*keys({{"x", text("y")}}));
  EXPECT_EQ(keys({{"CC", text("x")}}).error().message, "invalid message: {unacceptable_type_in_header,\"CC\",longstr}");
}

}  // namespace
}  // namespace wharf::amqp091
