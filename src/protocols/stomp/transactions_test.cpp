// Transactions: all of one counts, or nothing.
#include "protocols/stomp/door_testing.hpp"

namespace wharf::stomp {
namespace {

using testing::StartsWith;

class StompTransactions : public DoorTest {};

TEST_F(StompTransactions, OneWhoseAcknowledgedMessageWentBackIsRefusedAsAWhole) {
  Peer& peer = open();
  peer.publish("/queue/a", "work");
  peer.publish("/queue/done", "");
  peer.subscribe("1", "/queue/a", {{"ack", "client-individual"}});
  const std::string held = peer.next("MESSAGE").header("ack");
  peer.send("BEGIN", {{"transaction", "t"}});
  peer.send("ACK", {{"id", held}, {"transaction", "t"}});
  peer.send("SEND", {{"destination", "/queue/done"}, {"transaction", "t"}}, "worked");
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
  peer.publish("/queue/a", "work");
  peer.publish("/queue/done", "");
  peer.subscribe("1", "/queue/a", {{"ack", "client-individual"}});
  const std::string held = peer.next("MESSAGE").header("ack");
  peer.send("BEGIN", {{"transaction", "t"}});
  peer.send("ACK", {{"id", held}, {"transaction", "t"}});
  peer.send("SEND", {{"destination", "/queue/done"}, {"transaction", "t"}}, "worked");
  peer.send("SEND", {{"destination", "/exchange/once"}, {"transaction", "t"}}, "worked");
  peer.send("COMMIT", {{"transaction", "t"}, {"receipt", "committed"}});
  EXPECT_THAT(peer.error(), StartsWith("Bad transaction"));
  EXPECT_TRUE(peer.until([&] { return counts("a")->ready == 1; }));
  EXPECT_EQ(counts("done")->ready, 1u);
}

}  // namespace
}  // namespace wharf::stomp
