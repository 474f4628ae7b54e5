#pragma once
// HTTP/1.1 from the other side: one request, one response, over a stream that is used for nothing else.
#include <string>

#include "http/message.hpp"
#include "model/error.hpp"
#include "runtime/stream.hpp"
#include "runtime/task.hpp"

namespace wharf::http {

struct Question {
  std::string method;
  std::string target;     // escaped: "/api/queues/%2F"
  std::string authority;  // the Host header: "localhost:15672"
  Pairs headers;          // others than Host, Content-Length, Connection
  std::string body;
};

/// What is above it is kTooLarge.
inline constexpr std::size_t kLargestAnswerBytes = 256u << 20;

/// kMalformed: no HTTP. kClosed and the stream's own: it ended before the response did. `stream` outlives the task.
runtime::Task<Result<Response>> ask(runtime::Stream* stream, Question question);

}  // namespace wharf::http
