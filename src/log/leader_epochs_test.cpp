#include "log/leader_epochs.hpp"

#include <gtest/gtest.h>

namespace wharf::log {
namespace {

LeaderEpochs three() {
  LeaderEpochs epochs;
  epochs.begin(LeaderEpoch{2}, Offset{10});
  epochs.begin(LeaderEpoch{4}, Offset{20});
  epochs.begin(LeaderEpoch{7}, Offset{35});
  return epochs;
}

TEST(LeaderEpochs, TheEndOfAnEpochIsAnsweredAsKafkaDoes) {
  LeaderEpochs epochs = three();
  struct Row {
    std::int32_t asked;
    EpochEnd answer;
  };
  const Row rows[] = {
      {-1, {}},                                     // not known
      {1, {LeaderEpoch{1}, Offset{10}}},            // below all known ones
      {2, {LeaderEpoch{2}, Offset{20}}},
      {3, {LeaderEpoch{2}, Offset{20}}},            // without records
      {4, {LeaderEpoch{4}, Offset{35}}},
      {6, {LeaderEpoch{4}, Offset{35}}},
      {7, {LeaderEpoch{7}, Offset{50}}},            // the latest ends where the log does
      {8, {}},                                      // above all known ones
  };
  for (const Row& row : rows) {
    EXPECT_EQ(epochs.end_of(LeaderEpoch{row.asked}, LeaderEpoch{7}, Offset{50}), row.answer) << row.asked;
  }
}

// A leader's epoch is told to clients before it has a record in it: who asks for it must not hear that his records are gone.
TEST(LeaderEpochs, TheCurrentEpochIsKnownBeforeItsFirstRecord) {
  LeaderEpochs none;
  EXPECT_EQ(none.end_of(LeaderEpoch{2}, LeaderEpoch{2}, Offset{0}), (EpochEnd{LeaderEpoch{2}, Offset{0}}));
  EXPECT_EQ(none.end_of(LeaderEpoch{1}, LeaderEpoch{2}, Offset{0}), (EpochEnd{LeaderEpoch{1}, Offset{0}}));
  EXPECT_EQ(none.end_of(LeaderEpoch{3}, LeaderEpoch{2}, Offset{0}), EpochEnd{});
  LeaderEpochs epochs = three();
  EXPECT_EQ(epochs.end_of(LeaderEpoch{9}, LeaderEpoch{9}, Offset{50}), (EpochEnd{LeaderEpoch{9}, Offset{50}}));
  EXPECT_EQ(epochs.end_of(LeaderEpoch{8}, LeaderEpoch{9}, Offset{50}), (EpochEnd{LeaderEpoch{7}, Offset{50}}));
  EXPECT_EQ(epochs.end_of(LeaderEpoch{7}, LeaderEpoch{9}, Offset{50}), (EpochEnd{LeaderEpoch{7}, Offset{50}}));
  EXPECT_EQ(epochs.end_of(LeaderEpoch{4}, LeaderEpoch{9}, Offset{50}), (EpochEnd{LeaderEpoch{4}, Offset{35}}));
}

TEST(LeaderEpochs, AnEpochWithoutRecordsLeavesNoTrace) {
  LeaderEpochs epochs;
  epochs.begin(LeaderEpoch{1}, Offset{0});
  epochs.begin(LeaderEpoch{2}, Offset{5});
  epochs.begin(LeaderEpoch{3}, Offset{5});
  epochs.begin(LeaderEpoch{3}, Offset{9});
  EXPECT_EQ(epochs.entries(), (std::vector<LeaderEpochs::Entry>{{LeaderEpoch{1}, Offset{0}}, {LeaderEpoch{3}, Offset{5}}}));
}

TEST(LeaderEpochs, RaisingTheLogStartKeepsTheEpochInForceThere) {
  LeaderEpochs epochs = three();
  epochs.raise_start(Offset{5});
  EXPECT_EQ(epochs.entries().size(), 3u);
  epochs.raise_start(Offset{25});
  EXPECT_EQ(epochs.entries(), (std::vector<LeaderEpochs::Entry>{{LeaderEpoch{4}, Offset{25}}, {LeaderEpoch{7}, Offset{35}}}));
  EXPECT_EQ(epochs.epoch_of(Offset{30}), LeaderEpoch{4});
  epochs.raise_start(Offset{35});
  EXPECT_EQ(epochs.entries(), (std::vector<LeaderEpochs::Entry>{{LeaderEpoch{7}, Offset{35}}}));
}

TEST(LeaderEpochs, TheStoredFormComesBackAndCutOnesAreRefused) {
  std::vector<std::byte> bytes;
  three().encode(bytes);
  ByteView view = bytes;
  EXPECT_EQ(LeaderEpochs::decode(view)->entries(), three().entries());
  EXPECT_TRUE(view.empty());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    view = ByteView(bytes).first(length);
    EXPECT_EQ(LeaderEpochs::decode(view).error().code, ErrorCode::kDamaged);
  }
}

}  // namespace
}  // namespace wharf::log
