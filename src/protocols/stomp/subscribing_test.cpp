// SUBSCRIBE: whose queues it touches.
#include "protocols/stomp/door_testing.hpp"

namespace wharf::stomp {
namespace {

using testing::HasSubstr;

class StompSubscribing : public DoorTest {};

TEST_F(StompSubscribing, ADurableSubscriptionBeginsAnewAtAnotherTopic) {
  Peer& peer = open({{"client-id", "c"}});
  peer.subscribe("1", "/topic/a", {{"activemq.subscriptionName", "n"}});
  peer.send("UNSUBSCRIBE", {{"id", "1"}, {"receipt", "left"}});
  EXPECT_EQ(peer.receipt(), "left");
  peer.subscribe("1", "/exchange/amq.fanout", {{"activemq.subscriptionName", "n"}});
  EXPECT_FALSE(is_bound("amq.topic", "stomp-durable-c@n"));
  EXPECT_TRUE(is_bound("amq.fanout", "stomp-durable-c@n"));
}

TEST_F(StompSubscribing, WhatMayNotBeReadIsNotUnbound) {
  declare_exchange("secret", "fanout");
  Peer& owner = open({{"client-id", "c"}});
  owner.subscribe("1", "/exchange/secret", {{"activemq.subscriptionName", "n"}});
  add_user("eve", ".*", ".*", "amq.*|stomp.*");
  Peer& eve = open({{"client-id", "c"}}, "eve");
  eve.send("SUBSCRIBE", {{"id", "1"}, {"destination", "/topic/a"}, {"activemq.subscriptionName", "n"}});
  EXPECT_THAT(eve.error(), HasSubstr("secret"));
  EXPECT_TRUE(is_bound("secret", "stomp-durable-c@n"));
}

}  // namespace
}  // namespace wharf::stomp
