#pragma once
// Reads a configuration file: TOML, its keys nested or dotted as one likes ([kafka] listen = ..., or kafka.listen =
// ...). Knows no key and no meaning; the text may be anything.
#include <string_view>
#include <vector>

#include "config/server_config.hpp"

namespace wharf::config {

/// One setting per value, its place "name:line". A name set twice, arrays, dates and text that is not TOML are errors.
Result<std::vector<Setting>> settings_of_toml(std::string_view file_name, std::string_view text);

}  // namespace wharf::config
