#include "groups/core/records.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "groups/core/testdata/groups_testing.hpp"
#include "groups/core/subscription.hpp"

namespace wharf::groups {
namespace {

using testing::bytes_of;

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

Result<StoredChange> decode_text(const std::string& key, const std::optional<std::string>& value) {
  return decode(as_bytes(key), value ? std::optional<ByteView>(as_bytes(*value)) : std::nullopt);
}

// Written by Kafka 4.3.1's own classes (MessageUtil.toVersionPrefixedBytes).
const std::string kOffsetKey = from_hex("000100016700066f726465727300000007");
const std::string kGroupKey = from_hex("0002000167");
const char* const kOffsetV3 = "0003000000000000002a0000000300046e6f74650000018bcfe56800";
const char* const kOffsetV4WithId =
    "0004000000000000002a00000003056e6f74650000018bcfe5680001001000112233445566778899aabbccddeeff";
const char* const kOffsetV1 = "0001000000000000002a00046e6f74650000018bcfe568000000018bcfe56be8";
const char* const kGroupV3 =
    "00030008636f6e73756d657200000005000572616e676500026d310000018bcfe568000000000200026d31ffff0003617070000a2f3132372e302e302e"
    "310000ea6000002710000000020102000000010300026d32000269320003617070000a2f3132372e302e302e310000ea60000027100000000000000000";

CommittedOffset offset_42() { return {Offset(42), LeaderEpoch(3), "note", Timestamp{1700000000000}, kNoTimestamp, {}}; }

StoredGroup group_5() {
  StoredGroup group{"consumer", 5, "range", "m1", Timestamp{1700000000000}, {}};
  group.members.push_back({"m1", std::nullopt, "app", "/127.0.0.1", 60000, 10000, bytes_of("\x01\x02"), bytes_of("\x03")});
  group.members.push_back({"m2", "i2", "app", "/127.0.0.1", 60000, 10000, {}, {}});
  return group;
}

TopicId topic_id() { return *TopicId::from_hex("00112233445566778899aabbccddeeff"); }

TEST(Records, AreWrittenByteForByteAsKafkaWritesThem) {
  LogRecord offset = encode(OffsetStored{"g", "orders", 7, offset_42()});
  EXPECT_EQ(offset.key, kOffsetKey);
  EXPECT_EQ(offset.value, from_hex(kOffsetV3));
  CommittedOffset with_id = offset_42();
  with_id.topic_id = topic_id();
  EXPECT_EQ(encode(OffsetStored{"g", "orders", 7, with_id}).value, from_hex(kOffsetV4WithId));
  CommittedOffset expiring = offset_42();
  expiring.expire_timestamp = Timestamp{1700000001000};
  EXPECT_EQ(encode(OffsetStored{"g", "orders", 7, expiring}).value, from_hex(kOffsetV1));
  LogRecord group = encode(GroupStored{"g", group_5()});
  EXPECT_EQ(group.key, kGroupKey);
  EXPECT_EQ(group.value, from_hex(kGroupV3));
  EXPECT_EQ(encode(GroupStored{"g", StoredGroup()}).value, from_hex("0003000000000000ffffffffffffffffffffffff00000000"));
  EXPECT_EQ(encode(OffsetRemoved{"g", "orders", 7}).key, kOffsetKey);
  EXPECT_EQ(encode(OffsetRemoved{"g", "orders", 7}).value, std::nullopt);
  EXPECT_EQ(encode(GroupRemoved{"g"}).key, kGroupKey);
  EXPECT_EQ(encode(GroupRemoved{"g"}).value, std::nullopt);
}

TEST(Records, OffsetsOfEveryVersionThatKafkaWroteAreRead) {
  struct Case {
    const char* hex;
    int epoch;
    std::int64_t expire_ms;
    TopicId topic_id;
  };
  for (const Case& one : {Case{"0000000000000000002a00046e6f74650000018bcfe56800", -1, -1, {}},
                          Case{kOffsetV1, -1, 1700000001000, {}},
                          Case{"0002000000000000002a00046e6f74650000018bcfe56800", -1, -1, {}}, Case{kOffsetV3, 3, -1, {}},
                          Case{"0004000000000000002a00000003056e6f74650000018bcfe5680000", 3, -1, {}},
                          Case{kOffsetV4WithId, 3, -1, topic_id()}}) {
    auto change = decode_text(kOffsetKey, from_hex(one.hex));
    ASSERT_TRUE(change) << one.hex;
    const auto& stored = std::get<OffsetStored>(*change);
    CommittedOffset expected = offset_42();
    expected.leader_epoch = LeaderEpoch(one.epoch);
    expected.expire_timestamp = Timestamp{one.expire_ms};
    expected.topic_id = one.topic_id;
    EXPECT_EQ(stored.offset, expected) << one.hex;
    EXPECT_EQ(stored.group_id + "/" + stored.topic, "g/orders");
    EXPECT_EQ(stored.partition, 7);
  }
}

TEST(Records, GroupsOfEveryVersionThatKafkaWroteAreRead) {
  const char* const versions[] = {
      "00000008636f6e73756d657200000005000572616e676500026d310000000200026d310003617070000a2f3132372e302e302e31000027100000000201"
      "02000000010300026d320003617070000a2f3132372e302e302e31000027100000000000000000",
      "00010008636f6e73756d657200000005000572616e676500026d310000000200026d310003617070000a2f3132372e302e302e310000ea600000271000"
      "0000020102000000010300026d320003617070000a2f3132372e302e302e310000ea60000027100000000000000000",
      "00020008636f6e73756d657200000005000572616e676500026d310000018bcfe568000000000200026d310003617070000a2f3132372e302e302e3100"
      "00ea6000002710000000020102000000010300026d320003617070000a2f3132372e302e302e310000ea60000027100000000000000000",
      kGroupV3,
      "000409636f6e73756d6572000000050672616e6765036d310000018bcfe5680003036d3100046170700b2f3132372e302e302e310000ea600000271003"
      "0102020300036d32036932046170700b2f3132372e302e302e310000ea600000271001010000"};
  for (int version = 0; version <= 4; ++version) {
    auto change = decode_text(kGroupKey, from_hex(versions[version]));
    ASSERT_TRUE(change) << version;
    StoredGroup expected = group_5();
    if (version < 2) expected.state_timestamp = kNoTimestamp;
    for (StoredMember& member : expected.members) {
      if (version < 1) member.rebalance_timeout_ms = member.session_timeout_ms;
      if (version < 3) member.group_instance_id.reset();
    }
    EXPECT_EQ(std::get<GroupStored>(*change).group, expected) << version;
  }
}

TEST(Records, KindsAndVersionsFromTheFutureArePassedOver) {
  EXPECT_TRUE(std::holds_alternative<UnknownRecord>(*decode_text(from_hex("0003000167"), from_hex("000000"))));
  EXPECT_TRUE(std::holds_alternative<UnknownRecord>(*decode_text(kGroupKey, from_hex("0005ff"))));
  EXPECT_TRUE(std::holds_alternative<UnknownRecord>(*decode_text(kOffsetKey, from_hex("0005ff"))));
}

TEST(Records, WhatDoesNotParseIsRefused) {
  EXPECT_FALSE(decode_text("", std::nullopt));
  EXPECT_FALSE(decode_text(from_hex("ffff000167"), std::nullopt));
  EXPECT_FALSE(decode_text(kGroupKey + "x", std::nullopt));
  EXPECT_FALSE(decode_text(kOffsetKey, from_hex("ffff")));
  EXPECT_FALSE(decode_text(kGroupKey, ""));
  // A member count that the bytes cannot hold, and one member twice.
  EXPECT_FALSE(decode_text(kGroupKey, from_hex("0003000000000000ffffffffffffffffffffffff7fffffff")));
  StoredGroup twice = group_5();
  twice.members[1] = twice.members[0];
  EXPECT_FALSE(decode_text(kGroupKey, encode(GroupStored{"g", twice}).value));
  StoredGroup no_protocol = group_5();
  no_protocol.protocol_name.reset();
  EXPECT_FALSE(decode_text(kGroupKey, encode(GroupStored{"g", no_protocol}).value));
}

TEST(Records, ATruncatedRecordNeverReadsAsAWholeOne) {
  for (const auto& [key, hex] : {std::pair(kOffsetKey, kOffsetV3), std::pair(kOffsetKey, kOffsetV4WithId),
                                 std::pair(kOffsetKey, kOffsetV1), std::pair(kGroupKey, kGroupV3)}) {
    std::string whole = from_hex(hex);
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(decode_text(key, whole.substr(0, size))) << size;
  }
}

RC_GTEST_PROP(Records, ReadBackAsTheyWereWritten, ()) {
  CommittedOffset offset{Offset(*rc::gen::arbitrary<std::int64_t>()), LeaderEpoch(*rc::gen::arbitrary<std::int32_t>()),
                         *rc::gen::arbitrary<std::string>(), Timestamp{*rc::gen::arbitrary<std::int64_t>()},
                         Timestamp{*rc::gen::element<std::int64_t>(-1, 0, 1'700'000'000'000)}, {}};
  offset.topic_id.bytes[3] = *rc::gen::inRange<std::uint8_t>(0, 2);
  auto text = *rc::gen::arbitrary<std::string>();
  StoredChange change = as_stored(OffsetStored{text, *rc::gen::arbitrary<std::string>(), 3, offset});
  LogRecord record = encode(change);
  auto read = decode_text(record.key, record.value);
  RC_ASSERT(read.has_value());
  RC_ASSERT(std::get<OffsetStored>(*read).offset == std::get<OffsetStored>(change).offset);
  RC_ASSERT(std::get<OffsetStored>(*read).group_id == text);
}

// Kafka's ConsumerProtocol.serializeSubscription, version 3, with owned partitions, generation and rack.
const char* const kSubscription =
    "00030000000200066f72646572730003706179ffffffff00000001000370617900000001000000010000000400047261636b";

TEST(Subscription, TopicsAreReadFromAnyVersion) {
  EXPECT_EQ(subscribed_topics(as_bytes(from_hex(kSubscription))), (std::set<std::string>{"orders", "pay"}));
  EXPECT_EQ(subscribed_topics(testing::subscription({"a"}).view()), std::set<std::string>{"a"});
  EXPECT_EQ(subscribed_topics(testing::subscription({}).view()), std::set<std::string>());
  EXPECT_EQ(subscribed_topics(as_bytes(from_hex("006300000001000161"))), std::set<std::string>{"a"});
}

TEST(Subscription, HostileBytesAreRefused) {
  for (const char* hex : {"", "00", "0000", "0001000000", "00007fffffff", "0000ffffffff", "000000000001ffff", "0000000000017fff61",
                          "ffff00000000"}) {
    EXPECT_FALSE(subscribed_topics(as_bytes(from_hex(hex)))) << hex;
  }
}

}  // namespace
}  // namespace wharf::groups
