#pragma once
// Many seeds of one scenario. WHARF_SIM_SEEDS sets how many a suite runs; WHARF_SIM_SEED replays one.
#include <cstdint>
#include <functional>
#include <vector>

namespace wharf::sim {

/// The seeds to run: `ordinary` of them, or what the environment asks for.
std::vector<std::uint64_t> seeds(std::uint64_t ordinary);

/// Runs `scenario` (seed -> trace hash) twice for each of seeds(ordinary). Gives the seeds whose two runs differed: none,
/// or a source of order outside of the seed.
std::vector<std::uint64_t> run_seeds(std::uint64_t ordinary, const std::function<std::uint64_t(std::uint64_t seed)>& scenario);

}  // namespace wharf::sim
