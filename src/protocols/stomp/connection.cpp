#include "protocols/stomp/connection.hpp"

#include <algorithm>
#include <utility>

#include "protocols/stomp/handlers/dispatch.hpp"
#include "runtime/foreign_protocol.hpp"

namespace wharf::stomp {
namespace {

using Phase = Client::Phase;

constexpr Nanoseconds kFirstFrameLimit = std::chrono::seconds(10);
constexpr Nanoseconds kLookInterval = std::chrono::seconds(60);

Nanoseconds of_ms(std::uint32_t ms) {
  return std::chrono::milliseconds(ms);
}

}  // namespace

Connection::Connection(const Door& door, std::unique_ptr<runtime::Stream> stream)
    : door_(door),
      conversation_(door.shard, std::move(stream), *this, tasks_, "stomp-writer"),
      listing_(door.shard, door.traffic),
      client_(door, conversation_.stream().remote(), conversation_.stream().local(), conversation_.can_write(), tasks_),
      tasks_(door.shard) {}

void Connection::close() {
  end("the broker stops");
}

void Connection::end(std::string reason) {
  client_.write_error({"Connection closed", std::move(reason)}, std::nullopt);
}

void Connection::disconnected() {
  client_.phase = Phase::kEnded;
  client_.can_read.notify();
  client_.landed.notify();
}

void Connection::received(std::size_t count) {
  listing_.passed(broker::ConnectionEvent::kBytesIn, count);
  frames_.received(count);
}

bool Connection::take() {
  if (!std::exchange(was_heard_, true) && is_foreign()) return true;
  while (client_.phase != Phase::kEnded) {
    Outcome<std::optional<Frame>> next = frames_.next();
    if (!next) return client_.end(next.error()), true;
    if (!*next) return true;
    if (takes_time(client_, **next)) {
      slow_ = std::move(**next);
      return false;
    }
    take_frame(client_, **next);
  }
  return true;
}

runtime::Task<void> Connection::take_slow() {
  end_turn();
  bool was_start = client_.phase == Phase::kStart;
  co_await take_slow_frame(&client_, &slow_);
  slow_ = {};
  if (!was_start || client_.phase != Phase::kRunning) co_return;
  frames_.set_limits(door_.limits.frame);
  frames_.set_version(client_.version);
  conversation_.watch();  // by the heart-beats that were agreed
  be_listed();
}

void Connection::end_turn() {
  stomp::end_turn(client_);
}

runtime::Task<void> Connection::leave() {
  listing_.end();
  return stomp::leave(&client_);
}

void Connection::be_listed() {
  constexpr std::uint32_t kMsPerSecond = 1000;
  broker::ConnectionIntroduction introduction;
  introduction.protocol = std::string("STOMP ").append(to_string(client_.version));
  introduction.user = client_.user;
  introduction.vhost = client_.name_space;
  introduction.user_provided_name = client_.client_id;
  introduction.heartbeat_seconds = client_.heart_beat.wants_ms / kMsPerSecond;
  listing_.begin(*this, client_.remote, client_.local, std::move(introduction));
}

broker::ConnectionFacts Connection::facts() const {
  std::string_view state = client_.overloaded() ? "blocked" : "running";
  if (client_.phase == Phase::kEnded) state = "closing";
  return listing_.facts(state, client_.out.empty() ? 0 : 1);
}

void Connection::force_close(std::string reason) {
  if (has_ended()) return;
  door_.logger.info("closing a connection: an operator asked for it",
                    {{"listener", "stomp"}, {"from", client_.remote.text()}, {"reason", reason}});
  end(std::move(reason));
}

bool Connection::is_foreign() {
  auto foreign = runtime::foreign_speaker(frames_.pending(), "STOMP", door_.logger, "stomp", client_.remote);
  if (!foreign) return false;
  client_.out.raw(as_bytes(foreign->refusal));
  client_.phase = Phase::kEnded;
  client_.can_write.notify();
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
}

Nanoseconds Connection::next_look() const {
  if (client_.phase == Phase::kStart) return kFirstFrameLimit;
  Nanoseconds next = kLookInterval;
  if (client_.heart_beat.sends_ms > 0) next = std::min(next, of_ms(client_.heart_beat.sends_ms) / 2);
  if (client_.heart_beat.wants_ms > 0) next = std::min(next, of_ms(client_.heart_beat.wants_ms));
  return next;
}

bool Connection::look_at_time() {
  const MonotonicTime now = door_.shard.now();
  if (client_.phase == Phase::kStart) return now - conversation_.began() < kFirstFrameLimit;
  if (client_.heart_beat.sends_ms > 0 && client_.out.empty()) {
    client_.out.raw(as_bytes("\n"));
    client_.can_write.notify();
  }
  if (client_.heart_beat.wants_ms == 0 || !conversation_.is_listening()) return true;
  if (now - conversation_.last_read() < 2 * of_ms(client_.heart_beat.wants_ms)) return true;
  door_.logger.warn("closed a connection: no heart-beat from its client",
                    {{"listener", "stomp"}, {"from", client_.remote.text()}});
  return false;
}

}  // namespace wharf::stomp
