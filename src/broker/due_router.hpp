#pragma once
// Routes delayed messages whose time has come, from the exchange that held them back.
#include "broker/deduplication.hpp"
#include "broker/outgoing.hpp"
#include "queue/shell/due_messages.hpp"
#include "routing/core/router.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"

namespace wharf::broker {

class DueRouter final : public queue::DueMessages {
 public:
  /// What it sends messages by; everything outlives it.
  struct Ports {
    runtime::Shard& shard;
    OutgoingPorts to;
    Deduplication& deduplication;
    runtime::Random& random;
    runtime::Logger& logger;
  };
  explicit DueRouter(const Ports& ports)
      : to_(ports), dice_(ports.random), outgoing_(ports.shard, ports.to.catalogue) {}

  runtime::Task<bool> send_on(std::vector<queue::DueMessage> messages) override;

 private:
  void route(const queue::DueMessage& due, std::vector<ToDeduplicate>& to_deduplicate);
  template <class T>
  bool is_done(const Result<T>& outcome);

  Ports to_;
  runtime::Dice dice_;
  routing::Router router_;
  Outgoing outgoing_;
};

}  // namespace wharf::broker
