#pragma once
// Times as people and programs write them: ISO 8601.
#include <optional>
#include <string_view>

#include "model/time.hpp"

namespace wharf {

/// 2026-01-31T12:00:00.25+01:00; Z, or no offset: UTC; a day alone: its beginning. What is less than a millisecond is
/// cut off. None: something else, a day that its month does not have, a time before 1970.
std::optional<Timestamp> read_iso_time(std::string_view text);

}  // namespace wharf
