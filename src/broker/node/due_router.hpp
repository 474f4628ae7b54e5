#pragma once
// Routes delayed messages whose time has come, from the exchange that held them back.
#include "broker/node/forwarding_outcomes.hpp"
#include "broker/node/forwarding_ports.hpp"
#include "broker/outgoing.hpp"
#include "queue/shell/due_messages.hpp"
#include "routing/core/router.hpp"
#include "runtime/random.hpp"

namespace wharf::broker {

class DueRouter final : public queue::DueMessages {
 public:
  explicit DueRouter(const ForwardingPorts& ports)
      : to_(ports),
        dice_(ports.random),
        outgoing_(ports.shard, ports.to.catalogue),
        outcomes_(ports.logger, "delayed messages were refused where they went") {}

  runtime::Task<std::vector<std::optional<queue::Arrivals>>> send_on(std::vector<queue::DueMessage> messages) override;

 private:
  struct Deduplicated {
    std::vector<ToDeduplicate> messages;
    std::vector<std::size_t> numbers;  // of each
  };
  void route(const queue::DueMessage& due, std::size_t number, Deduplicated& deduplicated);

  ForwardingPorts to_;
  runtime::Dice dice_;
  routing::Router router_;
  Outgoing outgoing_;
  ForwardingOutcomes outcomes_;
};

}  // namespace wharf::broker
