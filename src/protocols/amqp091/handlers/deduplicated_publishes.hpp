#pragma once
// Publishes of one turn that come to an exchange which drops duplicates: they are routed by the node's deduplication
// port, each as a whole, and answered when it has.
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "broker/deduplication.hpp"
#include "protocols/amqp091/handlers/owned_command.hpp"

namespace wharf::amqp091 {

class Channel;

struct DeduplicatedPublishes {
  struct Answer {
    std::shared_ptr<Channel> channel;
    std::optional<std::uint64_t> tag;     // awaits a confirm
    std::optional<OwnedCommand> publish;  // goes back to its publisher if it goes nowhere
  };
  std::vector<broker::ToDeduplicate> messages;
  std::vector<Answer> answers;  // one for each
  std::uint64_t bytes = 0;      // of bodies
};

}  // namespace wharf::amqp091
