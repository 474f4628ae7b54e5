#pragma once
// What a measurement found, for people and for programs.
#include <string>
#include <string_view>

#include "load/measurement.hpp"

namespace wharf::cli {

/// Lines of text; `verb` is "produced" or "consumed".
std::string bench_text(std::string_view verb, const load::Measured& measured);
/// One line of JSON; times in milliseconds, sizes in bytes, rates per second.
std::string bench_json(std::string_view verb, const load::Measured& measured);

}  // namespace wharf::cli
