#include "queue/core/held_list.hpp"

#include <set>

#include <gtest/gtest.h>

namespace wharf::queue {
namespace {

MessageId message(std::int64_t offset) {
  return {0, Offset(offset)};
}

TEST(HeldList, IsAtMostTwiceAsLongAsWhatIsHeldAndAFewMore) {
  HeldList list;
  std::set<std::int64_t> held;
  auto still_held = [&held](MessageId id) { return held.contains(id.offset.value); };
  for (std::int64_t i = 0; i < 10'000; ++i) {
    held.insert(i);
    list.note(message(i), still_held);
    if (held.size() > 100) held.erase(held.begin());
    EXPECT_LE(list.size(), 2 * 100u + 64) << i;
  }
  std::vector<MessageId> taken = list.take(still_held);
  ASSERT_EQ(taken.size(), held.size());
  EXPECT_EQ(taken.front(), message(*held.begin()));
  EXPECT_EQ(list.size(), 0u);
}

TEST(HeldList, HasWhatCameBackAndWentOutAgainOnce) {
  HeldList list;
  auto still_held = [](MessageId) { return true; };
  for (int i = 0; i < 1'000; ++i) list.note(message(7), still_held);
  EXPECT_LE(list.size(), 64u);
  EXPECT_EQ(list.take(still_held), std::vector<MessageId>{message(7)});
}

}  // namespace
}  // namespace wharf::queue
