#pragma once
// Answers in JSON, and the one form of what goes wrong: {"error": ..., "reason": ...}, as RabbitMQ's management plugin
// has it.
#include <string_view>

#include <boost/json/value.hpp>

#include "http/message.hpp"

namespace wharf::json_http {

http::Response json_answer(const boost::json::value& body);
http::Response error_answer(unsigned status, std::string_view error, const boost::json::value& reason);

/// As JSON has it: bytes that are no UTF-8 become U+FFFD.
boost::json::string json_text(std::string_view text);

}  // namespace wharf::json_http
