#include "protocols/stomp/handlers/client.hpp"

#include "protocols/stomp/handlers/deliveries.hpp"
#include "protocols/stomp/session/errors.hpp"
#include "protocols/stomp/wire/frame_writer.hpp"

namespace wharf::stomp {

Client::Client(const Door& door_of_client, const Endpoint& remote_address, const Endpoint& local_address,
               runtime::Wake& write_wake, runtime::TaskScope& scope)
    : door(door_of_client),
      shard(door.shard),
      remote(remote_address),
      local(local_address),
      can_write(write_wake),
      can_read(shard),
      landed(shard),
      tasks(scope),
      id(door.new_connection_id()),
      inbox(std::make_shared<Inbox>(*this)),
      turn(shard, door.catalogue),
      dice(door.random) {}

Client::~Client() {
  inbox->close();
}

void Client::end(ProtocolError error, std::optional<std::string_view> receipt) {
  if (phase == Phase::kEnded) return;
  door.logger.info(
      "closing a connection for its client's mistake",
      {{"listener", "stomp"}, {"from", remote.text()}, {"reason", error.message}, {"detail", error.detail}});
  write_error(error, receipt);
}

void Client::write_error(const ProtocolError& error, std::optional<std::string_view> receipt) {
  if (phase == Phase::kEnded) return;
  FrameWriter frame(out, version, "ERROR");
  frame.header("message", error.message);
  frame.header("content-type", "text/plain");
  frame.header("version", kAllVersions);
  if (receipt) frame.header("receipt-id", *receipt);
  frame.end(SharedBytes::copy_of(as_bytes(error.detail)));
  phase = Phase::kEnded;
  was_refused = true;
  can_write.notify();
  can_read.notify();
  landed.notify();
}

void Client::receipt(const Frame& frame) {
  if (auto id_of_receipt = frame.header("receipt")) receipt(*id_of_receipt);
}

void Client::receipt(std::string_view id_of_receipt) {
  if (phase == Phase::kEnded) return;
  FrameWriter frame(out, version, "RECEIPT");
  frame.header("receipt-id", id_of_receipt);
  frame.end();
  unsent_bytes += id_of_receipt.size() + sizeof "RECEIPT";
  can_write.notify();
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
  if (Subscription* known = subscription_of(sent.consumer))
    door.queues.wrote(shard, known->queue->ref, sent.consumer, sent.bytes);
}

void Client::enter(security::Principal principal, std::string into) {
  user = principal.name;
  name_space = std::move(into);
  decisions.emplace(std::move(principal), name_space);
  vhost_counters = door.traffic.of_vhost(name_space);
}

Outcome<void> Client::may(security::Verb verb, const security::Resource& resource) {
  Result<void> allowed = decisions->check(door.access.table(shard), verb, resource);
  if (!allowed) return refuse(protocol_error(allowed.error()));
  return {};
}

Subscription* Client::subscription(std::string_view key) {
  for (const auto& [number, one] : subscriptions) {
    if (one->key == key) return one.get();
  }
  return nullptr;
}

Subscription* Client::subscription_of(queue::ConsumerId consumer) {
  auto known = by_consumer.find(consumer);
  return known == by_consumer.end() ? nullptr : known->second;
}

}  // namespace wharf::stomp
