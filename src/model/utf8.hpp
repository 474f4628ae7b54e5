#pragma once
// Which bytes are text.
#include <string>
#include <string_view>

namespace wharf {

/// Whether all of it is UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above 10FFFF.
bool is_utf8(std::string_view text);
/// With U+FFFD for each byte that is of no character.
std::string shown_as_utf8(std::string_view text);

}  // namespace wharf
