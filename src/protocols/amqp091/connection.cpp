#include "protocols/amqp091/connection.hpp"

#include <algorithm>
#include <utility>

#include "protocols/amqp091/handlers/dispatch.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/wire/protocol_header.hpp"
#include "runtime/foreign_protocol.hpp"

namespace wharf::amqp091 {
namespace {

using Phase = Client::Phase;

constexpr Nanoseconds kHandshakeLimit = std::chrono::seconds(10);  // RabbitMQ's
constexpr Nanoseconds kClosingLimit = std::chrono::seconds(10);
constexpr Nanoseconds kLookInterval = std::chrono::seconds(5);

/// A client may still answer where its frames cannot be told apart any more.
bool holds_close_ok(ByteView bytes) {
  Writer frame;
  std::ignore = write_method(ConnectionCloseOk{}, 0, frame);
  return !std::ranges::search(bytes, frame.bytes_since(0)).empty();
}

bool in_handshake(Phase phase) {
  return phase < Phase::kRunning;
}

}  // namespace

Connection::Connection(const Door& door, std::unique_ptr<runtime::Stream> stream)
    : door_(door),
      conversation_(door.shard, std::move(stream), *this, tasks_, "amqp-writer"),
      phase_since_(conversation_.began()),
      client_(door, *this, conversation_.stream().remote(), conversation_.can_write(), tasks_),
      tasks_(door.shard) {
  client_.local = conversation_.stream().local();
}

void Connection::disconnected() {
  client_.phase = Phase::kEnded;
  client_.can_read.notify();
}

void Connection::close() {
  if (client_.phase == Phase::kRunning) {
    client_.write_close({ReplyCode::kConnectionForced, "broker forced connection closure with reason 'shutdown'", {}});
  }
  client_.phase = Phase::kEnded;  // after what is in line for the client
  client_.wake();
  client_.can_read.notify();
}

bool Connection::resembles(const broker::ConnectionIntroduction& claimant) const {
  const broker::IntroductionPointer& mine = client_.report.introduction();
  return mine && mine->user == claimant.user && mine->client_properties == claimant.client_properties;
}

void Connection::challenge() {
  write_heartbeat(client_.out);
  client_.wake();
}

void Connection::give_up() {
  door_.logger.warn("closed a connection: its client is back by another, and this one's network does not answer",
                    {{"listener", "amqp"}, {"from", client_.remote.text()}});
  conversation_.disconnect();
}

void Connection::stopped_reading() {
  client_.abandon_gets();
}

runtime::Task<void> Connection::leave() {
  co_await client_.give_back();
  client_.leave();
}

void Connection::received(std::size_t count) {
  client_.passed(broker::ConnectionEvent::kBytesIn, count);
  frames_.received(count);
}

bool Connection::take() {
  if (greeted_ || take_greeting()) take_frames();
  return true;
}

void Connection::end_turn() {
  amqp091::end_turn(client_);
}

bool Connection::take_greeting() {
  switch (greeting_of(frames_.pending())) {
    case Greeting::kIncomplete:
      return false;
    case Greeting::kAmqp091:
      frames_.skip(kProtocolHeaderBytes);
      greeted_ = true;
      greet(client_);
      return true;
    default:
      refuse_foreign();
      return false;
  }
}

/// With what its speaker understands; for others of AMQP's family that is the header of the version served here.
void Connection::refuse_foreign() {
  auto foreign = runtime::recognise_protocol(frames_.pending());
  door_.logger.warn(
      "refused a connection that speaks another protocol",
      {{"listener", "amqp"}, {"protocol", foreign ? foreign->name : "unknown"}, {"from", client_.remote.text()}});
  bool has_words = foreign && !foreign->refusal.empty();
  client_.out.raw(has_words ? as_bytes(foreign->refusal) : ByteView(kProtocolHeader));
  client_.phase = Phase::kEnded;
  client_.wake();
}

void Connection::take_frames() {
  const Phase before = client_.phase;
  while (client_.phase != Phase::kEnded && !unreadable_ && !client_.held_back()) {
    Outcome<std::optional<Frame>> next = frames_.next();
    if (!next) {
      unreadable_ = true;
      client_.close_connection(next.error());
      break;
    }
    if (!*next) break;
    take_frame(client_, **next, frames_);
    if (client_.phase == Phase::kOpening) frames_.set_frame_max(client_.frame_max);
  }
  if (unreadable_) {
    if (holds_close_ok(frames_.pending())) client_.phase = Phase::kEnded;
    frames_.skip(frames_.pending().size());
  }
  if (before == client_.phase) return;
  phase_seen_ = client_.phase;
  phase_since_ = conversation_.last_read();
  if (client_.phase == Phase::kRunning) conversation_.watch();  // by the heartbeat that was agreed
}

void Connection::writing(std::uint64_t bytes) {
  client_.passed(broker::ConnectionEvent::kBytesOut, bytes);
  sending_ = std::exchange(client_.in_out, {});
  client_.delivered_bytes = 0;
}

void Connection::wrote() {
  for (const Sending& one : std::exchange(sending_, {})) client_.wrote(one);
  client_.can_read.notify();
}

Nanoseconds Connection::next_look() const {
  if (client_.phase != Phase::kRunning || client_.heartbeat_seconds == 0) return kLookInterval;
  return Nanoseconds(std::chrono::seconds(client_.heartbeat_seconds)) / 2;  // not in whole seconds: of 1, half is not 0
}

bool Connection::look_at_time() {
  const MonotonicTime now = door_.shard.now();
  if (std::exchange(phase_seen_, client_.phase) != client_.phase) phase_since_ = now;  // by a task, not by a frame
  if (in_handshake(client_.phase)) return now - conversation_.began() < kHandshakeLimit;
  if (client_.phase == Phase::kClosing) return now - phase_since_ < kClosingLimit;
  if (client_.phase != Phase::kRunning || client_.heartbeat_seconds == 0) return true;
  const Nanoseconds heartbeat = std::chrono::seconds(client_.heartbeat_seconds);
  if (conversation_.is_listening() && now - conversation_.last_read() >= 2 * heartbeat) {
    door_.logger.warn("closed a connection: no heartbeat from its client",
                      {{"listener", "amqp"}, {"from", client_.remote.text()}});
    return false;
  }
  write_heartbeat(client_.out);  // eight bytes: cheaper than to remember whether others went
  client_.wake();
  return true;
}

}  // namespace wharf::amqp091
