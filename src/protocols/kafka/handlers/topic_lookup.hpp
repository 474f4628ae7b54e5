#pragma once
// What a request means by a topic: by name, or from certain versions on by id; and the checks every partition request needs.
#include <memory>
#include <optional>
#include <string_view>

#include "broker/catalogue.hpp"
#include "model/ids.hpp"
#include "protocols/kafka/api/error_code.hpp"

namespace wharf::kafka {

/// A topic of a request, or why there is none: UNKNOWN_TOPIC_OR_PARTITION by name, UNKNOWN_TOPIC_ID by id.
struct NamedTopic {
  std::shared_ptr<const cluster::Topic> topic;  // nullptr on an error
  KafkaError error = KafkaError::kNone;
};
/// nullptr also where it is of another namespace: Kafka clients see only those of the default one.
std::shared_ptr<const cluster::Topic> find_topic(const cluster::TopicTable& topics, TopicId id);
NamedTopic find_topic(const cluster::TopicTable& topics, std::string_view name, TopicId id, bool by_id);

/// kNone, UNKNOWN_TOPIC_OR_PARTITION, FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH (KIP-320; -1: the client did not say).
KafkaError check_partition(const cluster::Topic& topic, PartitionIndex partition, LeaderEpoch asked, LeaderEpoch current);

/// Kafka's rule: 1 to 249 of [a-zA-Z0-9._-], neither "." nor "..". None when the name is fine, else Kafka's sentence.
std::optional<std::string> refuse_topic_name(std::string_view name);

/// The address this client is told to use: kafka.advertised, or the one it reached us at.
struct Door;
struct ClientSession;
Endpoint advertised(const Door& door, const ClientSession& client);

}  // namespace wharf::kafka
