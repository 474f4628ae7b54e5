#include "protocols/mqtt/session/publish_answers.hpp"

#include <gtest/gtest.h>

namespace wharf::mqtt {
namespace {

TEST(MqttPublishAnswers, AreGivenInTheOrderOfThePublishes) {
  PublishAnswers answers;
  std::uint64_t first = answers.open(7), second = answers.open(3), third = answers.open(9);
  std::vector<PublishAnswered> said;
  answers.resolve(second, ReasonCode::kSuccess);
  answers.take(said);
  EXPECT_TRUE(said.empty());
  answers.resolve(first, ReasonCode::kQuotaExceeded);
  answers.take(said);
  EXPECT_EQ(said, (std::vector<PublishAnswered>{{7, ReasonCode::kQuotaExceeded}, {3, ReasonCode::kSuccess}}));
  answers.resolve(third, ReasonCode::kSuccess);
  answers.take(said);
  EXPECT_EQ(said.back().packet_id, 9);
  EXPECT_EQ(answers.size(), 0u);
}

}  // namespace
}  // namespace wharf::mqtt
