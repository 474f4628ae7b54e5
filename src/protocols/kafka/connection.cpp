#include "protocols/kafka/connection.hpp"

#include <utility>
#include <variant>

#include "model/default_namespace.hpp"
#include "protocols/kafka/wire/header.hpp"
#include "runtime/foreign_protocol.hpp"

namespace wharf::kafka {
namespace {

/// Requests of one connection that may be in progress: beyond, it is not read from, and its own socket slows it down.
/// One that is larger than that goes alone.
constexpr std::size_t kMaxOpenRequests = 128;
constexpr std::size_t kMaxOpenBytes = 64u << 20;

std::uint64_t bytes_of(const std::vector<runtime::OutPiece>& pieces) {
  std::uint64_t bytes = 0;
  for (const runtime::OutPiece& piece : pieces) {
    const auto* memory = std::get_if<SharedBytes>(&piece);
    bytes += memory != nullptr ? memory->view().size() : std::get<runtime::FileRange>(piece).length;
  }
  return bytes;
}

/// It stands in the same place in every request that has one. Empty: it has none, or is no request.
std::string client_id_of(MutableBytes frame) {
  constexpr std::int16_t kHeaderWithName = 1;
  Reader reader(frame);
  Result<RequestHeader> header = read_request_header(reader, kHeaderWithName);
  return header ? std::move(header->client_id).value_or("") : "";
}

}  // namespace

Connection::Connection(const Door& door, std::unique_ptr<runtime::Stream> stream)
    : door_(door),
      shard_(door.shard),
      stream_(std::move(stream)),
      session_(shard_, stream_->local(), stream_->remote()),
      frames_(door.limits.max_request_bytes),
      can_write_(shard_),
      can_read_(shard_),
      last_activity_(shard_.now()),
      listing_(shard_, door.traffic),
      tasks_(shard_) {}

void Connection::close() {
  closed_ = true;
  session_.ended.request_stop();
  stream_->close();
  can_write_.notify();
  can_read_.notify();
}

runtime::Task<void> Connection::run() {
  watch_idleness();
  tasks_.spawn("kafka-writer", write_responses());
  co_await read_requests();
  reading_ended_ = true;
  session_.ended.request_stop();  // nobody waits for a long poll's answer any more
  can_write_.notify();
  co_await tasks_.close();
  if (idle_timer_) shard_.cancel_timer(*idle_timer_);
  listing_.end();
  stream_->close();
}

runtime::Task<void> Connection::read_requests() {
  while (!closed_) {
    MutableBytes space = frames_.space();
    Result<std::size_t> count = co_await stream_->read_some(space);
    if (!count || *count == 0) co_return;
    last_activity_ = shard_.now();
    listing_.passed(broker::ConnectionEvent::kBytesIn, *count);
    frames_.received(*count);
    if (!seen_request_ && recognise_foreign_protocol()) co_return;
    if (!start_requests()) co_return;
    while (has_enough_open() && !closed_) {
      co_await can_read_.wait();
      if (!start_requests()) co_return;
    }
  }
}

bool Connection::has_enough_open() const {
  return responses_.open_requests() >= kMaxOpenRequests || responses_.open_bytes() >= kMaxOpenBytes;
}

/// Starts the whole requests that have arrived, as far as they may; false when the connection must end.
bool Connection::start_requests() {
  while (!has_enough_open()) {
    Result<std::optional<Frame>> next = frames_.next();
    if (!next) {
      door_.logger.warn("closed a connection: not a Kafka request",
                        {{"listener", "kafka"}, {"from", stream_->remote().text()}, {"reason", next.error().message}});
      return false;
    }
    if (!*next) return true;
    if (!std::exchange(seen_request_, true)) be_listed(**next);
    listing_.requested();
    ResponseQueue::Ticket ticket = responses_.open(memory_of(door_, (*next)->bytes));
    tasks_.spawn("kafka-request", serve(ticket, std::move(**next)));
  }
  return true;
}

bool Connection::recognise_foreign_protocol() {
  auto foreign = runtime::foreign_speaker(frames_.pending(), "Kafka", door_.logger, "kafka", stream_->remote());
  if (!foreign) return false;
  Reply refusal{.close = true};
  if (!foreign->refusal.empty()) refusal.pieces.emplace_back(SharedBytes::copy_of(as_bytes(foreign->refusal)));
  responses_.complete(responses_.open(0), std::move(refusal));
  can_write_.notify();
  return true;
}

runtime::Task<void> Connection::serve(ResponseQueue::Ticket ticket, Frame frame) {
  Reply reply = co_await dispatch(&door_, &session_, std::move(frame.owner), frame.bytes);
  responses_.complete(ticket, std::move(reply));
  if (responses_.ready()) can_write_.notify();
}

runtime::Task<void> Connection::write_responses() {
  while (true) {
    if (!responses_.ready()) {
      if (reading_ended_ && responses_.open_requests() == 0) co_return;
      co_await can_write_.wait();
      continue;
    }
    ResponseQueue::Batch batch = responses_.take_ready();
    can_read_.notify();
    if (!batch.pieces.empty() && !closed_ && !nobody_listens_) {
      listing_.passed(broker::ConnectionEvent::kBytesOut, bytes_of(batch.pieces));
      Result<void> written = co_await stream_->write(std::move(batch.pieces));
      last_activity_ = shard_.now();
      if (!written) write_failed(written.error());
    }
    if (batch.close) close();
  }
}

/// A client that left may have sent records before, for which it asked no answer: they are read to the end, as by
/// Kafka.
void Connection::write_failed(const Error& error) {
  bool client_left = error.code == ErrorCode::kClosed;
  if (!client_left) return close();
  nobody_listens_ = true;
  session_.ended.request_stop();
}

/// Topics are AMQP's in the virtual host "/"; who a client is nobody asks yet.
void Connection::be_listed(const Frame& first) {
  broker::ConnectionIntroduction introduction;
  introduction.protocol = "Kafka";
  introduction.vhost = kDefaultNamespace;
  introduction.user_provided_name = client_id_of(first.bytes);
  listing_.begin(*this, session_.remote, session_.local, std::move(introduction));
}

broker::ConnectionFacts Connection::facts() const {
  return listing_.facts(closed_ ? "closing" : "running", 0);
}

void Connection::force_close(std::string reason) {
  door_.logger.info("closing a connection: an operator asked for it",
                    {{"listener", "kafka"}, {"from", session_.remote.text()}, {"reason", reason}});
  close();
}

/// One timer, armed anew when it fires: activity only notes the time.
void Connection::watch_idleness() {
  idle_timer_ = shard_.set_timer(last_activity_ + door_.limits.max_idle, [this] {
    // Not for the client, who may not take what is ready, or may have left.
    bool waiting_for_us = !reading_ended_ && responses_.open_requests() > 0 && !responses_.ready();
    if (waiting_for_us) last_activity_ = shard_.now();
    if (shard_.now() - last_activity_ >= door_.limits.max_idle) {
      idle_timer_.reset();
      return close();
    }
    watch_idleness();
  });
}

}  // namespace wharf::kafka
