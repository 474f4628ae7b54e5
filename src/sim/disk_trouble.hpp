#pragma once
// A bad day of a simulated disk, drawn: some of its calls fail, or it has little room, or neither. mend() ends it.
#include "sim/faulty_file_system.hpp"
#include "sim/random.hpp"

namespace wharf::sim {

/// `reads`: whether reads fail too; where a scenario reads to compare, they must not.
inline void draw_trouble(FaultyFileSystem& disk, SeededRandom& random, bool reads = false) {
  auto rate = [&] { return static_cast<std::uint32_t>(random.coin() ? 0 : 1 + random.below(12)); };
  switch (random.below(3)) {
    case 0:
      disk.set_errors({.read_one_in = reads ? rate() : 0,
                       .write_one_in = rate(),
                       .sync_one_in = rate(),
                       .metadata_one_in = rate()});
      break;
    case 1: {
      runtime::DiskSpace space = *disk.space("");
      disk.set_capacity(space.total - space.available + random.below(60) * kPageBytes);
      break;
    }
    default:
      break;
  }
}

inline void mend(FaultyFileSystem& disk) {
  disk.set_errors({});
  disk.set_capacity(FaultyFileSystem::kAmple);
}

}  // namespace wharf::sim
