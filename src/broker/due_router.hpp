#pragma once
// Routes delayed messages whose time has come, from the exchange that held them back.
#include "broker/catalogue.hpp"
#include "broker/entities.hpp"
#include "broker/histories.hpp"
#include "broker/publish.hpp"
#include "broker/queues.hpp"
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
    Entities& entities;
    Queues& queues;
    Histories& histories;
    Publish& publish;
    Catalogue& catalogue;
    runtime::Random& random;
    runtime::Logger& logger;
  };
  explicit DueRouter(const Ports& ports) : to_(ports), dice_(ports.random) {}

  runtime::Task<bool> send_on(std::vector<queue::DueMessage> messages) override;

 private:
  class Outgoing;
  void route(const queue::DueMessage& due, Outgoing& outgoing);
  bool is_kept(const Result<void>& outcome);

  Ports to_;
  runtime::Dice dice_;
  routing::Router router_;
};

}  // namespace wharf::broker
