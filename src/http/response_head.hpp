#pragma once
// A response's head as bytes.
#include <string>

#include "http/message.hpp"
#include "model/time.hpp"

namespace wharf::http {

/// With Content-Length (the body's, also where a HEAD leaves the body out), Date and Connection.
std::string response_head(const Response& response, bool keep_alive, Timestamp now);

}  // namespace wharf::http
