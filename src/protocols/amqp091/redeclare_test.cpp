// Queues that are declared again, where the node takes them as they are.
#include <gmock/gmock.h>

#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

class AmqpRelaxedRedeclare : public DoorTest {
 protected:
  AmqpRelaxedRedeclare() : DoorTest({.redeclare = Redeclare::kRelaxed}) {}
};

TEST_F(AmqpRelaxedRedeclare, AQueueIsFoundAsItIs) {
  Peer& peer = open();
  peer.send(QueueDeclare{.queue = "jobs", .arguments = {{"x-message-ttl", 1000}}});
  peer.next<QueueDeclareOk>();
  peer.send(QueueDeclare{.queue = "jobs", .arguments = {{"x-queue-type", std::string("stream")}, {"x-max-length", 7}}});
  EXPECT_EQ(peer.next<QueueDeclareOk>().queue, "jobs");
  EXPECT_EQ(entities_.queue("jobs")->arguments.size(), 1u);
  peer.send(QueueDeclare{.queue = "jobs", .auto_delete = true});
  EXPECT_THAT(peer.channel_close(), testing::StartsWith("406 PRECONDITION_FAILED - inequivalent arg 'auto_delete'"));
}

class AmqpDefaultQueueType : public DoorTest {
 protected:
  void set(std::string type) {
    EXPECT_TRUE(
        simulation_.run(machine_.shard(), entities_.set_default_queue_type(machine_.shard(), "/", std::move(type))));
  }
};

TEST_F(AmqpDefaultQueueType, IsThatOfWhoNamesNoneWhereAQueueCanBeOfIt) {
  Peer& peer = open();
  peer.send(QueueDeclare{.queue = "before", .durable = true});
  peer.next<QueueDeclareOk>();
  set("quorum");
  for (int again = 0; again < 2; ++again) {
    for (const char* name : {"before", "after"}) {
      peer.send(QueueDeclare{.queue = name, .durable = true});
      peer.next<QueueDeclareOk>();
    }
    peer.send(QueueDeclare{.queue = "own", .durable = true, .exclusive = true});
    peer.next<QueueDeclareOk>();
    peer.send(QueueDeclare{.queue = "named", .durable = true, .arguments = {{"x-queue-type", std::string("classic")}}});
    peer.next<QueueDeclareOk>();
  }
  EXPECT_EQ(entities_.queue("before")->type, "classic");
  EXPECT_EQ(entities_.queue("after")->type, "quorum");
  EXPECT_EQ(entities_.queue("after")->arguments.size(), 1u);
  EXPECT_EQ(entities_.queue("own")->type, "classic");
  EXPECT_EQ(entities_.queue("named")->type, "classic");
  set("stream");
  for (int again = 0; again < 2; ++again) {
    peer.send(QueueDeclare{.queue = "stream", .durable = true});
    peer.next<QueueDeclareOk>();
  }
  EXPECT_EQ(entities_.queue("stream"), nullptr);
}

}  // namespace
}  // namespace wharf::amqp091
