#include "sim/machine.hpp"

namespace wharf::sim {

Machine::Machine(std::uint64_t seed, std::uint64_t number, std::string host, std::size_t shards,
                 std::unique_ptr<FaultyFileSystem> disk, EventQueue& events, Trace& trace)
    : host_(std::move(host)), number_(number), pool_(seed + number, events, trace), disk_(std::move(disk)) {
  clock_.advance_to(events.now());
  disk_->set_trace(&trace);
  for (std::size_t i = 0; i < shards; ++i) {
    shards_.push_back(std::make_unique<runtime::Shard>(ShardIndex(static_cast<std::uint32_t>(i)), clock_, pool_));
  }
}

}  // namespace wharf::sim
