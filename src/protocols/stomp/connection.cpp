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
/// After an ERROR: closing at once could take it from the client, as a reset overtakes what it has not read.
constexpr Nanoseconds kDropFor = std::chrono::milliseconds(500);
constexpr std::size_t kMostDroppedBytes = 1 << 20;
constexpr Nanoseconds kLastWordsLimit = std::chrono::seconds(5);  // for a client that does not read them

Nanoseconds of_ms(std::uint32_t ms) {
  return std::chrono::milliseconds(ms);
}

}  // namespace

Connection::Connection(const Door& door, std::unique_ptr<runtime::Stream> stream)
    : door_(door),
      shard_(door.shard),
      stream_(std::move(stream)),
      can_write_(shard_),
      began_(shard_.now()),
      last_read_(began_),
      listing_(shard_, door.traffic),
      client_(door, stream_->remote(), stream_->local(), can_write_, tasks_),
      tasks_(shard_) {}

void Connection::disconnect() {
  client_.phase = Phase::kEnded;
  stream_->close();
  can_write_.notify();
  client_.can_read.notify();
  client_.landed.notify();
}

void Connection::close() {
  end("the broker stops");
}

void Connection::end(std::string reason) {
  client_.write_error({"Connection closed", std::move(reason)}, std::nullopt);
  if (!reading_ended_) watch();  // who does not read holds it up no longer than last words take
}

runtime::Task<void> Connection::run() {
  watch();
  tasks_.spawn("stomp-writer", write_frames());
  co_await read_frames();
  if (client_.was_refused && !tasks_.stopping()) co_await drop_rest();
  reading_ended_ = true;
  can_write_.notify();
  co_await tasks_.close();
  listing_.end();
  client_.phase = Phase::kEnded;
  stream_->close();
  if (timer_) shard_.cancel_timer(*timer_);
  co_await leave(&client_);
}

runtime::Task<void> Connection::read_frames() {
  bool first = true;
  while (client_.phase != Phase::kEnded) {
    if (client_.overloaded()) {
      is_listening_ = false;
      co_await client_.can_read.wait();
      listen_again();
      continue;
    }
    MutableBytes space = frames_.space();
    Result<std::size_t> count = co_await stream_->read_some(space);
    if (!count || *count == 0) co_return;
    last_read_ = shard_.now();
    listing_.passed(broker::ConnectionEvent::kBytesIn, *count);
    frames_.received(*count);
    if (std::exchange(first, false) && is_foreign()) co_return;
    co_await take_frames();
    end_turn(client_);
  }
}

/// What its client has sent meanwhile is yet to be read: it was not silent.
void Connection::listen_again() {
  is_listening_ = true;
  last_read_ = shard_.now();
}

runtime::Task<void> Connection::drop_rest() {
  watch();  // until the writer is done, and lingers
  std::vector<std::byte> dropped(4096);
  for (std::size_t total = 0; total < kMostDroppedBytes;) {
    Result<std::size_t> count = co_await stream_->read_some(dropped);
    if (!count || *count == 0) break;
    total += *count;
  }
}

void Connection::linger() {
  if (timer_) shard_.cancel_timer(*timer_);
  timer_ = shard_.set_timer(shard_.now() + kDropFor, [this] {
    timer_.reset();
    disconnect();
  });
}

runtime::Task<void> Connection::take_frames() {
  while (client_.phase != Phase::kEnded) {
    Outcome<std::optional<Frame>> next = frames_.next();
    if (!next) co_return client_.end(next.error());
    if (!*next) co_return;
    const Frame frame = std::move(**next);
    if (!takes_time(client_, frame)) {
      take_frame(client_, frame);
      continue;
    }
    end_turn(client_);
    bool was_start = client_.phase == Phase::kStart;
    is_listening_ = false;
    co_await take_slow_frame(&client_, &frame);
    listen_again();
    if (was_start && client_.phase == Phase::kRunning) {
      frames_.set_limits(door_.limits.frame);
      frames_.set_version(client_.version);
      watch();  // by the heart-beats that were agreed
      be_listed();
    }
  }
}

void Connection::be_listed() {
  constexpr std::uint32_t kMsPerSecond = 1000;
  broker::ConnectionIntroduction introduction;
  introduction.protocol = std::string("STOMP ").append(to_string(client_.version));
  introduction.user = client_.user;
  introduction.vhost = client_.name_space;
  introduction.user_provided_name = client_.client_id;
  introduction.heartbeat_seconds = client_.heart_beat.wants_ms / kMsPerSecond;
  listing_.begin(*this, stream_->remote(), stream_->local(), std::move(introduction));
}

broker::ConnectionFacts Connection::facts() const {
  std::string_view state = client_.overloaded() ? "blocked" : "running";
  if (client_.phase == Phase::kEnded) state = "closing";
  return listing_.facts(state, client_.out.empty() ? 0 : 1);
}

void Connection::force_close(std::string reason) {
  door_.logger.info("closing a connection: an operator asked for it",
                    {{"listener", "stomp"}, {"from", client_.remote.text()}, {"reason", reason}});
  end(std::move(reason));
}

bool Connection::is_foreign() {
  auto foreign = runtime::recognise_protocol(frames_.pending());
  if (!foreign || foreign->name == "STOMP") return false;
  door_.logger.warn("refused a connection that speaks another protocol",
                    {{"listener", "stomp"}, {"protocol", foreign->name}, {"from", stream_->remote().text()}});
  client_.out.raw(as_bytes(foreign->refusal));
  client_.phase = Phase::kEnded;
  can_write_.notify();
  return true;
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
      bytes += piece.size();
      pieces.emplace_back(std::move(piece));
    }
    listing_.passed(broker::ConnectionEvent::kBytesOut, bytes);
    std::vector<Sending> sent = std::exchange(client_.in_out, {});
    client_.unsent_bytes = 0;
    Result<void> written = co_await stream_->write(std::move(pieces));
    for (const Sending& one : sent) client_.wrote(one);
    client_.can_read.notify();
    if (!written) break;
  }
  if (client_.was_refused && !reading_ended_) co_return linger();
  disconnect();
}

Nanoseconds Connection::next_look() const {
  if (client_.phase == Phase::kStart) return kFirstFrameLimit;
  if (client_.phase == Phase::kEnded) return kLastWordsLimit;
  Nanoseconds next = kLookInterval;
  if (client_.heart_beat.sends_ms > 0) next = std::min(next, of_ms(client_.heart_beat.sends_ms) / 2);
  if (client_.heart_beat.wants_ms > 0) next = std::min(next, of_ms(client_.heart_beat.wants_ms));
  return next;
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
  if (client_.phase == Phase::kStart) return now - began_ < kFirstFrameLimit;
  if (client_.phase == Phase::kEnded) return false;
  if (client_.heart_beat.sends_ms > 0 && client_.out.empty()) {
    client_.out.raw(as_bytes("\n"));
    can_write_.notify();
  }
  if (client_.heart_beat.wants_ms == 0 || !is_listening_) return true;
  if (now - last_read_ < 2 * of_ms(client_.heart_beat.wants_ms)) return true;
  door_.logger.warn("closed a connection: no heart-beat from its client",
                    {{"listener", "stomp"}, {"from", stream_->remote().text()}});
  return false;
}

}  // namespace wharf::stomp
