#pragma once
// Port: messages that come to an exchange of the type x-message-deduplication (routing::Routes::undecided). All such
// exchanges of a namespace are decided about on one of the node's shards, so that of two messages with one id only one
// goes on, whichever shards they came to. What they have seen is in memory, as in RabbitMQ's plugin: a restart forgets
// it.
#include <string>
#include <vector>

#include "model/error.hpp"
#include "queue/shell/delivery.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

struct ToDeduplicate {
  std::string name_space, exchange;     // where it is published
  std::vector<std::string> extra_keys;  // beside its own: of CC and BCC
  queue::Delivery message;              // its id means nothing
  bool is_dead_letter = false;          // not for queues that it died in already
};

enum class PassedOn : std::uint8_t {
  kKept,      // by all queues and logs that it goes to
  kRepeated,  // by those that the message with this id went to before
  kNowhere,   // `mandatory` asks about it
};

class Deduplication {
 public:
  virtual ~Deduplication() = default;
  /// Routes them from where they are published. One outcome per message, in order, when it is on disk: kFull,
  /// kDiskFull, kStorage, ...: something that it goes to has not kept it; it may come again. What repeats a message
  /// that is still on its way to the disk is answered with that one. Messages of one namespace and calling shard keep
  /// their order.
  virtual runtime::Task<std::vector<Result<PassedOn>>> pass_on(runtime::Shard& here,
                                                               std::vector<ToDeduplicate> messages) = 0;
};

}  // namespace wharf::broker
