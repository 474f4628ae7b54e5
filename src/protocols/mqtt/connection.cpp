#include "protocols/mqtt/connection.hpp"

#include <algorithm>
#include <utility>

#include "protocols/mqtt/handlers/dispatch.hpp"
#include "runtime/foreign_protocol.hpp"

namespace wharf::mqtt {
namespace {

using Phase = Client::Phase;

constexpr Nanoseconds kFirstPacketLimit = std::chrono::seconds(10);
constexpr Nanoseconds kLookInterval = std::chrono::seconds(60);
constexpr Nanoseconds kLastWordsLimit = std::chrono::seconds(5);  // for a client that does not read them

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
      shard_(door.shard),
      stream_(std::move(stream)),
      can_write_(shard_),
      began_(shard_.now()),
      last_read_(began_),
      listing_(shard_, door.traffic),
      client_(door, stream_->remote(), can_write_, tasks_, *this),
      tasks_(shard_) {}

void Connection::disconnect() {
  client_.end();
  stream_->close();
}

void Connection::close() {
  client_.end(ReasonCode::kServerShuttingDown, "the broker stops");  // after what is in line for the client
}

runtime::Task<void> Connection::run() {
  watch();
  tasks_.spawn("mqtt-writer", write_packets());
  co_await read_packets();
  reading_ended_ = true;
  can_write_.notify();
  watch();
  co_await tasks_.close();
  listing_.end();
  disconnect();
  if (timer_) shard_.cancel_timer(*timer_);
  co_await leave(&client_);
}

runtime::Task<void> Connection::read_packets() {
  bool first = true;
  while (client_.phase != Phase::kEnded) {
    if (client_.overloaded()) {
      co_await client_.can_read.wait();
      last_read_ = shard_.now();  // it was not listened to
      continue;
    }
    MutableBytes space = packets_.space();
    Result<std::size_t> count = co_await stream_->read_some(space);
    if (!count || *count == 0) co_return;
    last_read_ = shard_.now();
    listing_.passed(broker::ConnectionEvent::kBytesIn, *count);
    packets_.received(*count);
    if (std::exchange(first, false) && is_foreign()) co_return;
    co_await take_packets();
    end_turn(client_);
  }
}

runtime::Task<void> Connection::take_packets() {
  while (client_.phase != Phase::kEnded) {
    Outcome<std::optional<RawPacket>> next = packets_.next();
    if (!next) co_return client_.end(next.error());
    if (!*next) co_return;
    const RawPacket packet = **next;
    if (!takes_time(client_, packet)) {
      take_packet(client_, packet);
      continue;
    }
    end_turn(client_);
    bool was_start = client_.phase == Phase::kStart;
    co_await take_slow_packet(&client_, &packet);
    last_read_ = shard_.now();
    if (was_start && client_.phase == Phase::kRunning) {
      packets_.set_largest(door_.limits.max_packet_bytes);
      watch();  // by the keep alive that was agreed
      be_listed();
    }
  }
}

void Connection::be_listed() {
  broker::ConnectionIntroduction introduction;
  introduction.protocol = name_of(client_.version);
  introduction.user = client_.decisions->principal().name;
  introduction.vhost = client_.name_space;
  introduction.user_provided_name = client_.client_id;
  introduction.heartbeat_seconds = client_.keep_alive_s;
  listing_.begin(*this, stream_->remote(), stream_->local(), std::move(introduction));
}

broker::ConnectionFacts Connection::facts() const {
  std::string_view state = client_.overloaded() ? "blocked" : "running";
  if (client_.phase == Phase::kEnded) state = "closing";
  return listing_.facts(state, client_.out.empty() ? 0 : 1);
}

void Connection::force_close(std::string reason) {
  door_.logger.info(
      "closing a connection: an operator asked for it",
      {{"listener", "mqtt"}, {"from", client_.remote.text()}, {"client", client_.client_id}, {"reason", reason}});
  client_.end(ReasonCode::kAdministrativeAction, reason);
}

bool Connection::is_foreign() {
  auto foreign = runtime::recognise_protocol(packets_.pending());
  if (!foreign || foreign->name == "MQTT") return false;
  door_.logger.warn("refused a connection that speaks another protocol",
                    {{"listener", "mqtt"}, {"protocol", foreign->name}, {"from", stream_->remote().text()}});
  client_.out.raw(as_bytes(foreign->refusal));
  client_.end();
  return true;
}

runtime::Task<void> Connection::write_packets() {
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
    client_.room.notify();
    if (!written) break;
  }
  disconnect();
}

/// One timer, armed anew when it fires: activity only notes the time. Who does not read holds up neither a stop nor who
/// takes its session over.
void Connection::watch() {
  if (timer_) shard_.cancel_timer(*timer_);
  Nanoseconds next = client_.phase == Phase::kStart ? kFirstPacketLimit : kLookInterval;
  if (client_.keep_alive_s > 0) next = std::min(next, Nanoseconds(std::chrono::seconds(client_.keep_alive_s)) / 2);
  if (is_over()) next = kLastWordsLimit;
  timer_ = shard_.set_timer(shard_.now() + next, [this] {
    timer_.reset();
    if (!look_at_time()) return;
    watch();
  });
}

bool Connection::look_at_time() {
  const MonotonicTime now = shard_.now();
  bool late = client_.phase == Phase::kStart && now - began_ >= kFirstPacketLimit;
  if (late || is_over()) return disconnect(), false;
  if (client_.phase != Phase::kRunning || client_.keep_alive_s == 0 || client_.overloaded()) return true;
  const Nanoseconds limit = Nanoseconds(std::chrono::seconds(client_.keep_alive_s)) * 3 / 2;
  if (now - last_read_ < limit) return true;
  client_.end({ReasonCode::kKeepAliveTimeout, "nothing was heard for one and a half keep alives"});
  return true;
}

}  // namespace wharf::mqtt
