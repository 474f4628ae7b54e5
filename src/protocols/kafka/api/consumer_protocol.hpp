#pragma once
// The embedded protocol of classic consumer groups: the bytes inside JoinGroup and SyncGroup when protocol_type is
// "consumer". To the broker they are opaque, but tools that describe a group read them. Version 1 brought owned
// partitions (KIP-429), 2 the generation (KIP-792), 3 the rack (KIP-881).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/wire/codec.hpp"
#include "protocols/kafka/wire/reader.hpp"

namespace wharf::kafka {

/// What a consumer says in JoinGroup: the metadata bytes of protocol type "consumer".
struct ConsumerProtocolSubscription {
  struct TopicPartition {
    std::string topic;
    std::vector<PartitionIndex> partitions;

    friend bool operator==(const TopicPartition&, const TopicPartition&) = default;
  };

  std::vector<std::string> topics;
  std::optional<Bytes> user_data;
  std::vector<TopicPartition> owned_partitions;
  std::int32_t generation_id = -1;
  std::optional<std::string> rack_id;

  friend bool operator==(const ConsumerProtocolSubscription&, const ConsumerProtocolSubscription&) = default;
};

/// What a consumer is told in SyncGroup: the assignment bytes of protocol type "consumer".
struct ConsumerProtocolAssignment {
  struct TopicPartition {
    std::string topic;
    std::vector<PartitionIndex> partitions;

    friend bool operator==(const TopicPartition&, const TopicPartition&) = default;
  };

  std::vector<TopicPartition> assigned_partitions;
  std::optional<Bytes> user_data;

  friend bool operator==(const ConsumerProtocolAssignment&, const ConsumerProtocolAssignment&) = default;
};

/// These bytes begin with their own int16 version. A newer one than we know reads as our newest: Kafka only ever
/// appends fields.
Result<ConsumerProtocolSubscription> decode_subscription(ByteView bytes);
Result<ConsumerProtocolAssignment> decode_assignment(ByteView bytes);
Result<void> encode_subscription(const ConsumerProtocolSubscription& subscription, std::int16_t version,
                                 Writer& writer);
Result<void> encode_assignment(const ConsumerProtocolAssignment& assignment, std::int16_t version, Writer& writer);

}  // namespace wharf::kafka
