#include "log/recovery_cases.hpp"

#include <gtest/gtest.h>

namespace wharf::log {
namespace {

TEST(RecoveryCases, EveryPartitionMeetsExactlyOneRow) {
  for (Vouching entry : {Vouching::kNewest, Vouching::kStale, Vouching::kNone}) {
    for (bool clean : {false, true}) {
      PartitionFacts facts{entry, clean};
      auto rows = std::ranges::count_if(partition_cases(), [&](const PartitionCase& row) { return matches(row, facts); });
      EXPECT_EQ(rows, 1) << static_cast<int>(entry) << clean;
    }
  }
}

TEST(RecoveryCases, EveryPlaceMeetsExactlyOneRow) {
  for (Here here : {Here::kSound, Here::kBroken, Here::kNothing}) {
    for (bool more : {false, true}) {
      for (WalHere wal : {WalHere::kNone, WalHere::kSame, WalHere::kOther}) {
        PlaceFacts facts{here, more, wal};
        auto rows = std::ranges::count_if(place_cases(), [&](const PlaceCase& row) { return matches(row, facts); });
        EXPECT_EQ(rows, 1) << static_cast<int>(here) << more << static_cast<int>(wal);
      }
    }
  }
}

TEST(RecoveryCases, NothingSoundIsCutUnlessTheWriteAheadLogSaysOtherwise) {
  for (bool more : {false, true}) {
    EXPECT_EQ(decide(PlaceFacts{Here::kSound, more, WalHere::kNone}), PlaceAction::kTake);
    EXPECT_EQ(decide(PlaceFacts{Here::kSound, more, WalHere::kSame}), PlaceAction::kTake);
    EXPECT_EQ(decide(PlaceFacts{Here::kSound, more, WalHere::kOther}), PlaceAction::kCutForReplay);
  }
  EXPECT_EQ(decide(PlaceFacts{Here::kBroken, true, WalHere::kNone}), PlaceAction::kKeepAsDamage);
  EXPECT_EQ(decide(PlaceFacts{Here::kBroken, false, WalHere::kNone}), PlaceAction::kCutTornTail);
}

}  // namespace
}  // namespace wharf::log
