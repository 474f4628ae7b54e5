#include "protocols/mqtt/connection.hpp"

#include <algorithm>
#include <utility>

#include "protocols/mqtt/handlers/dispatch.hpp"
#include "protocols/mqtt/handlers/sign_in.hpp"
#include "runtime/foreign_protocol.hpp"

namespace wharf::mqtt {
namespace {

using Phase = Client::Phase;

constexpr Nanoseconds kFirstPacketLimit = std::chrono::seconds(10);
constexpr Nanoseconds kLookInterval = std::chrono::seconds(60);

/// As operators know them.
std::string_view name_of(Version version) {
  switch (version) {
    case Version::k31:
      return "MQTT 3.1";
    case Version::k311:
      return "MQTT 3.1.1";
    default:
      return "MQTT 5.0";
  }
}

}  // namespace

Connection::Connection(const Door& door, std::unique_ptr<runtime::Stream> stream)
    : door_(door),
      conversation_(door.shard, std::move(stream), *this, tasks_, "mqtt-writer"),
      listing_(door.shard, door.traffic),
      client_(door, conversation_.stream().remote(), conversation_.can_write(), tasks_),
      tasks_(door.shard) {}

void Connection::close() {
  client_.end(ReasonCode::kServerShuttingDown, "the broker stops");  // after what is in line for the client
}

void Connection::received(std::size_t count) {
  listing_.passed(broker::ConnectionEvent::kBytesIn, count);
  packets_.received(count);
}

bool Connection::take() {
  if (!std::exchange(was_heard_, true) && is_foreign()) return true;
  while (client_.phase != Phase::kEnded) {
    Outcome<std::optional<RawPacket>> next = packets_.next();
    if (!next) return client_.end(next.error()), true;
    if (!*next) return true;
    if (takes_time(client_, **next)) {
      slow_ = **next;
      return false;
    }
    take_packet(client_, **next);
  }
  return true;
}

runtime::Task<void> Connection::take_slow() {
  end_turn();
  bool was_start = client_.phase == Phase::kStart;
  co_await take_slow_packet(&client_, &*slow_);
  if (!was_start || client_.phase != Phase::kRunning) co_return;
  packets_.set_largest(door_.limits.max_packet_bytes);
  conversation_.watch();  // by the keep alive that was agreed
  be_listed();
  if (auto allowed = may_stay(client_); !allowed) client_.end(allowed.error());  // it was in no list while it waited
}

void Connection::end_turn() {
  mqtt::end_turn(client_);
}

runtime::Task<void> Connection::leave() {
  listing_.end();
  return mqtt::leave(&client_);
}

void Connection::be_listed() {
  broker::ConnectionIntroduction introduction;
  introduction.protocol = name_of(client_.version);
  introduction.user = client_.decisions->principal().name;
  introduction.vhost = client_.name_space();
  introduction.user_provided_name = client_.client_id;
  introduction.heartbeat_seconds = client_.keep_alive_s;
  listing_.begin(*this, conversation_.stream().remote(), conversation_.stream().local(), std::move(introduction));
}

broker::ConnectionFacts Connection::facts() const {
  std::string_view state = client_.overloaded() ? "blocked" : "running";
  if (client_.phase == Phase::kEnded) state = "closing";
  return listing_.facts(state, client_.out.empty() ? 0 : 1);
}

void Connection::force_close(std::string reason) {
  if (has_ended()) return;
  door_.logger.info(
      "closing a connection: an operator asked for it",
      {{"listener", "mqtt"}, {"from", client_.remote.text()}, {"client", client_.client_id}, {"reason", reason}});
  client_.end(ReasonCode::kAdministrativeAction, reason);
}

bool Connection::is_foreign() {
  auto foreign = runtime::foreign_speaker(packets_.pending(), "MQTT", door_.logger, "mqtt", client_.remote);
  if (!foreign) return false;
  client_.out.raw(as_bytes(foreign->refusal));
  client_.end();
  return true;
}

void Connection::writing(std::uint64_t bytes) {
  listing_.passed(broker::ConnectionEvent::kBytesOut, bytes);
  sending_ = std::exchange(client_.in_out, {});
  client_.unsent_bytes = 0;
}

void Connection::wrote() {
  for (const Sending& one : std::exchange(sending_, {})) client_.wrote(one);
  client_.can_read.notify();
  client_.room.notify();
}

Nanoseconds Connection::next_look() const {
  Nanoseconds next = client_.phase == Phase::kStart ? kFirstPacketLimit : kLookInterval;
  if (client_.keep_alive_s > 0) next = std::min(next, Nanoseconds(std::chrono::seconds(client_.keep_alive_s)) / 2);
  return next;
}

bool Connection::look_at_time() {
  const MonotonicTime now = door_.shard.now();
  if (client_.phase == Phase::kStart) return now - conversation_.began() < kFirstPacketLimit;
  if (client_.keep_alive_s == 0 || !conversation_.is_listening()) return true;
  const Nanoseconds limit = Nanoseconds(std::chrono::seconds(client_.keep_alive_s)) * 3 / 2;
  if (now - conversation_.last_read() < limit) return true;
  client_.end({ReasonCode::kKeepAliveTimeout, "nothing was heard for one and a half keep alives"});
  return true;
}

}  // namespace wharf::mqtt
