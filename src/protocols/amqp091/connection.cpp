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
constexpr Nanoseconds kEndingLimit =
    std::chrono::seconds(5);  // of the server's own end: what is in line for a client that does not read
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
      shard_(door.shard),
      stream_(std::move(stream)),
      can_write_(shard_),
      began_(shard_.now()),
      phase_since_(began_),
      last_read_(began_),
      client_(door, *this, stream_->remote(), can_write_, tasks_),
      tasks_(shard_) {
  client_.local = stream_->local();
}

/// Also one that a close() set while what the client held was given back.
Connection::~Connection() {
  if (timer_) shard_.cancel_timer(*timer_);
}

void Connection::disconnect() {
  client_.phase = Phase::kEnded;
  stream_->close();
  can_write_.notify();
  client_.can_read.notify();
}

void Connection::close() {
  if (client_.phase == Phase::kRunning) {
    client_.write_close({ReplyCode::kConnectionForced, "broker forced connection closure with reason 'shutdown'", {}});
  }
  client_.phase = Phase::kEnded;  // after what is in line for the client
  phase_seen_ = client_.phase;
  phase_since_ = shard_.now();
  watch();
  can_write_.notify();
  client_.can_read.notify();
}

bool Connection::resembles(const broker::ConnectionIntroduction& claimant) const {
  if (!client_.report) return false;
  const broker::ConnectionIntroduction& mine = *client_.report->introduction();
  return mine.user == claimant.user && mine.client_properties == claimant.client_properties;
}

void Connection::challenge() {
  write_heartbeat(client_.out);
  client_.wake();
}

void Connection::give_up() {
  door_.logger.warn("closed a connection: its client is back by another, and this one's network does not answer",
                    {{"listener", "amqp"}, {"from", stream_->remote().text()}});
  disconnect();
}

runtime::Task<void> Connection::run() {
  watch();
  tasks_.spawn("amqp-writer", write_frames());
  co_await read_frames();
  reading_ended_ = true;
  can_write_.notify();
  client_.abandon_gets();
  co_await tasks_.close();
  client_.phase = Phase::kEnded;
  stream_->close();
  co_await client_.give_back();
  client_.leave();
}

runtime::Task<void> Connection::read_frames() {
  while (client_.phase != Phase::kEnded) {
    if (client_.held_back() || client_.overloaded()) {
      co_await client_.can_read.wait();
      last_read_ = shard_.now();  // it was not listened to
      take_frames();              // that came behind a publish which was held back
      end_turn(client_);
      continue;
    }
    MutableBytes space = frames_.space();
    Result<std::size_t> count = co_await stream_->read_some(space);
    if (!count || *count == 0) co_return;
    last_read_ = shard_.now();
    client_.passed(broker::ConnectionEvent::kBytesIn, *count);
    frames_.received(*count);
    if (!greeted_) {
      Greeted greeted = take_greeting();
      if (greeted == Greeted::kForeign) co_return;
      if (greeted == Greeted::kNotYet) continue;
    }
    take_frames();
    end_turn(client_);
  }
}

Connection::Greeted Connection::take_greeting() {
  switch (greeting_of(frames_.pending())) {
    case Greeting::kIncomplete:
      return Greeted::kNotYet;
    case Greeting::kAmqp091:
      frames_.skip(kProtocolHeaderBytes);
      greeted_ = true;
      greet(client_);
      return Greeted::kYes;
    default:
      refuse_foreign();
      return Greeted::kForeign;
  }
}

/// With what its speaker understands; for others of AMQP's family that is the header of the version served here.
void Connection::refuse_foreign() {
  auto foreign = runtime::recognise_protocol(frames_.pending());
  door_.logger.warn(
      "refused a connection that speaks another protocol",
      {{"listener", "amqp"}, {"protocol", foreign ? foreign->name : "unknown"}, {"from", stream_->remote().text()}});
  bool has_words = foreign && !foreign->refusal.empty();
  client_.out.raw(has_words ? as_bytes(foreign->refusal) : ByteView(kProtocolHeader));
  client_.phase = Phase::kEnded;
  can_write_.notify();
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
  phase_since_ = last_read_;
  if (client_.phase == Phase::kRunning) watch();  // by the heartbeat that was agreed
}

runtime::Task<void> Connection::write_frames() {
  while (true) {
    if (client_.out.empty()) {
      if (reading_ended_ || client_.phase == Phase::kEnded) break;
      co_await can_write_.wait();
      continue;
    }
    std::vector<runtime::OutPiece> pieces;
    std::uint64_t bytes = 0;
    for (SharedBytes& piece : client_.out.take()) {
      bytes += piece.view().size();
      pieces.emplace_back(std::move(piece));
    }
    client_.passed(broker::ConnectionEvent::kBytesOut, bytes);
    std::vector<Sending> sent = std::exchange(client_.in_out, {});
    client_.delivered_bytes = 0;
    Result<void> written = co_await stream_->write(std::move(pieces));
    for (const Sending& one : sent) client_.wrote(one);
    client_.can_read.notify();
    if (!written) break;
  }
  disconnect();
}

Nanoseconds Connection::next_look() const {
  if (client_.phase != Phase::kRunning || client_.heartbeat_seconds == 0) return kLookInterval;
  return Nanoseconds(std::chrono::seconds(client_.heartbeat_seconds)) / 2;  // not in whole seconds: of 1, half is not 0
}

/// One timer, armed anew when it fires: activity only notes the time.
void Connection::watch() {
  if (timer_) shard_.cancel_timer(*timer_);
  timer_ = shard_.set_timer(shard_.now() + next_look(), [this] {
    timer_.reset();
    if (!look_at_time()) return disconnect();
    watch();
  });
}

bool Connection::look_at_time() {
  const MonotonicTime now = shard_.now();
  if (std::exchange(phase_seen_, client_.phase) != client_.phase) phase_since_ = now;  // by a task, not by a frame
  if (in_handshake(client_.phase)) return now - began_ < kHandshakeLimit;
  if (client_.phase == Phase::kClosing) return now - phase_since_ < kClosingLimit;
  if (client_.phase == Phase::kEnded) return now - phase_since_ < kEndingLimit;
  if (client_.phase != Phase::kRunning || client_.heartbeat_seconds == 0) return true;
  const Nanoseconds heartbeat = std::chrono::seconds(client_.heartbeat_seconds);
  if (now - last_read_ >= 2 * heartbeat && !client_.overloaded() && !client_.held_back()) {
    door_.logger.warn("closed a connection: no heartbeat from its client",
                      {{"listener", "amqp"}, {"from", stream_->remote().text()}});
    return false;
  }
  write_heartbeat(client_.out);  // eight bytes: cheaper than to remember whether others went
  client_.wake();
  return true;
}

}  // namespace wharf::amqp091
