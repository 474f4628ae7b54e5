#pragma once
// Reads a topic's partitions onwards from where each of them stands, from whoever leads it now.
//
//   Fetcher fetcher(&cluster, topic, positions);
//   while (fetcher.reading()) {
//     auto batches = co_await fetcher.next();     // none, when nothing came for a while
//     ...
//   }
#include <optional>
#include <vector>

#include "client/cluster.hpp"
#include "model/record_batch.hpp"
#include "protocols/kafka/api/fetch.hpp"

namespace wharf::client {

struct Position {
  PartitionIndex partition;
  Offset next;
  std::optional<Offset> end;  // nothing at or after it is wanted
};

struct FetchedBatch {
  PartitionIndex partition;
  BatchView batch;  // into its frame
  Offset from;      // records below were not asked for
  std::optional<Offset> end;
};

struct FetchedBatches {
  std::vector<FetchedBatch> batches;
  std::vector<kafka::Frame> frames;  // what the batches point into
};

class Fetcher {
 public:
  Fetcher(Cluster* cluster, Topic topic, std::vector<Position> positions);

  /// Some position has not reached its end.
  bool reading() const;
  /// Whole batches with sound checksums. Changes of leaders are followed, and brokers that are away are waited for up
  /// to the request timeout; none comes back meanwhile. Errors: what is_away(), kOffsetOutOfRange, kCorruptMessage, and
  /// what the broker refuses.
  runtime::Task<Result<FetchedBatches>> next();

 private:
  runtime::Task<Result<void>> follow_leaders();
  std::vector<NodeId> leaders() const;
  kafka::FetchRequest request_to(NodeId leader, bool alone) const;
  Result<void> take(const kafka::FetchResponse& response, FetchedBatches* fetched);
  Result<void> take_batches(ByteView records, Position* position, FetchedBatches* fetched);
  NodeId leader_of(PartitionIndex partition) const;

  Cluster& cluster_;
  Topic topic_;
  std::vector<Position> positions_;
  bool leaders_changed_ = false;
  MonotonicTime answered_;
};

}  // namespace wharf::client
