#pragma once
// A client that publishes while the node is short of something is not read from until that is over, and is told so if
// it understands that. Who only consumes goes on. As in RabbitMQ, the publish that finds the alarm waits.
#include "broker/shard_alarms.hpp"

namespace wharf::amqp091 {

struct Client;

class Blocking final : public broker::AlarmListener {
 public:
  explicit Blocking(Client& client) : client_(client) {}
  ~Blocking() override { end(); }
  Blocking(const Blocking&) = delete;
  Blocking& operator=(const Blocking&) = delete;

  /// The client begins to publish: blocked from here on if there is an alarm.
  void published();
  bool now() const { return blocked_; }

  void shortage_changed(broker::Shortage now) override;

 private:
  void end();

  Client& client_;
  bool blocked_ = false;
};

}  // namespace wharf::amqp091
