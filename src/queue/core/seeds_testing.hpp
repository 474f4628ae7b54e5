#pragma once
// The seeds that a simulation of this room plays: 1 to 300, or as WHARF_SIM_SEEDS and WHARF_SIM_SEED say (README.md).
#include <cstdint>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace wharf::queue {

inline std::uint64_t seed_setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Plays a Simulation of each seed up to the first that fails, which is named.
template <class Simulation>
void play_seeds() {
  const std::uint64_t only = seed_setting("WHARF_SIM_SEED", 0);
  const std::uint64_t last = only ? only : seed_setting("WHARF_SIM_SEEDS", 300);
  for (std::uint64_t seed = only ? only : 1; seed <= last; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation(seed).play();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace wharf::queue
