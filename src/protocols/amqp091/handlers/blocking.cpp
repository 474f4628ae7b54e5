#include "protocols/amqp091/handlers/blocking.hpp"

#include "protocols/amqp091/handlers/client.hpp"

namespace wharf::amqp091 {
namespace {

/// RabbitMQ's words.
std::string_view reason_of(broker::Shortage shortage) {
  if (shortage.memory && shortage.disk) return "low on memory & disk";
  return shortage.memory ? "low on memory" : "low on disk";
}

}  // namespace

void Blocking::published() {
  broker::Shortage shortage = client_.door.alarms.now();
  if (blocked_ || !shortage.any()) return;
  blocked_ = true;
  client_.door.alarms.listen(*this);
  if (client_.can.connection_blocked) {
    client_.write(ConnectionBlocked{.reason = std::string(reason_of(shortage))}, 0);
  }
}

void Blocking::shortage_changed(broker::Shortage now) {
  if (now.any()) return;
  end();
  if (client_.can.connection_blocked) client_.write(ConnectionUnblocked{}, 0);
  client_.can_read.notify();
}

void Blocking::end() {
  if (!blocked_) return;
  blocked_ = false;
  client_.door.alarms.forget(*this);
}

}  // namespace wharf::amqp091
