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

}  // namespace
}  // namespace wharf::amqp091
