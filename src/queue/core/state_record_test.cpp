#include "queue/core/state_record.hpp"

#include <gtest/gtest.h>

namespace wharf::queue {
namespace {

using Levels = std::map<std::uint8_t, CursorState>;

StateChange settled(std::int64_t offset) {
  StateChange change;
  change.levels[0].settled.push_back({Offset(offset), Offset(offset + 1)});
  return change;
}

TEST(StateRecord, ChangesAddUpAndASnapshotIsAllThereIs) {
  Levels levels;
  StateChange change = settled(3);
  change.levels[0].tries[Offset(1)] = 2;
  change.levels[0].handed_below = Offset(9);
  change.levels[0].counted = Counted{Offset(9), 100, true};
  ASSERT_TRUE(apply_state_record(encode(change), levels));
  change = settled(4);
  change.levels[0].tries[Offset(1)] = 3;
  change.levels[0].handed_below = Offset(7);
  ASSERT_TRUE(apply_state_record(encode(change), levels));
  EXPECT_EQ(levels[0].settled.ranges(), (std::map<Offset, Offset>{{Offset(3), Offset(5)}}));
  EXPECT_EQ(levels[0].tries, (std::map<Offset, std::uint32_t>{{Offset(1), 3}}));
  EXPECT_EQ(levels[0].handed_below, Offset(9));
  EXPECT_EQ(levels[0].counted, (Counted{Offset(9), 100, true}));
  StateChange snapshot{.is_snapshot = true};
  snapshot.levels[2].floor = Offset(1);
  ASSERT_TRUE(apply_state_record(encode(snapshot), levels));
  ASSERT_EQ(levels.size(), 1u);
  EXPECT_EQ(levels[2].floor, Offset(1));
}

TEST(StateRecord, OneThatCannotBeReadToItsEndChangesNothing) {
  Levels levels;
  ASSERT_TRUE(apply_state_record(encode(settled(3)), levels));
  StateChange change = settled(5);
  change.levels[1].floor = Offset(2);
  std::vector<std::byte> record = encode(change);
  record.pop_back();
  EXPECT_FALSE(apply_state_record(record, levels));
  EXPECT_EQ(levels.size(), 1u);
  EXPECT_EQ(levels[0].settled.count(), 1);
}

// Each record costs what it says, not what was said before: this takes minutes else.
TEST(StateRecord, AHundredThousandHolesAreReadBack) {
  Levels levels;
  for (std::int64_t hole = 0; hole < 100'000; ++hole) {
    ASSERT_TRUE(apply_state_record(encode(settled(2 * hole)), levels));
  }
  EXPECT_EQ(levels[0].settled.ranges().size(), 100'000u);
}

}  // namespace
}  // namespace wharf::queue
