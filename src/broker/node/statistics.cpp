#include "broker/node/statistics.hpp"

namespace wharf::broker {
namespace {

/// What a shard looks at before it lets others run.
constexpr std::size_t kConnectionsPerSlice = 64;

template <class Traffic>
void keep_totals(Traffic gone, Traffic& of_all) {
  gone.rates = {};
  of_all.add(gone);
}

/// Of virtual hosts that are gone, and that no connection is in any more, only what they add to the node's totals
/// stays.
void forget_gone(ShardTraffic& traffic, const Entities& entities, const runtime::Shard& shard) {
  MonotonicTime now = shard.now();
  std::erase_if(traffic.vhosts, [&](const auto& entry) {
    const auto& [name, counters] = entry;
    bool is_gone = counters.use_count() == 1 && !entities.find(shard, name);
    if (is_gone) {
      keep_totals(counters->messages.traffic(traffic.seconds, now), traffic.gone_messages);
      keep_totals(counters->connections.traffic(traffic.seconds, now), traffic.gone_connections);
    }
    return is_gone;
  });
}

void add_traffic(NodeShard& shard, const Entities& entities, NodeTraffic& into) {
  ShardTraffic& traffic = shard.traffic;
  MonotonicTime now = shard.shard.now();
  forget_gone(traffic, entities, shard.shard);
  into.gone.messages.add(traffic.gone_messages);
  into.gone.connections.add(traffic.gone_connections);
  into.churn.add(traffic.churn.traffic(traffic.seconds, now));
  for (const auto& [name, counters] : traffic.vhosts) {
    VhostNumbers& numbers = into.vhosts[name];
    numbers.messages.add(counters->messages.traffic(traffic.seconds, now));
    numbers.connections.add(counters->connections.traffic(traffic.seconds, now));
  }
}

void add_exchanges(NodeShard& shard, const NamespaceView& view, Statistics::ByExchange& into) {
  MonotonicTime now = shard.shard.now();
  for (routing::DestinationId id = 0; id < view.routes->destination_limit(); ++id) {
    const routing::ExchangeEntry* exchange = view.routes->exchange(id);
    if (exchange == nullptr || !exchange->traffic.has_counted()) continue;
    into[exchange->exchange.name].add(exchange->traffic.traffic(shard.traffic.seconds, now));
  }
}

}  // namespace

/// By their serials: connections come and go between the slices.
template <class Facts, class Look>
runtime::Task<std::vector<Facts>> NodeStatistics::each_connection(runtime::Shard& here, Look look) {
  std::vector<Facts> all;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    NodeShard* shard = &shards_.at(i);
    std::uint64_t last = 0;
    bool more = true;
    while (more) {
      auto slice = [shard, &all, &last, &more, look] {
        std::size_t looked = 0;
        auto at = shard->traffic.connections.upper_bound(last);
        for (; at != shard->traffic.connections.end() && looked < kConnectionsPerSlice; ++at, ++looked) {
          look(*at->second, all);
          last = at->first;
        }
        more = at != shard->traffic.connections.end();
      };
      co_await runtime::call_on(here, shard->shard, slice);
      co_await runtime::next_turn(here);
    }
  }
  co_return all;
}

runtime::Task<std::vector<ConnectionFacts>> NodeStatistics::connections(runtime::Shard& here) {
  return each_connection<ConnectionFacts>(
      here, [](const OpenConnection& one, std::vector<ConnectionFacts>& into) { into.push_back(one.facts()); });
}

runtime::Task<std::vector<ChannelFacts>> NodeStatistics::channels(runtime::Shard& here) {
  return each_connection<ChannelFacts>(
      here, [](const OpenConnection& one, std::vector<ChannelFacts>& into) { one.add_channels(into); });
}

runtime::Task<std::vector<ConsumerFacts>> NodeStatistics::consumers(runtime::Shard& here, std::string queue) {
  auto look = [queue = std::move(queue)](const OpenConnection& one, std::vector<ConsumerFacts>& into) {
    one.add_consumers(into, queue);
  };
  return each_connection<ConsumerFacts>(here, std::move(look));
}

runtime::Task<bool> NodeStatistics::close_connection(runtime::Shard& here, OpenConnectionId id, std::string reason) {
  NodeShard* shard = &shards_.at(id.shard.value);
  auto close = [shard, serial = id.serial, reason = std::move(reason)] {
    auto found = shard->traffic.connections.find(serial);
    if (found == shard->traffic.connections.end()) return false;
    found->second->force_close(reason);
    return true;
  };
  bool closed = co_await runtime::call_on(here, shard->shard, std::move(close));
  co_return closed;
}

runtime::Task<NodeTraffic> NodeStatistics::traffic(runtime::Shard& here) {
  NodeTraffic all;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    NodeShard* shard = &shards_.at(i);
    auto look = [shard, entities = &entities_, &all] { add_traffic(*shard, *entities, all); };
    co_await runtime::call_on(here, shard->shard, look);
  }
  co_return all;
}

runtime::Task<Statistics::ByExchange> NodeStatistics::exchanges(runtime::Shard& here, std::string name_space) {
  ByExchange all;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    NodeShard* shard = &shards_.at(i);
    auto look = [shard, entities = &entities_, &name_space, &all] {
      if (auto view = entities->find(shard->shard, name_space)) add_exchanges(*shard, *view, all);
    };
    co_await runtime::call_on(here, shard->shard, look);
  }
  co_return all;
}

}  // namespace wharf::broker
