// A client that comes back by another connection for its exclusive queue, while the old one has ended without a word.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

using testing::StartsWith;

class AmqpOwners : public DoorTest {
 protected:
  Peer& open_from(sim::Machine& machine, const ConnectionStartOk& answer = login()) {
    Peer& peer = connect_from(machine);
    peer.shake_hands(answer);
    peer.open_channel(1);
    return peer;
  }
  Peer& owner_of_mine() {
    Peer& owner = open_from(far_);
    owner.send(QueueDeclare{.queue = "mine", .exclusive = true});
    owner.next<QueueDeclareOk>();
    return owner;
  }

  sim::Machine& far_ = simulation_.add_machine("far");
};

TEST_F(AmqpOwners, ASilentOneGivesItsQueueUpToTheSameClient) {
  Peer& owner = owner_of_mine();
  owner.publish("", "mine", "what the old one had");
  EXPECT_TRUE(owner.until([&] { return counts("mine").ready == 1; }));
  simulation_.network().partition("far", "broker");
  Peer& again = open();
  again.send(QueueDeclare{.queue = "mine", .exclusive = true});
  EXPECT_EQ(again.next<QueueDeclareOk>().message_count, 0u);
  simulation_.network().heal();
  EXPECT_TRUE(owner.until([&] { return owner.ended; }));
  again.send(QueueDeclare{.queue = "mine", .exclusive = true});
  again.next<QueueDeclareOk>();
}

TEST_F(AmqpOwners, OneThatIsThereKeepsItsQueue) {
  Peer& owner = owner_of_mine();
  Peer& other = open();
  other.send(QueueDeclare{.queue = "mine", .exclusive = true});
  EXPECT_THAT(other.channel_close(), StartsWith("405 RESOURCE_LOCKED"));
  EXPECT_EQ(owner.heartbeats, 1);
  EXPECT_TRUE(owner.silent());
}

TEST_F(AmqpOwners, OthersDoNotEvenAsk) {
  Peer& owner = owner_of_mine();
  simulation_.network().partition("far", "broker");
  ConnectionStartOk another = login();
  another.client_properties = {{"product", "another program"}};
  Peer& other = open_from(machine_, another);
  other.send(QueueDeclare{.queue = "mine", .exclusive = true});
  EXPECT_THAT(other.channel_close(), StartsWith("405 RESOURCE_LOCKED"));
  simulation_.network().heal();
  EXPECT_TRUE(owner.silent());
  EXPECT_EQ(owner.heartbeats, 0);
  EXPECT_FALSE(owner.ended);
}

TEST_F(AmqpOwners, WhoAsksForNoQueueOfItsOwnEndsNobody) {
  Peer& owner = owner_of_mine();
  simulation_.network().partition("far", "broker");
  Peer& other = open();
  other.send(QueueDeclare{.queue = "mine"});
  EXPECT_THAT(other.channel_close(), StartsWith("405 RESOURCE_LOCKED"));
  simulation_.network().heal();
  EXPECT_TRUE(owner.silent());
  EXPECT_FALSE(owner.ended);
}

}  // namespace
}  // namespace wharf::amqp091
