#pragma once
// Moves the messages that a shard's queues gave up to where their exchange sends them. Those that came back too often
// and have no such place are parked: kept in a durable queue of their namespace, where somebody finds them.
#include "broker/node/forwarding_outcomes.hpp"
#include "broker/node/forwarding_ports.hpp"
#include "broker/outgoing.hpp"
#include "queue/shell/dead_letters.hpp"
#include "routing/core/router.hpp"
#include "runtime/random.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {

class DeadLetterRouter final : public queue::DeadLetters {
 public:
  DeadLetterRouter(const ForwardingPorts& ports, bool parks_undeliverable)
      : to_(ports),
        parks_(parks_undeliverable),
        dice_(ports.random),
        outgoing_(ports.shard, ports.to.catalogue),
        outcomes_(ports.logger, "dead letters were refused where they went"),
        tasks_(ports.shard) {}

  void bury(queue::DeadLetter letter, Done done) override;
  bool parks() const override { return parks_; }
  /// The letters under way arrive; none may follow.
  runtime::Task<void> close() { return tasks_.close(); }

 private:
  runtime::Task<void> park(queue::DeadLetter letter, Done done);
  bool is_to_be_parked(const queue::DeadLetter& letter, const routing::Routes* routes) const;
  runtime::Task<void> keep(ToDeduplicate message, Done done);
  runtime::Task<void> keep(Outgoing::Gathered gathered, queue::Arrivals before, Done done);

  ForwardingPorts to_;
  bool parks_;
  bool told_of_parked_ = false;
  runtime::Dice dice_;
  routing::Router router_;
  Outgoing outgoing_;
  ForwardingOutcomes outcomes_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::broker
