#pragma once
// A message of a queue as a row of a table: where it is, and how its body begins.
#include <cstddef>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "cli/text_table.hpp"

namespace wharf::cli {

/// More of a body than a row shows need not be asked for.
inline constexpr std::size_t kPreviewBytes = 60;

TextTable message_table();
/// Of a message as the API shows it, its body in base64.
std::vector<std::string> message_row(const boost::json::value& one);

}  // namespace wharf::cli
