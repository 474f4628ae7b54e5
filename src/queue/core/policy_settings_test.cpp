#include "queue/core/policy_settings.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wharf::queue {
namespace {

struct Case {
  const char* what;
  PropertyTable definition;
  QueueSettings declared;
  QueueSettings holds;
  PropertyTable arguments = {};
};

DeadLetterTarget target(std::string exchange, std::optional<std::string> key = std::nullopt) {
  return {std::move(exchange), std::move(key)};
}

TEST(PolicySettings, OfNumbersTheLowerCountsAndOfTheRestWhatWasDeclared) {
  const std::int64_t five = 5, nine = 9;
  const std::vector<Case> cases{
      {"nothing said", {}, {.max_length = 7}, {.max_length = 7}},
      {"a time to live", {{"message-ttl", five}}, {}, {.message_ttl = Milliseconds(5)}},
      {"0 is a time to live",
       {{"message-ttl", std::int64_t{0}}},
       {.message_ttl = Milliseconds(7)},
       {.message_ttl = Milliseconds(0)}},
      {"a longer one than declared",
       {{"message-ttl", nine}},
       {.message_ttl = Milliseconds(7)},
       {.message_ttl = Milliseconds(7)}},
      {"an expiry", {{"expires", five}}, {.expires = Milliseconds(7)}, {.expires = Milliseconds(5)}},
      {"a length", {{"max-length", five}}, {.max_length = 7}, {.max_length = 5}},
      {"a longer length", {{"max-length", nine}}, {.max_length = 7}, {.max_length = 7}},
      {"a length in bytes", {{"max-length-bytes", std::int32_t{5}}}, {}, {.max_length_bytes = 5}},
      {"a delivery limit", {{"delivery-limit", five}}, {.delivery_limit = 7}, {.delivery_limit = 5}},
      {"no delivery limit", {{"delivery-limit", std::int64_t{-1}}}, {.delivery_limit = 7}, {.delivery_limit = 7}},
      {"a very high delivery limit", {{"delivery-limit", std::int64_t{1} << 40}}, {}, {.delivery_limit = UINT32_MAX}},
      {"a consumer timeout", {{"consumer-timeout", five}}, {}, {.consumer_timeout = Milliseconds(5)}},
      {"no consumer timeout", {{"consumer-timeout", std::int64_t{0}}}, {}, {.consumer_timeout = Milliseconds(0)}},
      {"what to do when full", {{"overflow", "reject-publish"}}, {}, {.overflow = Overflow::kReject}},
      {"that was declared otherwise",
       {{"overflow", "reject-publish-dlx"}},
       {.overflow = Overflow::kReject},
       {.overflow = Overflow::kReject},
       {{"x-overflow", "reject-publish"}}},
      {"that was declared as the default", {{"overflow", "reject-publish"}}, {}, {}, {{"x-overflow", "drop-head"}}},
      {"where dead letters go", {{"dead-letter-exchange", "d"}}, {}, {.dead_letter = target("d")}},
      {"with a key",
       {{"dead-letter-exchange", "d"}, {"dead-letter-routing-key", "k"}},
       {},
       {.dead_letter = target("d", "k")}},
      {"another exchange than declared",
       {{"dead-letter-exchange", "d"}},
       {.dead_letter = target("e")},
       {.dead_letter = target("e")}},
      {"the key for a declared one",
       {{"dead-letter-routing-key", "k"}},
       {.dead_letter = target("e")},
       {.dead_letter = target("e", "k")}},
      {"another key than declared",
       {{"dead-letter-exchange", "d"}, {"dead-letter-routing-key", "k"}},
       {.dead_letter = target("e", "j")},
       {.dead_letter = target("e", "j")}},
      {"a key without an exchange", {{"dead-letter-routing-key", "k"}}, {}, {}},
      {"keys of one node", {{"ha-mode", "all"}, {"queue-mode", "lazy"}}, {.max_priority = 3}, {.max_priority = 3}},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(settings_under(one.definition, one.declared, one.arguments), one.holds) << one.what;
  }
}

TEST(PolicySettings, AQueuesOwnRetriesCountUntilAPolicyHasOthers) {
  const PropertyTable arguments{{"x-delayed-retry-min", 100}, {"x-delayed-retry-max", 200}};
  EXPECT_EQ(settings_under({}, {}, arguments).retry, (RetryDelays{{Milliseconds(100), Milliseconds(200)}}));
  EXPECT_EQ(settings_under({{"max-length", 5}}, {}, arguments).retry,
            (RetryDelays{{Milliseconds(100), Milliseconds(200)}}));
  EXPECT_EQ(settings_under({{"retry-first", 7}}, {}, arguments).retry, RetryDelays{{Milliseconds(7)}});
}

TEST(PolicySettings, ATimeThatNoClockReachesIsOneThatTimersCan) {
  PropertyTable definition{
      {"message-ttl", INT64_MAX}, {"expires", INT64_MAX}, {"consumer-timeout", INT64_MAX}, {"max-length", INT64_MAX}};
  QueueSettings settings = settings_under(definition, {}, {});
  for (const std::optional<Milliseconds>& time : {settings.message_ttl, settings.expires, settings.consumer_timeout}) {
    EXPECT_EQ(*time, std::chrono::days(36'500));
  }
  EXPECT_EQ(settings.max_length, static_cast<std::uint64_t>(INT64_MAX));
}

}  // namespace
}  // namespace wharf::queue
