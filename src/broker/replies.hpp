#pragma once
// Port: direct replies, to a consumer that has no queue. Nothing is stored: a reply reaches who waits for it now, or
// nobody.
//
//   std::string address = replies.open(here, sink);        // tell it to whoever shall answer
//   replies.send(here, {{address, message}});              // from any shard
//   replies.close(here, address);
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "queue/shell/delivery.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

/// What a waiting connection is told, on its own shard.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  virtual void replied(std::vector<queue::Delivery> replies) = 0;
};

struct Reply {
  std::string address;
  queue::Delivery message;  // its id means nothing
};

class Replies {
 public:
  virtual ~Replies() = default;
  /// Where replies to `sink` go until close(): unlike any other for as long as the node runs, and not to be guessed.
  /// Letters, digits, '-', '_' and '.'; up to 64 of them.
  virtual std::string open(runtime::Shard& here, std::shared_ptr<ReplySink> sink) = 0;
  /// On the shard that opened it.
  virtual void close(runtime::Shard& here, std::string_view address) = 0;
  /// In one hop per shard. From one shard to one address they arrive in order; what is for nobody is dropped.
  virtual void send(runtime::Shard& here, std::vector<Reply> replies) = 0;
  virtual runtime::Task<bool> is_open(runtime::Shard& here, std::string address) = 0;
};

}  // namespace wharf::broker
