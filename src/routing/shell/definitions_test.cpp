#include "routing/shell/definitions.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <boost/json.hpp>

#include "routing/shell/definition_key.hpp"
#include "routing/shell/policy_definitions.hpp"
#include "routing/shell/settings_json.hpp"

namespace wharf::routing {
namespace {

namespace json = boost::json;

queue::QueueInfo documented_queue() {
  queue::QueueInfo queue;
  queue.name_space = "/";
  queue.name = "jobs";
  for (std::uint8_t i = 0; i < 16; ++i) queue.ref.id.bytes[i] = static_cast<std::uint8_t>(0xA0 + i);
  queue.durable = true;
  queue.arguments = {{"x-message-ttl", std::int32_t{5000}}, {"x-dead-letter-exchange", "dead"}};
  queue.declared.message_ttl = Milliseconds(5000);
  queue.declared.dead_letter = queue::DeadLetterTarget{"dead", std::nullopt};
  return queue;
}
Exchange documented_exchange() {
  return {.name = "news",
          .type = "topic",
          .durable = true,
          .auto_delete = true,
          .arguments = {{"alternate-exchange", "amq.fanout"}}};
}
Binding documented_binding() {
  return {"amq.headers", {DestinationKind::kQueue, "jobs"}, "", {{"x-match", "any"}, {"size", std::int64_t{5}}}};
}

Policy documented_policy() {
  return {.name = "short",
          .pattern = "^tmp\\.",
          .applies_to = AppliesTo::kQueues,
          .priority = 1,
          .definition = {{"message-ttl", std::int64_t{60'000}}, {"dead-letter-exchange", "dead"}}};
}

TEST(Definitions, StandInTheDocumentAsTheyAreWritten) {
  std::stringstream formats;
  formats << std::ifstream("../../../docs/formats.md").rdbuf();
  for (const cluster::Definition& one :
       {definition_of(NamespaceMade{"a/b", "quorum"}), definition_of("/", documented_exchange()),
        definition_of(documented_queue()),
        definition_of("/", {"news", {DestinationKind::kLogTopic, "orders"}, "order.#", {}}),
        definition_of("/", documented_binding()), definition_of(PolicyKind::kPolicy, "/", documented_policy()),
        definition_of(PolicyKind::kOperatorPolicy, "/",
                      {.name = "most", .pattern = "", .definition = {{"max-length", std::int64_t{100}}}})}) {
    std::string line = one.key + "\n    " + *one.value + "\n";
    EXPECT_NE(formats.str().find(line), std::string::npos) << line;
  }
}

TEST(Definitions, ReadBackAsWritten) {
  for (const char* type : {"", "quorum"}) {
    Result<NamespaceMade> made = read_namespace(definition_of(NamespaceMade{"a/b%", type}));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->name, "a/b%");
    EXPECT_EQ(made->default_queue_type, type);
  }
  StoredExchange exchange = *read_exchange(definition_of("v/1", documented_exchange()));
  EXPECT_EQ(exchange.name_space, "v/1");
  EXPECT_EQ(exchange.exchange, documented_exchange());
  queue::QueueInfo queue = *read_queue(definition_of(documented_queue()));
  EXPECT_EQ(queue.name, "jobs");
  EXPECT_EQ(queue.ref.id, documented_queue().ref.id);
  EXPECT_EQ(queue.arguments, documented_queue().arguments);
  EXPECT_EQ(queue.declared, documented_queue().declared);
  EXPECT_EQ(queue.settings, queue.declared);
  EXPECT_TRUE(queue.durable);
  EXPECT_FALSE(queue.auto_delete);
  StoredPolicy policy = *read_policy(definition_of(PolicyKind::kPolicy, "v/1", documented_policy()));
  EXPECT_EQ(policy.name_space, "v/1");
  EXPECT_EQ(policy.policy, documented_policy());
}

TEST(Definitions, WhatCannotBeReadIsRefused) {
  std::string id(32, 'a');
  for (const cluster::Definition& one : std::vector<cluster::Definition>{
           {"queue/%2F/q", std::nullopt},
           {"queue/%2F/q", "["},
           {"queue/%2F/q", "[]"},
           {"queue/%2F/q", "{}"},
           {"queue/%2F", R"({"id":")" + id + R"(","type":"classic"})"},
           {"queue/%2F/%4", R"({"id":")" + id + R"(","type":"classic"})"},
           {"queue/%2F/q", R"({"id":"0","type":"classic"})"},
           {"queue/%2F/q", R"({"id":")" + id + R"("})"},
           {"queue/%2F/q", R"({"id":")" + id + R"(","type":"classic","arguments":1})"},
           {"queue/%2F/q", R"({"id":")" + id + R"(","type":"classic","settings":{"max_length":-1}})"}}) {
    EXPECT_EQ(read_queue(one).error().code, ErrorCode::kMalformed) << one.key << one.value.value_or("");
  }
  EXPECT_FALSE(read_exchange({"exchange/%2F/e", "{}"}));
  EXPECT_FALSE(read_exchange({"exchange/e", R"({"type":"topic"})"}));
  EXPECT_FALSE(read_namespace({"namespace/a/b", "{}"}));
  EXPECT_FALSE(read_namespace({"namespace/a", R"({"default_queue_type":5})"}));
  for (const char* key : {"binding/%2F/e/queue/q/k", "binding/%2F/e/thing/q/k/", "binding/%2F/e/queue/q/k/[[1]]",
                          "binding/%2F/e/queue/q/k/x"}) {
    EXPECT_FALSE(read_binding({key, "{}"})) << key;
  }
}

TEST(Definitions, APolicyThatCannotBeReadIsRefused) {
  for (const char* value : {"[", "{}", R"({"pattern":"","apply-to":"all","priority":0})",
                            R"({"pattern":"","apply-to":"some","priority":0,"definition":[]})",
                            R"({"pattern":"","apply-to":"all","priority":"0","definition":[]})",
                            R"({"pattern":1,"apply-to":"all","priority":0,"definition":[]})",
                            R"({"pattern":"","apply-to":"all","priority":0,"definition":{}})"}) {
    EXPECT_EQ(read_policy({"policy/%2F/p", value}).error().code, ErrorCode::kMalformed) << value;
  }
  EXPECT_EQ(read_policy({"policy/%2F/p", std::nullopt}).error().code, ErrorCode::kMalformed);
  EXPECT_FALSE(active_policy({.name = "p", .pattern = "(", .definition = {}}));
}

RC_GTEST_PROP(Definitions, NamesOfAnyBytesReadBackAndNoTwoHaveOneKey, ()) {
  // Few letters, so that names often look like parts of keys.
  auto letter = rc::gen::element('/', '%', '2', 'F', 'a', '\xff', '\x01');
  auto name = rc::gen::container<std::string>(letter);
  auto one = *rc::gen::container<std::vector<std::string>>(4, name);
  auto other = *rc::gen::container<std::vector<std::string>>(4, name);
  auto binding = [](const std::vector<std::string>& names) {
    return Binding{names[1], {DestinationKind::kExchange, names[2]}, names[3], {{names[0], names[1]}}};
  };
  StoredBinding read = *read_binding(definition_of(one[0], binding(one)));
  RC_ASSERT(read.name_space == one[0]);
  RC_ASSERT(read.binding == binding(one));
  RC_ASSERT((binding_key(one[0], binding(one)) == binding_key(other[0], binding(other))) == (one == other));
  RC_ASSERT((queue_key(one[0], one[1]) == queue_key(other[0], other[1])) == (one[0] == other[0] && one[1] == other[1]));
}

TEST(Definitions, TheOrderOfABindingsArgumentsDoesNotCount) {
  Binding other = documented_binding();
  std::swap(other.arguments[0], other.arguments[1]);
  EXPECT_EQ(binding_key("/", other), binding_key("/", documented_binding()));
}

RC_GTEST_PROP(SettingsJson, EverySettingReadsBackAsWritten, ()) {
  auto chance = [] { return *rc::gen::arbitrary<bool>(); };
  auto time = [] { return Milliseconds(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 40)); };
  queue::QueueSettings settings;
  if (chance()) settings.message_ttl = time();
  if (chance()) settings.expires = time();
  if (chance()) settings.max_length = *rc::gen::arbitrary<std::uint64_t>();
  if (chance()) settings.max_length_bytes = *rc::gen::arbitrary<std::uint64_t>();
  settings.overflow =
      *rc::gen::element(queue::Overflow::kDropOldest, queue::Overflow::kReject, queue::Overflow::kRejectAndDeadLetter);
  if (chance()) {
    settings.dead_letter.emplace(*rc::gen::arbitrary<std::string>());
    if (chance()) settings.dead_letter->routing_key = *rc::gen::arbitrary<std::string>();
  }
  settings.max_priority = *rc::gen::arbitrary<std::uint8_t>();
  settings.single_active_consumer = chance();
  if (chance()) settings.delivery_limit = *rc::gen::arbitrary<std::uint32_t>();
  if (chance()) settings.consumer_timeout = time();
  if (chance()) settings.retry.emplace(std::vector{time(), time()});
  settings.deduplicates = chance();
  settings.groups = chance();
  settings.rebalances_groups = chance();
  if (chance()) settings.last_value_key = *rc::gen::arbitrary<std::string>();
  Result<queue::QueueSettings> read = settings_from_json(json::parse(json::serialize(to_json(settings))));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == settings);
}

TEST(SettingsJson, AnUnknownSettingIsPassedOverAndABadOneNamed) {
  EXPECT_EQ(*settings_from_json(json::parse(R"({"of a later version":1})")), queue::QueueSettings{});
  for (const char* text :
       {R"({"message_ttl_ms":"1"})", R"({"overflow":"spill"})", R"({"dead_letter":{}})", R"({"max_priority":256})",
        R"({"retry_delays_ms":["1"]})", R"({"single_active_consumer":1})"}) {
    EXPECT_NE(settings_from_json(json::parse(text)).error().message.find("cannot be read"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace wharf::routing
