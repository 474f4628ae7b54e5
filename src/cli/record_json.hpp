#pragma once
// A record as one line of JSON, written straight into a buffer: this is what limits `wharf consume -f json`.
#include <string>

#include "cli/record_format.hpp"

namespace wharf::cli {

void append_json(const PlacedRecord& placed, std::string* out);
/// With quotes. `text` is UTF-8.
void append_json_string(std::string_view text, std::string* out);

}  // namespace wharf::cli
