#include "protocols/mqtt/session/outgoing_messages.hpp"

#include <set>

#include <gtest/gtest.h>

namespace wharf::mqtt {
namespace {

TEST(MqttOutgoingMessages, IdentifiersOfTheOwnQueueFollowFromThePlace) {
  EXPECT_EQ(OutgoingMessages::identifier_of(Offset(0)), 1);
  EXPECT_EQ(OutgoingMessages::identifier_of(Offset(32'766)), 32'767);
  EXPECT_EQ(OutgoingMessages::identifier_of(Offset(32'767)), 1);
}

TEST(MqttOutgoingMessages, OthersTakeWhatIsFreeOfTheOtherHalf) {
  OutgoingMessages messages;
  std::set<std::uint16_t> seen;
  while (auto identifier = messages.free_identifier()) {
    EXPECT_GT(*identifier, OutgoingMessages::kOwn);
    EXPECT_TRUE(seen.insert(*identifier).second);
    messages.add(*identifier, {});
  }
  EXPECT_EQ(seen.size(), 32'768u);
  messages.erase(40'000);
  EXPECT_EQ(messages.free_identifier(), 40'000);
}

}  // namespace
}  // namespace wharf::mqtt
