#pragma once
// Several brokers as one: who leads a partition, who coordinates a group, and a connection to each.
//
//   Cluster cluster(&shard, &network, bootstrap, {});
//   auto topic = co_await cluster.topic("orders", {.may_create = true});
//   auto leader = co_await cluster.broker(topic->partitions[0].leader);
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/connection.hpp"
#include "client/kafka_failure.hpp"
#include "protocols/kafka/api/metadata.hpp"

namespace wharf::client {

struct Partition {
  PartitionIndex index;
  NodeId leader{-1};
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
};

/// A topic of which every partition has a leader.
struct Topic {
  std::string name;
  TopicId id;                         // zero from a broker before Kafka 2.8
  std::vector<Partition> partitions;  // by rising index
};

struct TopicWish {
  bool may_create = false;             // lets the broker create it, where it does so on its own
  bool must_appear = false;            // a missing topic is waited for too: it was created a moment ago
  std::optional<MonotonicTime> until;  // instead of the request timeout; brokers that are away are waited for too
};

/// The broker is away and may come back: what was asked can be asked again.
bool is_away(const Error& error);

/// One shard's. Connections are opened when first asked for, and anew once they were lost.
class Cluster {
 public:
  Cluster(runtime::Shard* shard, runtime::Network* network, std::vector<Endpoint> bootstrap, ConnectionOptions options);
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  ~Cluster() { close(); }

  /// A connection to any broker: the first bootstrap address that answers.
  runtime::Task<Result<Connection*>> any();
  /// To a broker that metadata named; kNotFound for another.
  runtime::Task<Result<Connection*>> broker(NodeId id);
  /// To the broker that takes changes of topics; any, where none is named.
  runtime::Task<Result<Connection*>> controller();
  /// To the broker of a group, waiting while it is being found.
  runtime::Task<Result<Connection*>> coordinator(std::string group);
  /// A connection of the caller's own to that broker.
  runtime::Task<Result<std::unique_ptr<Connection>>> separate(NodeId id);

  /// Asks for metadata and remembers the brokers in it.
  runtime::Task<Result<kafka::MetadataResponse>> metadata(kafka::MetadataRequest request);
  /// Waits, up to the request timeout or `wish.until`, until every partition has a leader. Errors: kNotFound,
  /// kUnavailable, kInvalidName; where no broker is reached, is_away().
  runtime::Task<Result<Topic>> topic(std::string name, TopicWish wish);
  /// Called once each time topic() begins to wait for a broker that is away.
  void when_waiting(std::function<void(const Endpoint& bootstrap)> notice) { waiting_notice_ = std::move(notice); }
  /// Ids of the brokers that the last metadata named.
  std::vector<NodeId> brokers() const;

  runtime::Shard& shard() { return shard_; }
  const ConnectionOptions& options() const { return options_; }
  void close();

 private:
  runtime::Task<void> pause();
  runtime::Task<Result<Connection*>> ready(std::unique_ptr<Connection>* slot, Endpoint endpoint);

  runtime::Shard& shard_;
  runtime::Network& network_;
  std::vector<Endpoint> bootstrap_;
  ConnectionOptions options_;
  std::unique_ptr<Connection> any_;
  std::map<NodeId, Endpoint> endpoints_;
  std::map<NodeId, std::unique_ptr<Connection>> connections_;
  NodeId controller_{-1};
  std::function<void(const Endpoint&)> waiting_notice_;
};

/// "host:port,[::1]:9092"; a port may be left out (9092). Errors: kInvalidArgument.
Result<std::vector<Endpoint>> parse_bootstrap(std::string_view text);

}  // namespace wharf::client
