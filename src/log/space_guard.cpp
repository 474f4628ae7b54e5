#include "log/space_guard.hpp"

#include <algorithm>

namespace wharf::log {

SpaceGuard::SpaceGuard(runtime::FileSystem& files, std::filesystem::path folder, std::uint64_t reserve_bytes, std::uint32_t stores,
                       runtime::Logger& logger)
    : files_(files), folder_(std::move(folder)), logger_(logger), reserve_bytes_(reserve_bytes),
      reserve_(files, folder_ / "reserve", reserve_bytes), waiting_(stores) {}

std::uint64_t SpaceGuard::spent() const {
  std::uint64_t sum = 0;
  for (const std::atomic<std::uint64_t>& bytes : waiting_) sum += bytes.load(std::memory_order_relaxed);
  return sum;
}

void SpaceGuard::become_full(std::uint64_t available) {
  if (full_.exchange(true)) return;
  logger_.error("the disk is full: records are refused until there is room; reads and deletes go on",
                {{"folder", folder_.string()}, {"available_bytes", available}});
}

/// Between the two bounds nothing changes: appends that are let in must not be refused by the next look.
bool SpaceGuard::is_short(std::uint64_t available) const { return available < (full() ? reserve_bytes_ : reserve_bytes_ / 2) + spent(); }

bool SpaceGuard::is_scarce(std::uint64_t bytes) const {
  if (reserve_bytes_ == 0) return false;
  if (full()) return true;
  Result<runtime::DiskSpace> space = files_.space(folder_);
  return space && is_short(space->available - std::min(bytes, space->available));
}

void SpaceGuard::glance() {
  if (reserve_bytes_ == 0) return;
  Result<runtime::DiskSpace> space = files_.space(folder_);
  if (!space) return;
  low_ = space->available < reserve_bytes_ + spent();
  if (is_short(space->available)) become_full(space->available);
}

void SpaceGuard::look() {
  if (reserve_bytes_ == 0) return;
  Result<runtime::DiskSpace> space = files_.space(folder_);
  if (space && is_short(space->available) && drop_idle()) space = files_.space(folder_);
  if (!space) return;  // whatever is wrong, a write will tell
  low_ = space->available < reserve_bytes_ + spent();
  if (is_short(space->available)) return become_full(space->available);
  if (!full() && reserve_.is_whole()) return;
  Result<bool> whole = reserve_.ensure();
  if (!whole || !*whole || !full_.exchange(false)) return;
  starved_ = false;
  logger_.info("there is room on the disk again", {{"folder", folder_.string()}, {"available_bytes", space->available}});
}

void SpaceGuard::note_full() {
  if (reserve_bytes_ > 0) become_full(0);
}

bool SpaceGuard::give_up_reserve(std::uint64_t bytes, ReserveUse use) {
  if (reserve_bytes_ == 0) return false;
  note_full();
  if (drop_idle()) return true;
  bool confirmed = use == ReserveUse::kConfirmed;
  Result<bool> released = reserve_.release(bytes, confirmed ? reserve_bytes_ / 2 : 0);
  if (!released || !*released) {
    if (confirmed && !starved_.exchange(true)) {
      logger_.error("what was confirmed finds no place: it stays in the write-ahead log until there is room",
                    {{"folder", folder_.string()}});
    }
    return false;
  }
  logger_.warn("some of the reserve is given up for what must be written on a full disk",
               {{"folder", folder_.string()}, {"bytes", bytes}});
  return true;
}

}  // namespace wharf::log
