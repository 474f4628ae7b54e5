#pragma once
// Escapes in header names and values: none in 1.0; \n, \c and \\ in 1.1; \r too in 1.2 (section "Value Encoding" of
// each). CONNECT and CONNECTED are not escaped in any version.
#include <optional>
#include <string>
#include <string_view>

#include "protocols/stomp/wire/frame.hpp"

namespace wharf::stomp {

/// Whether it can be used as it stands.
inline bool is_escaped(std::string_view text, Version version) {
  return version != Version::k10 && text.find('\\') != std::string_view::npos;
}

/// None: it has an escape that the version does not know.
std::optional<std::string> unescape(std::string_view text, Version version);

/// Adds it to `to`. False, and nothing is added: the version has no way to write it.
bool escape(std::string_view text, Version version, std::string& to);

}  // namespace wharf::stomp
