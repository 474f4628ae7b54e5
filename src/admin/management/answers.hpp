#pragma once
// Responses as RabbitMQ's management plugin gives them: {"error": ..., "reason": ...} for what went wrong.
#include <string_view>

#include <boost/json/value.hpp>

#include "admin/json_http/answers.hpp"
#include "http/message.hpp"
#include "model/error.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"

namespace wharf::management {

using json_http::error_answer;
using json_http::json_answer;
using json_http::json_text;

http::Response created();
http::Response no_content();
/// What a PUT did: 201 or 204.
inline http::Response put_answer(bool is_new) {
  return is_new ? created() : no_content();
}

/// 404 of what the path names.
http::Response nothing_here();
/// 404 of what it takes to get there: "vhost_not_found".
http::Response not_found(std::string_view what);
http::Response bad_request(const boost::json::value& reason);
/// 401: signed in, and not allowed to.
http::Response not_authorised(std::string_view reason);

/// What a port answered, and what AMQP's rules say about arguments.
http::Response answer_of(const Error& error);
http::Response answer_of(const amqp091::ProtocolError& error);

}  // namespace wharf::management
