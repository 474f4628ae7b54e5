#include "broker/node/evictions.hpp"

#include <utility>

#include <fmt/format.h>

namespace wharf::broker {
namespace {

/// What a shard looks at before it lets others run.
constexpr std::size_t kConnectionsPerSlice = 64;

/// The slice behind the serial `last`, which moves on. False: there is nothing more.
template <class Concerns>
bool close_slice(const ShardTraffic& traffic, std::uint64_t& last, const Concerns& concerns,
                 const std::string& reason) {
  for (std::size_t looked = 0; looked < kConnectionsPerSlice; ++looked) {
    auto next = traffic.connections.upper_bound(last);  // found anew: the one before may have left the list
    if (next == traffic.connections.end()) return false;
    last = next->first;
    if (concerns(*next->second->facts().of)) next->second->force_close(reason);
  }
  return true;
}

}  // namespace

template <class Concerns>
runtime::Task<void> Evictions::close_each(runtime::Shard& here, Concerns concerns, std::string reason) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    NodeShard* shard = &shards_.at(i);
    std::uint64_t last = 0;
    bool more = true;
    while (more) {
      auto slice = [shard, &last, &concerns, &reason] { return close_slice(shard->traffic, last, concerns, reason); };
      more = co_await runtime::call_on(here, shard->shard, slice);
      co_await runtime::next_turn(here);
    }
  }
}

runtime::Task<void> Evictions::of_user(runtime::Shard& here, std::string name) {
  std::string reason = fmt::format("user '{}' is deleted", name);
  auto concerns = [name = std::move(name)](const ConnectionIntroduction& one) { return one.user == name; };
  return close_each(here, std::move(concerns), std::move(reason));
}

runtime::Task<void> Evictions::of_namespace(runtime::Shard& here, std::string name) {
  std::string reason = fmt::format("vhost '{}' is down", name);
  auto concerns = [name = std::move(name)](const ConnectionIntroduction& one) { return one.vhost == name; };
  return close_each(here, std::move(concerns), std::move(reason));
}

}  // namespace wharf::broker
