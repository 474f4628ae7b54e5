#pragma once
// Who answers a door's requests.
#include "http/message.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::http {

class Handler {
 public:
  virtual ~Handler() = default;
  /// On the connection's shard. A HEAD is answered as its GET; the body is left out later.
  virtual runtime::Task<Response> answer(runtime::Shard& here, Request request) = 0;
  /// What the body of this request may have, whose head says that it has more than the connection's limit. Who is let have
  /// more makes the server hold as much.
  virtual std::size_t larger_body([[maybe_unused]] const Request& head, std::size_t limit) const { return limit; }
};

}  // namespace wharf::http
