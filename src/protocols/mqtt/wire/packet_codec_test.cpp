#include "protocols/mqtt/wire/packet_codec.hpp"

#include <gtest/gtest.h>

#include "protocols/mqtt/wire/wire_testing.hpp"

namespace wharf::mqtt {
namespace {

/// What was written is read again, and writes the same bytes.
template <class Packet>
void expect_round_trip(const Packet& packet, Version version) {
  std::vector<std::byte> bytes = written(packet, version);
  Received received(bytes);
  Outcome<Packet> read = received.template read<Packet>(version);
  ASSERT_TRUE(read) << Packet::kName << ": " << read.error().message;
  EXPECT_EQ(written(*read, version), bytes) << Packet::kName;
}

Properties some_properties() {
  Properties properties;
  properties.reason_string = "why";
  properties.user = {{"a", "1"}, {"a", "2"}, {"", ""}};
  return properties;
}

TEST(MqttPacketCodec, EveryPacketComesBackInEveryVersion) {
  for (Version version : {Version::k31, Version::k311, Version::k5}) {
    Properties properties = version == Version::k5 ? some_properties() : Properties{};
    Properties user;
    user.user = properties.user;
    ReasonCode reason = version == Version::k5 ? ReasonCode::kNotAuthorized : ReasonCode::kSuccess;
    Connect connect{.protocol = version == Version::k31 ? "MQIsdp" : "MQTT",
                    .level = static_cast<std::uint8_t>(version),
                    .keep_alive_s = 60,
                    .client_id = "me",
                    .will = Will{.topic = "t", .payload = as_bytes("gone"), .qos = 2, .retain = true},
                    .user = "u",
                    .password = as_bytes("p")};
    if (version == Version::k5) connect.properties.session_expiry_s = 7;
    if (version == Version::k5) connect.will->properties.will_delay_s = 5;
    expect_round_trip(connect, version);
    expect_round_trip(ConnAck{true, 0, properties}, version);
    expect_round_trip(PubAck{7, reason, properties}, version);
    expect_round_trip(PubRec{7, reason, properties}, version);
    expect_round_trip(PubRel{7, reason, properties}, version);
    expect_round_trip(PubComp{65'535, reason, properties}, version);
    expect_round_trip(Subscribe{8, user, {{"a/#", 1}, {"b", 0}}}, version);
    expect_round_trip(SubAck{8, properties, {0, 1, 2, 0x80}}, version);
    expect_round_trip(Unsubscribe{9, user, {"a/#", "b"}}, version);
    expect_round_trip(UnsubAck{9, properties,
                               version == Version::k5 ? std::vector<std::uint8_t>{0, 17} : std::vector<std::uint8_t>{}},
                      version);
    expect_round_trip(PingReq{}, version);
    expect_round_trip(PingResp{}, version);
    expect_round_trip(Disconnect{reason, properties}, version);
  }
  expect_round_trip(Auth{ReasonCode::kContinueAuthentication, some_properties()}, Version::k5);
}

TEST(MqttPacketCodec, APublishComesBackWithItsPayloadAndProperties) {
  Publish publish{.dup = true, .qos = 2, .retain = true, .topic = "a/b", .packet_id = 5};
  Properties& properties = publish.properties;
  properties.payload_format = 1;
  properties.message_expiry_s = 60;
  properties.content_type = "text/plain";
  properties.response_topic = "r";
  properties.correlation_data = as_bytes("c");
  properties.subscription_ids = {1, 268'435'455};
  properties.topic_alias = 3;
  properties.user = {{"k", "v"}, {"k", "w"}};
  std::string payload(2'000, 'x');
  Writer writer;
  write_publish(publish, SharedBytes::copy_of(as_bytes(payload)), Version::k5, writer);
  std::vector<std::byte> bytes = taken(writer);
  EXPECT_EQ(bytes.size(), packet_bytes(publish, payload.size(), Version::k5));
  Received received(bytes);
  Outcome<Publish> read = received.read<Publish>(Version::k5);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->dup && read->retain);
  EXPECT_EQ(read->qos, 2);
  EXPECT_EQ(read->topic, "a/b");
  EXPECT_EQ(read->packet_id, 5);
  EXPECT_EQ(as_text(read->payload), payload);
  EXPECT_EQ(read->properties.subscription_ids, properties.subscription_ids);
  EXPECT_EQ(read->properties.user, properties.user);
  EXPECT_EQ(read->properties.message_expiry_s, 60u);
  EXPECT_EQ(as_text(*read->properties.correlation_data), "c");
}

/// As paho-mqtt 1.6 sends it.
TEST(MqttPacketCodec, ReadsAConnectFromTheField) {
  std::vector<std::byte> bytes =
      bytes_of({0x10, 0x12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 6, 's', 'e', 'n', 's', 'o', 'r'});
  Received received(bytes);
  Outcome<Connect> connect = received.read<Connect>(Version::k311);
  ASSERT_TRUE(connect) << connect.error().message;
  EXPECT_EQ(connect->client_id, "sensor");
  EXPECT_TRUE(connect->clean_start);
  EXPECT_EQ(connect->keep_alive_s, 60);
}

struct Malformed {
  const char* what;
  std::vector<std::byte> bytes;
  ReasonCode code;
};

template <class Packet>
ReasonCode code_of(const std::vector<std::byte>& bytes, Version version) {
  Received received(bytes);
  Outcome<Packet> read = received.read<Packet>(version);
  return read ? ReasonCode::kSuccess : read.error().code;
}

TEST(MqttPacketCodec, AConnectThatLiesIsRefusedWithItsReason) {
  const Malformed kCases[] = {
      {"reserved flag", bytes_of({0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 3, 0, 60, 0, 0}),
       ReasonCode::kMalformedPacket},
      {"will QoS without a will", bytes_of({0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 0x0A, 0, 60, 0, 0}),
       ReasonCode::kMalformedPacket},
      {"password without a user", bytes_of({0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 0x42, 0, 60, 0, 0}),
       ReasonCode::kMalformedPacket},
      {"level 9", bytes_of({0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 9, 2, 0, 60, 0, 0}),
       ReasonCode::kUnsupportedProtocolVersion},
      {"another name", bytes_of({0x10, 12, 0, 4, 'M', 'Q', 'T', 'X', 4, 2, 0, 60, 0, 0}),
       ReasonCode::kUnsupportedProtocolVersion},
      {"client id past the end", bytes_of({0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 9}),
       ReasonCode::kMalformedPacket},
      {"bytes left over", bytes_of({0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0, 0}),
       ReasonCode::kMalformedPacket},
      {"client id is no UTF-8", bytes_of({0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 0xFF}),
       ReasonCode::kMalformedPacket},
      {"receive maximum 0", bytes_of({0x10, 16, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 60, 3, 0x21, 0, 0, 0, 0}),
       ReasonCode::kProtocolError},
      {"a property twice", bytes_of({0x10, 17, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 60, 4, 0x17, 1, 0x17, 1, 0, 0}),
       ReasonCode::kProtocolError},
      {"a property of PUBLISH", bytes_of({0x10, 15, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 60, 2, 0x01, 1, 0, 0}),
       ReasonCode::kMalformedPacket},
      {"properties past the end", bytes_of({0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 60, 9, 0, 0}),
       ReasonCode::kMalformedPacket},
  };
  for (const Malformed& one : kCases) EXPECT_EQ(code_of<Connect>(one.bytes, Version::k5), one.code) << one.what;
}

TEST(MqttPacketCodec, OtherPacketsThatLieAreRefusedWithTheirReason) {
  EXPECT_EQ(code_of<Publish>(bytes_of({0x36, 5, 0, 1, 'a', 0, 1}), Version::k311),
            ReasonCode::kMalformedPacket);  // QoS 3
  EXPECT_EQ(code_of<Publish>(bytes_of({0x38, 3, 0, 1, 'a'}), Version::k311),
            ReasonCode::kMalformedPacket);  // dup, QoS 0
  EXPECT_EQ(code_of<Publish>(bytes_of({0x32, 5, 0, 1, 'a', 0, 0}), Version::k311), ReasonCode::kProtocolError);  // id 0
  EXPECT_EQ(code_of<Subscribe>(bytes_of({0x82, 2, 0, 1}), Version::k311), ReasonCode::kProtocolError);  // no filter
  EXPECT_EQ(code_of<Subscribe>(bytes_of({0x80, 6, 0, 1, 0, 1, 'a', 0}), Version::k311),
            ReasonCode::kMalformedPacket);  // flags
  EXPECT_EQ(code_of<PubAck>(bytes_of({0x40, 1, 0}), Version::k311), ReasonCode::kMalformedPacket);
  EXPECT_EQ(code_of<PingReq>(bytes_of({0xC0, 1, 0}), Version::k311), ReasonCode::kMalformedPacket);
  EXPECT_EQ(code_of<PingReq>(bytes_of({0x00, 0}), Version::k311), ReasonCode::kMalformedPacket);
  EXPECT_EQ(code_of<PingReq>(bytes_of({0xC0, 0xFF, 0xFF, 0xFF, 0xFF, 1}), Version::k311), ReasonCode::kMalformedPacket);
}

TEST(MqttPacketCodec, APacketAboveTheLimitIsRefusedByItsHeaderAlone) {
  Received received(bytes_of({0x30, 0xFF, 0xFF, 0xFF, 0x7F}), 1'000);
  Outcome<std::optional<RawPacket>> next = received.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ReasonCode::kPacketTooLarge);
  EXPECT_LE(received.packets.space().size(), 4'096u);
}

TEST(MqttPacketCodec, AListHasALimit) {
  for (std::size_t most : {std::size_t{2}, std::size_t{3}}) {
    Received received(written(Subscribe{8, {}, {{"a", 0}, {"b", 0}, {"c", 0}}}, Version::k5));
    auto raw = received.next();
    ASSERT_TRUE(raw && *raw);
    Outcome<Subscribe> read = read_packet<Subscribe>(**raw, Version::k5, most);
    EXPECT_EQ(read.has_value(), most == 3);
    if (!read) EXPECT_EQ(read.error().code, ReasonCode::kQuotaExceeded);
  }
}

TEST(MqttPacketCodec, UserPropertiesHaveALimit) {
  Publish publish{.topic = "a"};
  publish.properties.user.resize(kMostUserProperties + 1);
  Writer writer;
  write_publish(publish, {}, Version::k5, writer);
  EXPECT_EQ(code_of<Publish>(taken(writer), Version::k5), ReasonCode::kQuotaExceeded);
}

TEST(MqttPacketCodec, PacketsInPiecesAreTheSamePackets) {
  Writer writer;
  for (int i = 1; i < 200; ++i) write_packet(PubAck{static_cast<std::uint16_t>(i)}, Version::k311, writer);
  std::vector<std::byte> bytes = taken(writer);
  PacketBuffer packets;
  int seen = 0;
  for (std::byte one : bytes) {
    packets.space()[0] = one;
    packets.received(1);
    while (true) {
      auto next = packets.next();
      ASSERT_TRUE(next);
      if (!*next) break;
      EXPECT_EQ(read_packet<PubAck>(**next, Version::k311)->packet_id, ++seen);
    }
  }
  EXPECT_EQ(seen, 199);
}

}  // namespace
}  // namespace wharf::mqtt
