#include "routing/core/policy.hpp"

#include <gtest/gtest.h>

#include "routing/core/policy_keys.hpp"

namespace wharf::routing {
namespace {

constexpr std::int64_t kFive = 5;

/// The pattern is a text that the name must hold.
ActivePolicyPointer active(std::string name, std::string pattern, AppliesTo applies_to, std::int64_t priority,
                           PropertyTable definition = {{"max-length", kFive}}) {
  auto matches = [pattern](std::string_view text) { return text.find(pattern) != std::string_view::npos; };
  return std::make_shared<const ActivePolicy>(
      ActivePolicy{{std::move(name), pattern, applies_to, priority, std::move(definition)}, matches});
}

std::string applying(const Policies& policies, PolicyTarget target) {
  EffectivePolicy found = policies.effective(target);
  return found.policy ? found.policy->policy.name : "none";
}

// As a RabbitMQ 4.0 chooses, but for equal priorities, where it takes any.
TEST(Policies, TheHighestPriorityThatFitsApplies) {
  Policies policies;
  const PolicyTarget jobs{PolicyTarget::kClassicQueue, "jobs"}, safe{PolicyTarget::kQuorumQueue, "jobs-safe"},
      news{PolicyTarget::kExchange, "news"}, stream{PolicyTarget::kStream, "jobs-log"};
  EXPECT_EQ(applying(policies, jobs), "none");
  policies.set(PolicyKind::kPolicy, active("all", "", AppliesTo::kAll, -1));
  for (const PolicyTarget& target : {jobs, safe, news, stream}) EXPECT_EQ(applying(policies, target), "all");
  policies.set(PolicyKind::kPolicy, active("jobs", "jobs", AppliesTo::kAll, 0));
  EXPECT_EQ(applying(policies, jobs), "jobs");
  EXPECT_EQ(applying(policies, news), "all");
  policies.set(PolicyKind::kPolicy, active("queues", "", AppliesTo::kQueues, 1));
  for (const PolicyTarget& target : {jobs, safe, stream}) EXPECT_EQ(applying(policies, target), "queues");
  EXPECT_EQ(applying(policies, news), "all");
  policies.set(PolicyKind::kPolicy, active("exchanges", "", AppliesTo::kExchanges, 9));
  policies.set(PolicyKind::kPolicy, active("classic", "", AppliesTo::kClassicQueues, 9));
  policies.set(PolicyKind::kPolicy, active("quorum", "", AppliesTo::kQuorumQueues, 9));
  policies.set(PolicyKind::kPolicy, active("streams", "", AppliesTo::kStreams, 9));
  EXPECT_EQ(applying(policies, jobs), "classic");
  EXPECT_EQ(applying(policies, safe), "quorum");
  EXPECT_EQ(applying(policies, news), "exchanges");
  EXPECT_EQ(applying(policies, stream), "streams");
  policies.set(PolicyKind::kPolicy, active("classic", "other", AppliesTo::kClassicQueues, 9));
  EXPECT_EQ(applying(policies, jobs), "queues");
  policies.clear(PolicyKind::kPolicy, "queues");
  EXPECT_EQ(applying(policies, jobs), "jobs");
}

TEST(Policies, OfEqualPrioritiesTheFirstByNameApplies) {
  Policies policies;
  for (const char* name : {"b", "a", "c"}) policies.set(PolicyKind::kPolicy, active(name, "", AppliesTo::kAll, 1));
  EXPECT_EQ(applying(policies, {PolicyTarget::kClassicQueue, "q"}), "a");
  EXPECT_EQ(policies.list(PolicyKind::kPolicy).size(), 3u);
  EXPECT_TRUE(policies.list(PolicyKind::kOperatorPolicy).empty());
}

// Each pair was put to a RabbitMQ 4.0: its effective_policy_definition.
TEST(Policies, AnOperatorsPolicyIsMerged) {
  struct {
    PropertyTable policy, operator_policy, merged;
  } const cases[] = {
      {{{"max-length", kFive}}, {{"max-length", std::int64_t{7}}}, {{"max-length", kFive}}},
      {{{"message-ttl", std::int64_t{9}}}, {{"message-ttl", std::int64_t{3}}}, {{"message-ttl", std::int64_t{3}}}},
      {{{"overflow", "reject-publish"}}, {{"overflow", "drop-head"}}, {{"overflow", "drop-head"}}},
      {{{"delivery-limit", std::int64_t{-1}}}, {{"delivery-limit", kFive}}, {{"delivery-limit", kFive}}},
      {{{"delivery-limit", kFive}}, {{"delivery-limit", std::int64_t{-1}}}, {{"delivery-limit", kFive}}},
      {{{"delivery-limit", kFive}}, {{"delivery-limit", std::int64_t{7}}}, {{"delivery-limit", kFive}}},
      {{{"target-group-size", std::int64_t{3}}}, {{"target-group-size", kFive}}, {{"target-group-size", kFive}}},
      {{{"queue-version", std::int64_t{1}}},
       {{"queue-version", std::int64_t{2}}},
       {{"queue-version", std::int64_t{2}}}},
      {{{"max-length", kFive}}, {{"expires", kFive}}, {{"expires", kFive}, {"max-length", kFive}}},
      {{}, {{"expires", kFive}}, {{"expires", kFive}}},
      {{{"dead-letter-exchange", "d"}}, {}, {{"dead-letter-exchange", "d"}}},
  };
  for (const auto& [policy, operator_policy, expected] : cases) EXPECT_EQ(merged(policy, operator_policy), expected);

  Policies policies;
  policies.set(PolicyKind::kPolicy, active("p", "", AppliesTo::kQueues, 0));
  policies.set(PolicyKind::kOperatorPolicy, active("o", "", AppliesTo::kQueues, 0, {{"max-length", std::int64_t{2}}}));
  EffectivePolicy found = policies.effective({PolicyTarget::kClassicQueue, "q"});
  EXPECT_EQ(found.policy->policy.name, "p");
  EXPECT_EQ(found.operator_policy->policy.name, "o");
  EXPECT_EQ(found.definition, (PropertyTable{{"max-length", std::int64_t{2}}}));
}

Result<void> checked(PolicyKind kind, PropertyTable definition) {
  return check_policy(kind, {.name = "p", .pattern = "", .definition = std::move(definition)});
}

// The sentences of a RabbitMQ 4.0, but for those of keys that are Wharf's own or that it has no streams for.
TEST(PolicyKeys, WhatCannotBeIsRefusedInRabbitMqsWords) {
  struct {
    PropertyTable definition;
    std::string_view sentence;
  } const cases[] = {
      {{}, "no policy provided"},
      {{{"message-ttl", std::int64_t{-1}}}, "-1 is not a valid message TTL"},
      {{{"message-ttl", "5"}}, "<<\"5\">> is not a valid message TTL"},
      {{{"message-ttl", 1.5}}, "1.5 is not a valid message TTL"},
      {{{"message-ttl", true}}, "true is not a valid message TTL"},
      {{{"expires", std::int64_t{0}}}, "0 is not a valid queue expiry"},
      {{{"max-length", std::int64_t{-1}}}, "-1 is not a valid maximum length"},
      {{{"max-length-bytes", "5"}}, "<<\"5\">> is not a valid maximum length in bytes"},
      {{{"delivery-limit", "5"}}, "<<\"5\">> is not a valid delivery limit"},
      {{{"consumer-timeout", std::int64_t{-1}}}, "-1 is not a valid consumer timeout"},
      {{{"overflow", "x"}}, "<<\"x\">> is not a valid overflow value"},
      {{{"overflow", kFive}}, "5 is not a valid overflow value"},
      {{{"dead-letter-exchange", kFive}}, "5 is not a valid dead letter exchange name"},
      {{{"dead-letter-routing-key", kFive}}, "5 is not a valid dead letter routing key"},
      {{{"dead-letter-strategy", "x"}}, "<<\"x\">> is not a valid dead letter strategy"},
      {{{"alternate-exchange", kFive}}, "5 is not a valid alternate exchange name"},
      {{{"queue-mode", "x"}}, "<<\"x\">> is not a valid queue-mode value"},
      {{{"queue-version", kFive}}, "5 is not a valid queue-version value"},
      {{{"queue-master-locator", "x"}}, "<<\"x\">> is not a valid master locator"},
      {{{"queue-leader-locator", "min-masters"}}, "<<\"min-masters\">> is not a valid queue leader locator value"},
      {{{"target-group-size", std::int64_t{0}}}, "0 is not a valid qq target count value"},
      {{{"bogus", std::int64_t{1}}}, "[{<<\"bogus\">>,1}] are not recognised policy settings"},
      {{{"bogus", std::int64_t{1}}, {"b2", std::int64_t{2}}},
       "[{<<\"b2\">>,2},{<<\"bogus\">>,1}] are not recognised policy settings"},
      {{{"max-length", std::int64_t{-1}}, {"expires", std::int64_t{0}}}, "0 is not a valid queue expiry"},
      {{{"max-length", kFive}, {"max-length", kFive}}, "the policy has 'max-length' twice"},
      {{{"max-age", "1D"}}, "'max-age' is a setting of streams, which no queue is here: a topic has its own settings"},
  };
  for (const auto& [definition, sentence] : cases) {
    Result<void> refused = checked(PolicyKind::kPolicy, definition);
    ASSERT_FALSE(refused) << sentence;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused.error().message, sentence);
  }
  EXPECT_EQ(checked(PolicyKind::kOperatorPolicy, {{"dead-letter-exchange", "x"}}).error().message,
            "[{<<\"dead-letter-exchange\">>,<<\"x\">>}] are not recognised policy settings");
  EXPECT_EQ(checked(PolicyKind::kOperatorPolicy, {{"max-age", "1D"}}).error().message,
            "[{<<\"max-age\">>,<<\"1D\">>}] are not recognised policy settings");
  EXPECT_EQ(bad_applies_to("bogus").message,
            "apply-to 'bogus' unrecognised; should be one of: 'queues', 'classic_queues',  'quorum_queues', 'streams', "
            "'exchanges', or 'all'");
  for (std::string name : {std::string(), std::string(2000, 'n')}) {
    EXPECT_EQ(check_policy(PolicyKind::kPolicy, {.name = name, .pattern = "", .definition = {{"max-length", kFive}}})
                  .error()
                  .code,
              ErrorCode::kInvalidName);
  }
}

TEST(PolicyKeys, WhatRabbitMqTakesIsTaken) {
  const PropertyTable taken{{"message-ttl", std::int64_t{0}},
                            {"expires", std::int64_t{1}},
                            {"max-length", std::int64_t{1} << 40},
                            {"max-length-bytes", std::int64_t{0}},
                            {"delivery-limit", std::int64_t{-1}},
                            {"consumer-timeout", std::int64_t{0}},
                            {"overflow", "reject-publish-dlx"},
                            {"dead-letter-exchange", ""},
                            {"dead-letter-routing-key", ""},
                            {"dead-letter-strategy", "at-least-once"},
                            {"alternate-exchange", "x"},
                            {"queue-mode", "lazy"},
                            {"queue-version", std::int64_t{2}},
                            {"queue-master-locator", "min-masters"},
                            {"queue-leader-locator", "balanced"},
                            {"target-group-size", std::int64_t{3}},
                            {"ha-mode", "exactly"},
                            {"ha-params", std::int64_t{2}},
                            {"ha-sync-mode", "automatic"},
                            {"ha-promote-on-failure", "always"}};
  EXPECT_TRUE(checked(PolicyKind::kPolicy, taken));
  for (const char* key :
       {"message-ttl", "expires", "max-length", "max-length-bytes", "delivery-limit", "target-group-size"}) {
    EXPECT_TRUE(checked(PolicyKind::kOperatorPolicy, {{key, kFive}})) << key;
  }
}

TEST(PolicyKeys, WhatWouldDoNothingToStreamsIsRefusedOfThem) {
  const auto of_streams = [](PolicyKind kind, PropertyTable definition) {
    return check_policy(
        kind, {.name = "p", .pattern = "", .applies_to = AppliesTo::kStreams, .definition = std::move(definition)});
  };
  for (PolicyKind kind : {PolicyKind::kPolicy, PolicyKind::kOperatorPolicy}) {
    Result<void> bytes = of_streams(kind, {{"max-length-bytes", kFive}});
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(
        bytes.error().message,
        "'max-length-bytes' would do nothing to streams, which are topics here: a topic has its own settings, such "
        "as retention.bytes");
    EXPECT_EQ(of_streams(kind, {{"message-ttl", kFive}}).error().message,
              "'message-ttl' would do nothing to streams, which are topics here: a topic has its own settings");
  }
  EXPECT_EQ(of_streams(PolicyKind::kPolicy, {{"max-length-bytes", "5"}}).error().message,
            "<<\"5\">> is not a valid maximum length in bytes");
  EXPECT_TRUE(of_streams(PolicyKind::kPolicy, {{"queue-leader-locator", "balanced"}})) << "nothing to choose anywhere";
}

TEST(PolicyKeys, WhereAPolicyAppliesIsAWord) {
  for (AppliesTo one : {AppliesTo::kAll, AppliesTo::kQueues, AppliesTo::kClassicQueues, AppliesTo::kQuorumQueues,
                        AppliesTo::kStreams, AppliesTo::kExchanges}) {
    EXPECT_EQ(applies_to_of(to_string(one)), one);
  }
  EXPECT_EQ(to_string(AppliesTo::kQuorumQueues), "quorum_queues");
  EXPECT_FALSE(applies_to_of("bogus"));
}

}  // namespace
}  // namespace wharf::routing
