#pragma once
// One connection that fetches its partitions again and again.
#include <memory>
#include <vector>

#include "client/connection.hpp"
#include "load/consume_load.hpp"
#include "protocols/kafka/api/fetch.hpp"

namespace wharf::load {

class ConsumeLane {
 public:
  ConsumeLane(ConsumeState* state, runtime::Shard* shard, std::unique_ptr<client::Connection> connection,
              client::Topic topic);

  /// Asks for the partitions' offsets: where to begin, and where the end is now.
  runtime::Task<Result<void>> find_offsets();
  runtime::Task<void> fetch_all();
  void stop() { connection_->close(); }

 private:
  struct Reading {
    PartitionIndex index;
    Offset start, end, next;
  };

  kafka::FetchRequest request() const;
  bool done() const;
  Result<void> take(const kafka::FetchResponse& response);
  void count_batches(ByteView records, Reading* reading);

  ConsumeState& state_;
  runtime::Shard& shard_;
  std::unique_ptr<client::Connection> connection_;
  client::Topic topic_;  // with this lane's partitions only
  std::vector<Reading> readings_;
};

}  // namespace wharf::load
