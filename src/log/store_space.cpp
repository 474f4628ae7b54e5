#include "log/store_space.hpp"

namespace wharf::log {

using runtime::Task;

bool StoreSpace::takes_records(const PartitionId& id, bool from_client) const {
  const SpaceGuard& space = with_.folder->space();
  bool refused = from_client ? space.full() : space.starved();
  return !refused || precedes(id);
}

Task<bool> StoreSpace::make_room(std::uint64_t bytes, ReserveUse use) {
  constexpr std::uint64_t kBesides = 128u << 10;
  std::uint64_t wanted = bytes + bytes / 16 + kBesides;
  auto work = [folder = with_.folder, wanted, use] { return folder->space().give_up_reserve(wanted, use); };
  bool made = co_await runtime::run_blocking(*with_.shard, std::move(work));
  co_return made;
}

Task<void> StoreSpace::run() {
  constexpr Milliseconds kInterval{1'000};
  while (!stopping_ && with_.shard->index().value == 0) {
    // The first look may write the whole reserve: what a start has to sync must not wait behind that.
    [[maybe_unused]] bool stopped = co_await stop_signal_.wait_until(with_.shard->now() + kInterval);
    if (stopping_) break;
    co_await runtime::run_blocking(*with_.shard, [folder = with_.folder] { folder->space().look(); });
  }
}

void StoreSpace::stop() {
  stopping_ = true;
  stop_signal_.notify();
}

}  // namespace wharf::log
