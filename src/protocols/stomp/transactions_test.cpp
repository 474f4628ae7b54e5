// Transactions: all of one counts, or nothing.
#include "protocols/stomp/door_testing.hpp"

namespace wharf::stomp {
namespace {

using testing::StartsWith;

class StompTransactions : public DoorTest {
 protected:
  /// A message of the queue "a" is acknowledged and one sent to "done" in the transaction "t".
  void begin_work(Peer& peer) {
    peer.publish("/queue/a", "work");
    peer.publish("/queue/done", "");
    peer.subscribe("1", "/queue/a", {{"ack", "client-individual"}});
    const std::string held = peer.next("MESSAGE").header("ack");
    peer.send("BEGIN", {{"transaction", "t"}});
    peer.send("ACK", {{"id", held}, {"transaction", "t"}});
    peer.send("SEND", {{"destination", "/queue/done"}, {"transaction", "t"}}, "worked");
  }
};

TEST_F(StompTransactions, OneWhoseAcknowledgedMessageWentBackIsRefusedAsAWhole) {
  Peer& peer = open();
  begin_work(peer);
  peer.send("UNSUBSCRIBE", {{"id", "1"}});
  peer.send("COMMIT", {{"transaction", "t"}, {"receipt", "committed"}});
  EXPECT_THAT(peer.error(), StartsWith("Bad transaction"));
  EXPECT_EQ(counts("a")->ready, 1u);
  EXPECT_EQ(counts("done")->ready, 1u);
}

TEST_F(StompTransactions, OneWithoutANameIsNotBegun) {
  Peer& peer = open();
  peer.send("BEGIN", {{"transaction", ""}});
  EXPECT_THAT(peer.error(), StartsWith("Bad transaction"));
}

TEST_F(StompTransactions, WhatAFullQueueRefusesIsToldByItsCommit) {
  Peer& peer = open();
  peer.publish("/queue/full", "1", {{"x-max-length", "1"}, {"x-overflow", "reject-publish"}});
  peer.send("BEGIN", {{"transaction", "t"}});
  peer.send("SEND", {{"destination", "/queue/full"}, {"transaction", "t"}}, "2");
  peer.send("COMMIT", {{"transaction", "t"}, {"receipt", "committed"}});
  EXPECT_THAT(peer.error(), StartsWith("Bad transaction"));
}

TEST_F(StompTransactions, WhatAnExchangeWithoutDuplicatesCannotPassOnAcknowledgesNothing) {
  declare_exchange("once", "x-message-deduplication", {{"x-cache-size", std::int32_t{10}}});
  Peer& peer = open();
  peer.publish("/queue/full", "1", {{"x-max-length", "1"}, {"x-overflow", "reject-publish"}});
  routing::Binding binding{"once", {routing::DestinationKind::kQueue, "full"}, "", {}};
  EXPECT_TRUE(simulation_.run(shard(), node_->entities().bind(shard(), "/", binding)));
  begin_work(peer);
  peer.send("SEND", {{"destination", "/exchange/once"}, {"transaction", "t"}}, "worked");
  peer.send("COMMIT", {{"transaction", "t"}, {"receipt", "committed"}});
  EXPECT_THAT(peer.error(), StartsWith("Bad transaction"));
  EXPECT_TRUE(peer.until([&] { return counts("a")->ready == 1; }));
  EXPECT_EQ(counts("done")->ready, 1u);
}

}  // namespace
}  // namespace wharf::stomp
