// What the door says to a client that does not listen, or that waits for room.
#include "protocols/mqtt/door_testing.hpp"

namespace wharf::mqtt {
namespace {

constexpr std::size_t kUnsentBytes = 64u << 10;

class MqttAnswers : public DoorTest {
 protected:
  MqttAnswers() : DoorTest({.unsent_bytes = kUnsentBytes}) {}
};

TEST_F(MqttAnswers, AClientThatDoesNotReadThemIsNotReadFromEither) {
  add_user("poor", ".*", "^$");
  constexpr std::size_t kPackets = 100'000;
  const std::string payload(20, 'x');
  for (PacketType type : {kPublish, kPubRel, kPubRec}) {
    Peer& peer =
        open(Connect{.properties = {}, .client_id = "flood", .will = {}, .user = "poor", .password = as_bytes("poor")});
    peer.stop_reading();
    std::size_t before = peer.bytes_taken();
    for (std::size_t i = 0; i < kPackets; ++i) {
      auto id = static_cast<std::uint16_t>(i % 60'000 + 1);
      if (type == kPublish)
        peer.add(Publish{.qos = 1, .topic = "t", .packet_id = id, .properties = {}, .payload = as_bytes(payload)});
      if (type == kPubRel) peer.add(PubRel{.packet_id = id});
      if (type == kPubRec) peer.add(PubRec{.packet_id = id});
    }
    peer.start_sending();
    simulation_.run_for(std::chrono::seconds(30));
    EXPECT_LT(peer.bytes_taken() - before, kPackets * 4 * 3 / 4) << static_cast<int>(type);
    peer.go_on_reading();
    EXPECT_TRUE(peer.until([&] { return peer.bytes_taken() - before >= kPackets * 4; })) << static_cast<int>(type);
    peer.leave();
  }
}

TEST_F(MqttAnswers, ARetainedMessageOfQosTwoFollowsTheOneBeforeItOnceThatIsOver) {
  Peer& publisher = open("publisher");
  for (std::string_view topic : {"r/1", "r/2", "r/3"}) {
    publisher.send(
        Publish{.qos = 2, .retain = true, .topic = topic, .packet_id = 7, .properties = {}, .payload = as_bytes("x")});
    publisher.next<PubRec>();
    publisher.send(PubRel{.packet_id = 7});
    publisher.next<PubComp>();
  }
  Connect one_at_a_time = lasting("reader");
  one_at_a_time.properties.receive_maximum = 1;
  Peer& reader = open(one_at_a_time);
  EXPECT_EQ(reader.subscribe("r/#", 2), 2);
  for (int i = 0; i < 3; ++i) {
    std::uint16_t id = reader.next<Publish>().packet_id;
    reader.send(PubRec{.packet_id = id});
    EXPECT_EQ(reader.next<PubRel>().packet_id, id);
    reader.send(PubComp{.packet_id = id});
  }
}

}  // namespace
}  // namespace wharf::mqtt
