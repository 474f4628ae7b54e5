#pragma once
// Whether bytes are text: UTF-8 as RFC 3629 has it, without surrogates, without longer forms than needed.
#include <string_view>

namespace wharf {

bool is_utf8(std::string_view text);

}  // namespace wharf
