#include "load/produce_load.hpp"

#include <algorithm>
#include <set>

#include "load/produce_lane.hpp"

namespace wharf::load {

Producers::Producers(client::Cluster* cluster, Measurement* measurement, ProduceLoad load)
    : cluster_(*cluster), tasks_(cluster->shard()) {
  state_.load = std::move(load);
  state_.measurement = measurement;
}

Producers::~Producers() = default;

runtime::Task<Result<void>> Producers::open(client::Topic topic) {
  runtime::Shard& shard = cluster_.shard();
  ProduceLoad& load = state_.load;
  Result<SharedBytes> batch =
      load.stamp ? load.stamp->stamped(shard.now()) : prepare_batch(load.shape, shard.clock().wall_now());
  if (!batch) co_return fail(batch.error());
  state_.batch = std::move(*batch);
  if (load.one_partition) topic.partitions.resize(1);
  std::set<NodeId> leaders;
  for (const client::Partition& partition : topic.partitions) leaders.insert(partition.leader);
  const std::vector<NodeId> brokers(leaders.begin(), leaders.end());
  for (std::size_t i = 0; i < load.connections; ++i) {
    const NodeId broker = brokers[i % brokers.size()];
    auto connection = co_await cluster_.separate(broker);
    if (!connection) co_return fail(connection.error());
    std::vector<client::Partition> led;
    std::ranges::copy_if(topic.partitions, std::back_inserter(led),
                         [broker](const client::Partition& p) { return p.leader == broker; });
    auto lane = std::make_unique<ProduceLane>(&state_, &shard, std::move(*connection));
    if (Result<void> prepared = lane->prepare(topic, led, i / brokers.size()); !prepared) co_return prepared;
    if (load.records_per_second) {
      const double interval = std::max(1.0, 1e9 * load.shape.records / *load.records_per_second);
      lane->pace(Nanoseconds(static_cast<std::int64_t>(interval * static_cast<double>(i))),
                 Nanoseconds(static_cast<std::int64_t>(interval * static_cast<double>(load.connections))));
    }
    lanes_.push_back(std::move(lane));
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> Producers::run() {
  const auto batch_records = static_cast<std::uint64_t>(state_.load.shape.records);
  if (state_.load.records) state_.unclaimed = (*state_.load.records + batch_records - 1) / batch_records;
  state_.started = cluster_.shard().now();
  for (const auto& lane : lanes_) {
    tasks_.spawn("bench-receive", lane->receive_all());
    tasks_.spawn("bench-send", lane->send_all());
  }
  co_await tasks_.close();
  state_.measurement->finish();
  co_return state_.outcome;
}

void Producers::stop() {
  state_.stopping = true;
  for (const auto& lane : lanes_) lane->wake();
}

}  // namespace wharf::load
