#pragma once
// Checks of options' values that say what would be right: "must be at least 1". The parser puts the option's name
// before it.
#include <cstdint>

#include <CLI/CLI.hpp>

namespace wharf::cli {

/// A whole number of `lowest` to `highest`.
CLI::Validator whole_number(std::int64_t lowest, std::int64_t highest = std::int64_t{1} << 30);
/// A number above 0, or from 0 on; fractions are fine.
CLI::Validator above_zero();
CLI::Validator at_least_zero();

}  // namespace wharf::cli
