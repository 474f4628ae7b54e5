#pragma once
// Bytes as text (RFC 4648, section 4): with padding, without line ends.
#include <optional>
#include <string>
#include <string_view>

#include "model/bytes.hpp"

namespace wharf {

void append_base64(ByteView bytes, std::string* out);
std::string base64(ByteView bytes);
/// None for what base64() would not have written: other characters, missing padding, bits that mean nothing.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace wharf
