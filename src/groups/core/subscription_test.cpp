#include "groups/core/subscription.hpp"

#include <gtest/gtest.h>

#include "groups/core/fields.hpp"

namespace wharf::groups {
namespace {

std::string assignment_bytes() {
  FieldWriter to;
  to.int16(1);
  to.int32(2);
  to.string("orders", false);
  to.int32(2);
  to.int32(0);
  to.int32(3);
  to.string("logs", false);
  to.int32(0);
  to.int32(-1);  // user data: none
  return to.take();
}

TEST(Subscription, AnAssignmentNamesPartitionsByTopic) {
  auto assigned = assigned_partitions(as_bytes(assignment_bytes()));
  ASSERT_TRUE(assigned);
  EXPECT_EQ(assigned->at("orders"), (std::vector<std::int32_t>{0, 3}));
  EXPECT_TRUE(assigned->at("logs").empty());
}

TEST(Subscription, NothingIsNoPartitions) {
  auto assigned = assigned_partitions({});
  ASSERT_TRUE(assigned);
  EXPECT_TRUE(assigned->empty());
}

TEST(Subscription, AnAssignmentThatIsCutIsMalformedWhereverItIsCut) {
  std::string whole = assignment_bytes();
  for (std::size_t length = 1; length < whole.size() - 4; ++length) {
    EXPECT_FALSE(assigned_partitions(as_bytes(whole).first(length))) << length;
  }
}

TEST(Subscription, ACountThatCannotFitIsMalformed) {
  FieldWriter to;
  to.int16(0);
  to.int32(1'000'000'000);
  EXPECT_FALSE(assigned_partitions(as_bytes(to.take())));
}

}  // namespace
}  // namespace wharf::groups
