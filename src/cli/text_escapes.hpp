#pragma once
// Characters that a shell makes hard to type: \n, \r, \t, \0, \\ and \xNN in delimiters and formats; and what a
// terminal would obey instead of showing it.
#include <string>
#include <string_view>

#include "model/error.hpp"

namespace wharf::cli {

/// Errors: kInvalidArgument for another letter behind a backslash.
Result<std::string> unescape(std::string_view text);
/// On one line, with \xNN for what is no character or acts on a terminal: names are what clients make them.
std::string printable(std::string_view text);

}  // namespace wharf::cli
