#include "protocols/amqp091/session/confirms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace wharf::amqp091 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Confirm> taken(Confirms& confirms) {
  std::vector<Confirm> answers;
  confirms.take(answers);
  return answers;
}

TEST(Confirms, ARunAtTheFrontIsOneFrame) {
  Confirms confirms;
  for (int i = 0; i < 3; ++i) confirms.open(1);
  confirms.resolve(1, 3, true);
  EXPECT_THAT(taken(confirms), ElementsAre(Confirm{3, true, true}));
  EXPECT_THAT(taken(confirms), IsEmpty());
  EXPECT_EQ(confirms.open_count(), 0u);
}

TEST(Confirms, OneAloneIsNotMultiple) {
  Confirms confirms;
  confirms.open(1);
  confirms.open(1);
  confirms.resolve(1, 1, true);
  EXPECT_THAT(taken(confirms), ElementsAre(Confirm{1, false, true}));
}

TEST(Confirms, AnUnroutableOneIsAnsweredAtOnceThoughOthersBeforeItAreNot) {
  Confirms confirms;
  confirms.open(1);
  confirms.open(0);
  EXPECT_THAT(taken(confirms), ElementsAre(Confirm{2, false, true}));
  EXPECT_EQ(confirms.open_count(), 1u);
  confirms.resolve(1, 1, true);
  EXPECT_THAT(taken(confirms), ElementsAre(Confirm{1, false, true}));
  EXPECT_EQ(confirms.open_count(), 0u);
}

TEST(Confirms, AMessageOfTwoQueuesWaitsForBothAndIsRefusedIfOneRefuses) {
  Confirms confirms;
  confirms.open(2);
  confirms.open(2);
  confirms.resolve(1, 2, true);
  EXPECT_THAT(taken(confirms), IsEmpty());
  confirms.resolve(1, 1, false);
  confirms.resolve(2, 2, true);
  EXPECT_THAT(taken(confirms), ElementsAre(Confirm{1, false, false}, Confirm{2, false, true}));
}

TEST(Confirms, RunsOfDifferentFatesAreFramesOfTheirOwn) {
  Confirms confirms;
  for (int i = 0; i < 6; ++i) confirms.open(1);
  confirms.resolve(1, 2, true);
  confirms.resolve(3, 4, false);
  confirms.resolve(5, 6, true);
  EXPECT_THAT(taken(confirms), ElementsAre(Confirm{2, true, true}, Confirm{4, true, false}, Confirm{6, true, true}));
}

/// What a client makes of the frames: every publish answered once, with its fate.
TEST(Confirms, InWhateverOrderAnswersComeAClientHearsOfEveryPublishOnceWithItsFate) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Confirms confirms;
    std::vector<std::uint64_t> waiting;
    std::map<std::uint64_t, bool> fates, heard;
    std::map<std::uint64_t, bool> unheard;
    for (int step = 0; step < 100; ++step) {
      if (random() % 2 == 0) {
        std::uint64_t tag = confirms.open(1);
        waiting.push_back(tag);
        unheard[tag] = true;
      } else if (!waiting.empty()) {
        std::size_t at = random() % waiting.size();
        std::uint64_t tag = waiting[at];
        waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(at));
        fates[tag] = random() % 4 != 0;
        confirms.resolve(tag, tag, fates[tag]);
      }
      if (random() % 3 != 0) continue;
      for (const Confirm& answer : taken(confirms)) {
        auto first = answer.multiple ? unheard.begin() : unheard.find(answer.tag);
        ASSERT_NE(first, unheard.end());
        for (auto at = first; at != unheard.end() && at->first <= answer.tag; at = unheard.erase(at)) {
          ASSERT_TRUE(fates.contains(at->first));
          EXPECT_EQ(fates[at->first], answer.ack) << at->first;
          heard[at->first] = answer.ack;
        }
      }
    }
    taken(confirms);
    EXPECT_EQ(confirms.open_count(), waiting.size());
  }
}

}  // namespace
}  // namespace wharf::amqp091
