#include "queue/core/retry_delays.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wharf::queue {
namespace {

std::vector<std::int64_t> delays_of(const PropertyTable& definition) {
  Result<std::optional<RetryDelays>> retry = retry_delays_of(definition);
  EXPECT_TRUE(retry) << retry.error().message;
  std::vector<std::int64_t> delays;
  if (!retry || !*retry) return delays;
  for (Milliseconds delay : (*retry)->delays) delays.push_back(delay.count());
  return delays;
}

Property number(std::string name, std::int64_t value) {
  return {std::move(name), value};
}
using Delays = std::vector<std::int64_t>;

TEST(RetryDelays, AreListedOrGrow) {
  EXPECT_FALSE(*retry_delays_of({number("max-length", 5)}));
  EXPECT_EQ(delays_of({{"retry-delays", PropertyList{std::int64_t{10}, std::int32_t{50}, std::int64_t{20}}}}),
            (Delays{10, 50, 20}));
  EXPECT_EQ(delays_of({number("retry-first", 100)}), (Delays{100}));
  EXPECT_EQ(delays_of({number("retry-first", 100), number("retry-step", 50), number("retry-max", 220)}),
            (Delays{100, 150, 200, 220}));
  EXPECT_EQ(delays_of({number("retry-first", 100), number("retry-factor", 2), number("retry-max", 800)}),
            (Delays{100, 200, 400, 800}));
  EXPECT_EQ(delays_of({number("retry-first", 10), {"retry-factor", 1.5}, number("retry-max", 30)}),
            (Delays{10, 15, 23, 30}));
  Delays to_a_day = delays_of({number("retry-first", 1000), number("retry-factor", 10)});
  EXPECT_EQ(to_a_day, (Delays{1000, 10'000, 100'000, 1'000'000, 10'000'000, 86'400'000}));
  EXPECT_EQ(delays_of({number("retry-first", 100), number("retry-max", 100), number("retry-step", 1)}), (Delays{100}));
}

TEST(RetryDelays, RabbitMQsWordsMeanTheSame) {
  EXPECT_EQ(
      delays_of({number("delayed-retry-min", 100), number("delayed-retry-max", 250), {"delayed-retry-type", "all"}}),
      (Delays{100, 200, 250}));
  EXPECT_EQ(delays_of({number("delayed-retry-min", 100), number("delayed-retry-multiplier", 3),
                       number("delayed-retry-max", 2000)}),
            (Delays{100, 300, 900, 2000}));
  EXPECT_EQ(delays_of({number("delayed-retry-min", 100), number("delayed-retry-multiplier", 1)}), (Delays{100}));
  EXPECT_EQ(delays_of({number("delayed-retry-min", 100), number("delayed-retry-max", 50)}), (Delays{50}));
  EXPECT_EQ(delays_of({number("delayed-retry-min", 100)}).back(), 100 * static_cast<std::int64_t>(kRetryDelaysMax));
  EXPECT_EQ(delays_of({number("delayed-retry-min", 1), number("delayed-retry-multiplier", 1'000'000'000)}),
            (Delays{1, 1'000'000'000, 31'536'000'000}));
  EXPECT_FALSE(*retry_delays_of({number("delayed-retry-min", 100), {"delayed-retry-type", "disabled"}}));
}

TEST(RetryDelays, EachOfRabbitMQsWordsIsThePolicysOrElseTheQueues) {
  const PropertyTable queue{number("x-delayed-retry-min", 100), number("x-delayed-retry-max", 200)};
  auto delays = [&](const PropertyTable& definition) { return **retry_delays_of(definition, queue); };
  EXPECT_EQ(delays({}), (RetryDelays{{Milliseconds(100), Milliseconds(200)}}));
  EXPECT_EQ(delays({number("delayed-retry-max", 100)}), (RetryDelays{{Milliseconds(100)}}));
  EXPECT_EQ(delays({number("delayed-retry-min", 150)}), (RetryDelays{{Milliseconds(150), Milliseconds(200)}}));
  EXPECT_EQ(delays({number("retry-first", 7)}), (RetryDelays{{Milliseconds(7)}}));
  EXPECT_FALSE(*retry_delays_of({{"delayed-retry-type", "disabled"}}, queue));
  EXPECT_FALSE(*retry_delays_of({number("delayed-retry-max", 5)})) << "nothing says how long at least";
  EXPECT_TRUE(check_retry_arguments(queue));
  EXPECT_FALSE(check_retry_arguments({number("x-delayed-retry-min", 0)}));
}

TEST(RetryDelays, WhatCannotBeIsRefused) {
  const std::vector<PropertyTable> refused{
      {{"retry-delays", PropertyList{}}},
      {{"retry-delays", std::int64_t{5}}},
      {{"retry-delays", PropertyList{std::int64_t{0}}}},
      {{"retry-delays", PropertyList{"5"}}},
      {{"retry-delays", PropertyList{true}}},
      {{"retry-delays", PropertyList(1001, PropertyValue(std::int64_t{1}))}},
      {{"retry-delays", PropertyList{std::int64_t{5}}}, number("retry-max", 5)},
      {number("retry-step", 5)},
      {number("retry-max", 5)},
      {number("retry-first", 5), number("retry-step", 5), number("retry-factor", 5)},
      {number("retry-first", 5), number("retry-max", 4)},
      {number("retry-first", 5), number("retry-factor", 1)},
      {number("retry-first", 5), {"retry-factor", 0.0 / 0.0}},
      {number("retry-first", 5), {"retry-factor", "2"}},
      {number("retry-first", 0)},
      {number("retry-first", 1), number("retry-step", 1), number("retry-max", 1001)},
      {number("retry-first", 1), number("retry-step", 1)},
      {number("delayed-retry-min", 5), {"delayed-retry-type", "some"}},
      {number("delayed-retry-min", 0)},
      {number("delayed-retry-min", 5), number("delayed-retry-multiplier", 0)},
      {number("delayed-retry-min", 5), number("retry-first", 5)},
  };
  for (std::size_t i = 0; i < refused.size(); ++i) {
    Result<std::optional<RetryDelays>> retry = retry_delays_of(refused[i]);
    ASSERT_FALSE(retry) << i;
    EXPECT_EQ(retry.error().code, ErrorCode::kInvalidArgument) << i;
  }
  EXPECT_EQ(delays_of({number("retry-first", 1), number("retry-step", 1), number("retry-max", 1000)}).size(),
            kRetryDelaysMax);
}

}  // namespace
}  // namespace wharf::queue
