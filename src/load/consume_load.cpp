#include "load/consume_load.hpp"

#include <map>

#include "load/consume_lane.hpp"

namespace wharf::load {

Consumers::Consumers(client::Cluster* cluster, Measurement* measurement, ConsumeLoad load)
    : cluster_(*cluster), tasks_(cluster->shard()) {
  state_.load = std::move(load);
  state_.measurement = measurement;
}

Consumers::~Consumers() = default;

runtime::Task<Result<void>> Consumers::open(client::Topic topic) {
  std::map<NodeId, std::vector<client::Partition>> led;
  for (const client::Partition& partition : topic.partitions) led[partition.leader].push_back(partition);
  for (std::size_t reader = 0; reader < state_.load.readers; ++reader) {
    for (const auto& [broker, partitions] : led) {
      const std::size_t connections = std::min(state_.load.connections, partitions.size());
      for (std::size_t i = 0; i < connections; ++i) {
        client::Topic share{topic.name, topic.id, {}};
        for (std::size_t p = i; p < partitions.size(); p += connections) share.partitions.push_back(partitions[p]);
        auto connection = co_await cluster_.separate(broker);
        if (!connection) co_return fail(connection.error());
        auto lane = std::make_unique<ConsumeLane>(&state_, &cluster_.shard(), std::move(*connection), std::move(share));
        Result<void> found = co_await lane->find_offsets();
        if (!found) co_return found;
        lanes_.push_back(std::move(lane));
      }
    }
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> Consumers::run() {
  for (const auto& lane : lanes_) tasks_.spawn("bench-fetch", lane->fetch_all());
  co_await tasks_.close();
  if (!state_.load.from_end) state_.measurement->finish();
  co_return state_.outcome;
}

void Consumers::stop() {
  state_.stopping = true;
  for (const auto& lane : lanes_) lane->stop();
}

}  // namespace wharf::load
