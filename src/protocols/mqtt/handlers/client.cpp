#include "protocols/mqtt/handlers/client.hpp"

#include "protocols/mqtt/handlers/deliveries.hpp"

namespace wharf::mqtt {

Client::Client(const Door& door_of_client, const Endpoint& remote_address, runtime::Wake& write_wake,
               runtime::TaskScope& scope)
    : door(door_of_client),
      shard(door.shard),
      remote(remote_address),
      can_write(write_wake),
      can_read(shard),
      room(shard),
      tasks(scope),
      id(door.new_connection_id()),
      dice(door.random),
      subscriptions(dice.roll()),
      inbox(std::make_shared<Inbox>(*this)) {}

Client::~Client() {
  inbox->close();
}

void Client::end(ProtocolError error) {
  if (phase == Phase::kEnded) return;
  door.logger.info("closing a connection for its client's mistake",
                   {{"listener", "mqtt"}, {"from", remote.text()}, {"client", client_id}, {"reason", error.message}});
  was_refused = phase == Phase::kRunning && is_v5();
  end(error.code, error.message);
}

void Client::end(ReasonCode code, std::string_view why) {
  if (phase == Phase::kEnded) return;
  if (phase == Phase::kRunning && is_v5()) {
    Disconnect disconnect{.reason = code, .properties = {}};
    if (tells_problems && !why.empty()) disconnect.properties.reason_string = why;
    write(disconnect);
  }
  end();
}

void Client::end() {
  if (std::exchange(phase, Phase::kEnded) == Phase::kEnded) return;
  waits_for_session.request_stop();
  can_write.notify();
  can_read.notify();
  room.notify();
}

void Client::sending(queue::ConsumerId consumer, std::uint64_t bytes) {
  can_write.notify();
  if (!in_out.empty() && in_out.back().consumer == consumer) {
    in_out.back().bytes += bytes;
  } else {
    in_out.push_back({consumer, bytes});
  }
}

void Client::wrote(const Sending& sent) {
  auto known = sources.find(sent.consumer);
  if (known != sources.end()) door.queues.wrote(shard, known->second->queue->ref, sent.consumer, sent.bytes);
}

void Client::enter(security::Principal principal, std::string name_space) {
  vhost_counters = door.traffic.of_vhost(name_space);
  decisions.emplace(std::move(principal), std::move(name_space));
}

Result<void> Client::may(security::Verb verb, const security::Resource& resource) {
  return decisions->check(door.access.table(shard), verb, resource);
}

}  // namespace wharf::mqtt
