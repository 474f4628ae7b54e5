#include "routing/core/slot_index.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace wharf::routing {
namespace {

RC_GTEST_PROP(SlotIndexProperty, HoldsWhatAMapHoldsHoweverManyHashesCollide, ()) {
  auto commands = *rc::gen::container<std::vector<std::pair<bool, std::uint32_t>>>(
      rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::inRange(0u, 60u)));
  auto hash_of = [](std::uint32_t slot) { return static_cast<std::uint64_t>(slot % 7) << 32 | slot; };
  SlotIndex index;
  std::map<std::uint32_t, bool> held;
  for (auto [add, slot] : commands) {
    if (add == held.contains(slot)) continue;
    if (add) {
      index.insert(hash_of(slot), slot);
      held[slot] = true;
    } else {
      index.erase(hash_of(slot), slot);
      held.erase(slot);
    }
    RC_ASSERT(index.size() == held.size());
    for (std::uint32_t any = 0; any < 60; ++any) {
      auto found = index.find(hash_of(any), [&](std::uint32_t at) { return at == any; });
      RC_ASSERT(found.has_value() == held.contains(any));
    }
  }
}

TEST(SlotIndex, FindsNothingInAnEmptyOne) {
  EXPECT_FALSE(SlotIndex().find(5, [](std::uint32_t) { return true; }));
}

}  // namespace
}  // namespace wharf::routing
