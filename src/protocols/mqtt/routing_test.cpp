// What a message finds on its way: time that runs out, members that leave, topics that are no one's to match.
#include "broker/record_cursor.hpp"
#include "protocols/mqtt/door_testing.hpp"

namespace wharf::mqtt {
namespace {

class MqttRouting : public DoorTest {
 protected:
  static Publish brief(std::string_view topic, std::uint32_t seconds, bool retain = false) {
    Publish publish{
        .qos = 1, .retain = retain, .topic = topic, .packet_id = 1, .properties = {}, .payload = as_bytes("x")};
    publish.properties.message_expiry_s = seconds;
    return publish;
  }
};

TEST_F(MqttRouting, AMessageWhoseTimeIsOverIsNotDeliveredAndOneInTimeTellsWhatIsLeft) {
  Peer& reader = open(lasting("reader"));
  EXPECT_EQ(reader.subscribe("t", 1), 1);
  leave(reader);
  Peer& publisher = open("publisher");
  publisher.send(brief("t", 5));
  EXPECT_EQ(publisher.next<PubAck>().reason, ReasonCode::kSuccess);
  publisher.send(brief("t", 60));
  EXPECT_EQ(publisher.next<PubAck>().reason, ReasonCode::kSuccess);
  simulation_.run_for(std::chrono::seconds(10));
  Peer& again = open(lasting("reader"));
  Publish came = again.next<Publish>();
  ASSERT_TRUE(came.properties.message_expiry_s);
  EXPECT_LE(*came.properties.message_expiry_s, 50u);
  EXPECT_GE(*came.properties.message_expiry_s, 45u);
  EXPECT_TRUE(again.silent());
}

TEST_F(MqttRouting, ARetainedMessageWhoseTimeIsOverIsNotSent) {
  Peer& publisher = open("publisher");
  publisher.send(brief("r/1", 5, true));
  EXPECT_FALSE(is_failure(publisher.next<PubAck>().reason));
  publisher.send(brief("r/2", 60, true));
  EXPECT_FALSE(is_failure(publisher.next<PubAck>().reason));
  simulation_.run_for(std::chrono::seconds(10));
  Peer& reader = open("reader");
  EXPECT_EQ(reader.subscribe("r/#", 0), 0);
  EXPECT_EQ(reader.next<Publish>().topic, "r/2");
  EXPECT_TRUE(reader.silent());
}

TEST_F(MqttRouting, WhatAMemberOfAGroupHasNotAnsweredGoesToAnother) {
  Peer& first = open("first");
  EXPECT_EQ(first.subscribe("$share/g/t", 1), 1);
  Peer& publisher = open("publisher");
  EXPECT_EQ(publisher.publish("t", "x"), ReasonCode::kSuccess);
  EXPECT_EQ(as_text(first.next<Publish>().payload), "x");
  Peer& second = open("second");
  EXPECT_EQ(second.subscribe("$share/g/t", 1), 1);
  EXPECT_TRUE(second.silent());
  first.cut();
  Publish came = second.next<Publish>();
  EXPECT_EQ(as_text(came.payload), "x");
  EXPECT_TRUE(came.dup);
}

TEST_F(MqttRouting, AFilterThatBeginsWithAWildcardMatchesNoTopicOfTheServersInAGroupEither) {
  Peer& all = open("all");
  EXPECT_EQ(all.subscribe("#", 0), 0);
  Peer& group = open("group");
  EXPECT_EQ(group.subscribe("$share/g/+/x", 1), 1);
  Peer& named = open("named");
  EXPECT_EQ(named.subscribe("$share/g/$own/x", 0), 0);
  Peer& publisher = open("publisher");
  EXPECT_FALSE(is_failure(publisher.publish("$own/x", "hidden")));
  EXPECT_FALSE(is_failure(publisher.publish("a/x", "seen")));
  EXPECT_EQ(named.message(), "hidden");
  EXPECT_EQ(all.message(), "seen");
  EXPECT_EQ(group.message(), "seen");
  EXPECT_TRUE(group.silent());
}

TEST_F(MqttRouting, RecordsOfATopicThatABindingLeadsToHaveTheirRoutingKeys) {
  std::vector<PartitionId> partitions;
  for (std::string name : {"sensors", "plant.7"}) {
    auto topic = simulation_.run(shard(), node_->catalogue().create_topic(shard(), {.name = name, .partitions = 1}));
    ASSERT_TRUE(topic);
    partitions.push_back((*topic)->partition(0));
  }
  routing::Binding binding{"amq.topic", {routing::DestinationKind::kLogTopic, "sensors"}, "plant.#", {}};
  ASSERT_TRUE(simulation_.run(shard(), node_->entities().bind(shard(), "/", binding)));
  EXPECT_EQ(open("sensor").publish("plant/7", "21.5"), ReasonCode::kSuccess);
  std::vector<std::optional<std::string>> keys;
  for (const PartitionId& partition : partitions) {
    broker::RecordCursor cursor(node_->read(), shard(), partition, Offset(0), 1 << 20);
    auto records = simulation_.run(shard(), cursor.available());
    ASSERT_TRUE(records && records->size() == 1);
    const Record& record = records->front().record;
    EXPECT_EQ(as_text(record.value.value_or(ByteView())), "21.5");
    keys.push_back(record.key ? std::optional(std::string(as_text(*record.key))) : std::nullopt);
  }
  EXPECT_EQ(keys, (std::vector<std::optional<std::string>>{"plant.7", std::nullopt}));
}

}  // namespace
}  // namespace wharf::mqtt
