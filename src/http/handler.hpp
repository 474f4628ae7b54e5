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
};

}  // namespace wharf::http
