#pragma once
// The target of a request line (RFC 9112, section 3.2): path and query, decoded.
#include <string_view>

#include "http/message.hpp"
#include "model/error.hpp"

namespace wharf::http {

/// Fills path, segments and query. Takes "/path?a=b" and "http://host/path"; kMalformed for anything else and for a bad %-escape.
Result<void> read_target(std::string_view target, Request& request);

}  // namespace wharf::http
