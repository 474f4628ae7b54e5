// SEND: what order and which limits it keeps.
#include "protocols/stomp/door_testing.hpp"

namespace wharf::stomp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class StompSending : public DoorTest {};

TEST_F(StompSending, WhatADeduplicatingExchangeGetsKeepsItsOrderWhateverElseWaitsForTheDisk) {
  declare_exchange("once", "x-message-deduplication", {{"x-cache-size", std::int32_t{10}}});
  Peer& peer = open();
  peer.publish("/queue/slow", "");
  queues_->is_holding = true;
  peer.add("SEND", {{"destination", "/queue/slow"}}, "x").add("SEND", {{"destination", "/exchange/once/first"}});
  peer.send_added();
  EXPECT_TRUE(peer.until([&] { return queues_->enqueues == 2; }));
  peer.send("SEND", {{"destination", "/exchange/once/second"}});
  EXPECT_TRUE(peer.silent());
  EXPECT_THAT(deduplication_->heard, ElementsAre("first", "second"));
}

TEST_F(StompSending, ADelayOfAnyLengthIsOne) {
  Peer& peer = open();
  peer.publish("/queue/a", "later", {{"AMQ_SCHEDULED_DELAY", "9223372036854775807"}});
  peer.publish("/queue/a", "at once", {{"AMQ_SCHEDULED_DELAY", "-9223372036854775808"}});
  peer.subscribe("1", "/queue/a");
  EXPECT_EQ(peer.next("MESSAGE").body, "at once");
  EXPECT_TRUE(peer.silent());
  EXPECT_EQ(simulation_.run(shard(), node_->delays().pending(shard())), 1u);
}

TEST_F(StompSending, WhatExpiresLaterThanAmqpCanSayLivesAsLongAsItCan) {
  Peer& peer = open();
  constexpr std::int64_t kYearMs = std::int64_t{365} * 24 * 3'600 * 1'000;
  const std::string in_a_year = std::to_string(shard().clock().wall_now().ms + kYearMs);
  peer.publish("/queue/a", "x", {{"expires", in_a_year}});
  peer.subscribe("1", "/queue/a");
  EXPECT_EQ(peer.next("MESSAGE").header("expiration"), "4294967295");
}

TEST_F(StompSending, WhoIsNoImpersonatorSaysNobodyElsesUserId) {
  add_user("proxy");
  Peer& nobody = open({}, "proxy");
  nobody.send("SEND", {{"destination", "/queue/a"}, {"user-id", "bob"}});
  EXPECT_THAT(nobody.error(), HasSubstr("user_id property set to 'bob' but authenticated user was 'proxy'"));
  add_user("proxy", ".*", ".*", ".*", {"impersonator"});
  open({}, "proxy").publish("/queue/a", "x", {{"user-id", "bob"}});
  Peer& reader = open();
  reader.subscribe("1", "/queue/a");
  Heard heard = reader.next("MESSAGE");
  EXPECT_EQ(heard.body, "x");
  EXPECT_EQ(heard.header("user-id"), "bob");
}

}  // namespace
}  // namespace wharf::stomp
