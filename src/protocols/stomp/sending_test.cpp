// SEND: what order and which limits it keeps.
#include "protocols/stomp/door_testing.hpp"

namespace wharf::stomp {
namespace {

using testing::ElementsAre;

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

}  // namespace
}  // namespace wharf::stomp
