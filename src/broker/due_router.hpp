#pragma once
// Routes delayed messages whose time has come, from the exchange that held them back.
#include "broker/forwarding_ports.hpp"
#include "broker/outgoing.hpp"
#include "queue/shell/due_messages.hpp"
#include "routing/core/router.hpp"
#include "runtime/random.hpp"

namespace wharf::broker {

class DueRouter final : public queue::DueMessages {
 public:
  explicit DueRouter(const ForwardingPorts& ports)
      : to_(ports), dice_(ports.random), outgoing_(ports.shard, ports.to.catalogue) {}

  runtime::Task<bool> send_on(std::vector<queue::DueMessage> messages) override;

 private:
  void route(const queue::DueMessage& due, std::vector<ToDeduplicate>& to_deduplicate);
  template <class T>
  bool is_done(const Result<T>& outcome);

  ForwardingPorts to_;
  runtime::Dice dice_;
  routing::Router router_;
  Outgoing outgoing_;
};

}  // namespace wharf::broker
