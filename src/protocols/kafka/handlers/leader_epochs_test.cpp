// What a client thinks of who leads (KIP-320): nothing, what was, what is, what is not yet. (Of a fetch: tests/clients/kafka/traps.)
#include <ostream>

#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

struct Case {
  std::int32_t asked;
  KafkaError answer;

  /// In the test's name, which must not have what lies between the members.
  friend void PrintTo(const Case& one, std::ostream* out) { *out << one.asked; }
};

class AskedLeaderEpoch : public testing::TestWithParam<Case> {
 protected:
  AskedLeaderEpoch() {
    door.create("orders");
    while (door.catalogue.topics(door.shard())->leader_epoch() < LeaderEpoch(2)) door.catalogue.begin_leading();
  }
  LeaderEpoch asked() const { return LeaderEpoch(GetParam().asked); }

  DoorUnderTest door;
};

TEST_P(AskedLeaderEpoch, OfListOffsets) {
  ListOffsetsRequest request;
  request.topics.push_back({.name = "orders", .partitions = {}});
  request.topics[0].partitions.emplace_back();
  request.topics[0].partitions[0].current_leader_epoch = asked();
  request.topics[0].partitions[0].timestamp = -1;
  for (std::int16_t version = 4; version <= 8; ++version) {
    ListOffsetsResponse response = door.ask(request, version);
    EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, GetParam().answer) << version;
  }
}

TEST_P(AskedLeaderEpoch, OfOffsetForLeaderEpoch) {
  OffsetForLeaderEpochRequest request;
  request.topics.push_back({.topic = "orders", .partitions = {}});
  request.topics[0].partitions.emplace_back();
  request.topics[0].partitions[0].current_leader_epoch = asked();
  for (std::int16_t version = 2; version <= 4; ++version) {
    OffsetForLeaderEpochResponse response = door.ask(request, version);
    EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, GetParam().answer) << version;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, AskedLeaderEpoch,
                         testing::Values(Case{-1, KafkaError::kNone}, Case{0, KafkaError::kFencedLeaderEpoch},
                                         Case{1, KafkaError::kFencedLeaderEpoch}, Case{2, KafkaError::kNone},
                                         Case{3, KafkaError::kUnknownLeaderEpoch}));

}  // namespace
}  // namespace wharf::kafka
