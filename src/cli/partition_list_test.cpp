#include "cli/partition_list.hpp"

#include <gtest/gtest.h>

namespace wharf::cli {
namespace {

std::vector<std::int32_t> numbers(std::string_view text) {
  std::vector<std::int32_t> all;
  auto parsed = parse_partitions(text);
  if (!parsed) return {-1};
  for (PartitionIndex index : *parsed) all.push_back(index.value);
  return all;
}

TEST(PartitionList, IsNumbersAndRanges) {
  EXPECT_EQ(numbers("3"), std::vector({3}));
  EXPECT_EQ(numbers("5,0,2-4,3"), std::vector({0, 2, 3, 4, 5}));
}

TEST(PartitionList, OtherTextIsRefused) {
  for (const char* text : {"", ",", "1,", "a", "1-", "-1", "3-2", "1 2", "0-99999999999"})
    EXPECT_EQ(numbers(text), std::vector({-1})) << text;
}

TEST(PartitionList, ChoosesFromWhatTheTopicHas) {
  const client::Topic topic{"t", {}, {{PartitionIndex(0)}, {PartitionIndex(1)}}};
  EXPECT_EQ(choose_partitions(topic, "")->size(), 2u);
  EXPECT_EQ(choose_partitions(topic, "1")->front().index, PartitionIndex(1));
  EXPECT_EQ(choose_partitions(topic, "2").error().message, "topic 't' has no partition 2: it has 2");
}

}  // namespace
}  // namespace wharf::cli
