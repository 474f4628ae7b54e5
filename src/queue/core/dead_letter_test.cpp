// x-death as RabbitMQ 3.12 writes it.
#include "queue/core/dead_letter.hpp"

#include <gtest/gtest.h>

#include "model/encoded_table.hpp"

namespace wharf::queue {
namespace {

DeathEntry death(std::string queue, DeathReason reason) {
  return {.queue = std::move(queue), .reason = reason, .seconds = 7, .exchange = "ex", .routing_keys = {"key", "cc"}};
}
const PropertyTable& entry_of(const PropertyTable& headers, std::size_t number) {
  return *find_property(headers, "x-death")->get_if<PropertyList>()->at(number).get_if<PropertyTable>();
}
std::string text_in(const PropertyTable& table, std::string_view name) { return *find_property(table, name)->text(); }
std::int64_t count_in(const PropertyTable& table) { return *integer_of(*find_property(table, "count")); }

TEST(DeadLetter, the_first_death_says_all_of_it) {
  PropertyTable headers{{"mine", std::string("kept")}};
  DeathEntry entry = death("q", DeathReason::kExpired);
  entry.original_expiration = "1000";
  add_death(headers, entry);
  EXPECT_EQ(text_in(headers, "mine"), "kept");
  const PropertyTable& first = entry_of(headers, 0);
  std::vector<std::string> names;
  for (const Property& field : first) names.push_back(field.name);
  EXPECT_EQ(names, (std::vector<std::string>{"count", "reason", "queue", "time", "exchange", "routing-keys", "original-expiration"}));
  EXPECT_EQ(count_in(first), 1);
  EXPECT_EQ(text_in(first, "reason"), "expired");
  EXPECT_EQ(find_property(first, "time")->get_if<EpochSeconds>()->seconds, 7u);
  EXPECT_EQ(find_property(first, "routing-keys")->get_if<PropertyList>()->size(), 2u);
  EXPECT_EQ(text_in(headers, "x-first-death-queue"), "q");
  EXPECT_EQ(text_in(headers, "x-last-death-reason"), "expired");
}

TEST(DeadLetter, a_repeat_counts_up_and_comes_to_the_front) {
  PropertyTable headers;
  add_death(headers, death("a", DeathReason::kRejected));
  add_death(headers, death("b", DeathReason::kExpired));
  add_death(headers, death("a", DeathReason::kRejected));
  EXPECT_EQ(find_property(headers, "x-death")->get_if<PropertyList>()->size(), 2u);
  EXPECT_EQ(text_in(entry_of(headers, 0), "queue"), "a");
  EXPECT_EQ(count_in(entry_of(headers, 0)), 2);
  EXPECT_EQ(count_in(entry_of(headers, 1)), 1);
  EXPECT_EQ(text_in(headers, "x-first-death-queue"), "a");
  EXPECT_EQ(text_in(headers, "x-last-death-queue"), "a");
}

TEST(DeadLetter, another_reason_is_another_entry) {
  PropertyTable headers;
  add_death(headers, death("a", DeathReason::kRejected));
  add_death(headers, death("a", DeathReason::kMaxLength));
  EXPECT_EQ(find_property(headers, "x-death")->get_if<PropertyList>()->size(), 2u);
  EXPECT_EQ(text_in(entry_of(headers, 0), "reason"), "maxlen");
}

TEST(DeadLetter, headers_that_lie_are_replaced) {
  PropertyTable headers{{"x-death", std::string("me")}};
  add_death(headers, death("a", DeathReason::kDeliveryLimit));
  EXPECT_EQ(text_in(entry_of(headers, 0), "reason"), "delivery_limit");
  headers = {{"x-death", PropertyList{std::int64_t{3}, PropertyTable{{"queue", std::int64_t{4}}}}}};
  add_death(headers, death("a", DeathReason::kExpired));
  EXPECT_EQ(find_property(headers, "x-death")->get_if<PropertyList>()->size(), 3u);
}

TEST(DeadLetter, headers_without_room_for_the_story_give_way_to_it) {
  PropertyTable headers(kMaxTableValues, Property{"h", true});
  std::vector<std::byte> encoded = encoded_with_death(headers, death("a", DeathReason::kRejected));
  auto decoded = decode_property_table(encoded);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, headers);
  EXPECT_EQ(text_in(entry_of(headers, 0), "queue"), "a");
  EXPECT_EQ(find_property(headers, "h"), nullptr);

  DeathEntry many = death("a", DeathReason::kRejected);
  many.routing_keys.resize(kMaxTableValues, "cc");
  headers.clear();
  encoded = encoded_with_death(headers, many);
  EXPECT_EQ(*decode_property_table(encoded), headers);
  EXPECT_EQ(find_property(entry_of(headers, 0), "routing-keys")->get_if<PropertyList>()->size(), 1u);

  headers = {{"mine", std::string("kept")}};
  encoded = encoded_with_death(headers, death("a", DeathReason::kRejected));
  EXPECT_EQ(*decode_property_table(encoded), headers);
  EXPECT_EQ(text_in(headers, "mine"), "kept");
}

TEST(DeadLetter, a_cycle_is_one_that_nobody_rejected_in) {
  PropertyTable headers;
  add_death(headers, death("a", DeathReason::kExpired));
  EXPECT_TRUE(is_cycle(headers, "a"));
  EXPECT_FALSE(is_cycle(headers, "b"));
  add_death(headers, death("b", DeathReason::kExpired));
  EXPECT_TRUE(is_cycle(headers, "a"));
  add_death(headers, death("c", DeathReason::kRejected));
  EXPECT_FALSE(is_cycle(headers, "a"));
}

}  // namespace
}  // namespace wharf::queue
