#include "sim/seeds.hpp"

#include <cstdlib>
#include <numeric>
#include <optional>
#include <string>

namespace wharf::sim {
namespace {

std::optional<std::uint64_t> number_from_environment(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

}  // namespace

std::vector<std::uint64_t> seeds(std::uint64_t ordinary) {
  if (std::optional<std::uint64_t> one = number_from_environment("WHARF_SIM_SEED")) return {*one};
  std::vector<std::uint64_t> all(number_from_environment("WHARF_SIM_SEEDS").value_or(ordinary));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::vector<std::uint64_t> run_seeds(std::uint64_t ordinary, const std::function<std::uint64_t(std::uint64_t seed)>& scenario) {
  std::vector<std::uint64_t> unstable;
  for (std::uint64_t seed : seeds(ordinary)) {
    if (scenario(seed) != scenario(seed)) unstable.push_back(seed);
  }
  return unstable;
}

}  // namespace wharf::sim
