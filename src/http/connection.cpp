#include "http/connection.hpp"

#include "http/response_head.hpp"
#include "runtime/foreign_protocol.hpp"

namespace wharf::http {
namespace {

/// So many bytes say whose protocol it is; each request has more.
constexpr std::size_t kTellingBytes = 8;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
/// After a refusal what the client still sends is read and dropped for a while: closing at once could take the
/// refusal from it (a reset overtakes what it has not read).
constexpr std::size_t kMostDroppedBytes = 1u << 20;
constexpr Nanoseconds kDropFor = std::chrono::seconds(1);

std::vector<runtime::OutPiece> pieces_of(std::string_view text) {
  std::vector<runtime::OutPiece> pieces;
  pieces.emplace_back(SharedBytes::copy_of(as_bytes(text)));
  return pieces;
}

/// The handler may let a body be larger; it is told whose it is.
RequestLimits asking(const RequestLimits& limits, const Handler& handler, const runtime::Stream& stream) {
  RequestLimits asked = limits;
  asked.larger_body = [&handler, &stream, limit = limits.body_bytes](Request head) {
    head.remote = stream.remote();
    return handler.larger_body(head, limit);
  };
  return asked;
}

/// The text as one piece, without a copy.
runtime::OutPiece piece_of(std::string text) {
  auto owner = std::make_shared<std::string>(std::move(text));
  ByteView view = as_bytes(*owner);
  return SharedBytes(std::move(owner), view);
}

}  // namespace

Connection::Connection(Handler& handler, const ConnectionLimits& limits, runtime::Logger& logger, runtime::Shard& shard,
                       std::unique_ptr<runtime::Stream> stream)
    : handler_(handler),
      limits_(limits),
      logger_(logger),
      shard_(shard),
      stream_(std::move(stream)),
      parser_(asking(limits.request, handler, *stream_)) {}

void Connection::close() {
  closing_ = true;
  if (waiting_) stream_->close();
}

runtime::Task<void> Connection::run() {
  bool more = true;
  while (more && !closing_) {
    if (!heard_ && parser_.pending().size() < kTellingBytes) {
      more = co_await receive();
      continue;
    }
    if (!std::exchange(heard_, true)) {
      bool refused = co_await refuse_foreign();
      if (refused) break;
    }
    std::expected<std::optional<Request>, Refusal> next = parser_.next();
    if (!next) {
      co_await refuse(std::move(next.error()));
      break;
    }
    if (*next) {
      more = co_await answer(std::move(**next));
    } else {
      more = co_await receive();
    }
  }
  if (timer_) shard_.cancel_timer(*timer_);
  stream_->close();
}

/// More bytes of a request; false when the client has ended, or took too long.
runtime::Task<bool> Connection::receive() {
  if (parser_.wants_continue()) {
    receiving_ = false;
    bool told = co_await write(pieces_of(kContinue));
    if (!told) co_return false;
  }
  // The time for a request runs from its first byte: a client that drips does not renew it.
  if (!parser_.in_request()) allow(limits_.idle);
  if (parser_.in_request() && !std::exchange(receiving_, true)) allow(limits_.receive);
  std::size_t count = co_await read(parser_.space());
  parser_.received(count);
  if (count > 0 && !std::exchange(receiving_, true)) allow(limits_.receive);
  co_return count > 0;
}

/// The connection's first bytes are another protocol's: said once, in words that its speaker understands.
runtime::Task<bool> Connection::refuse_foreign() {
  auto foreign =
      runtime::foreign_speaker(parser_.pending(), "HTTP", logger_, stream_->local().text(), stream_->remote());
  if (!foreign) co_return false;
  if (!foreign->refusal.empty()) co_await write(pieces_of(foreign->refusal));
  co_return true;
}

/// 0: nothing comes any more. While it waits, close() need not wait for the client.
runtime::Task<std::size_t> Connection::read(MutableBytes into) {
  waiting_ = true;
  Result<std::size_t> count = co_await stream_->read_some(into);
  waiting_ = false;
  co_return count.value_or(0);
}

runtime::Task<bool> Connection::answer(Request request) {
  receiving_ = false;
  allow(std::nullopt);
  bool with_body = request.method != "HEAD";
  bool keep_alive = request.keep_alive;
  request.remote = stream_->remote();
  Response response = co_await handler_.answer(shard_, std::move(request));
  keep_alive = keep_alive && !closing_;
  bool sent = co_await send(std::move(response), with_body, keep_alive);
  co_return sent&& keep_alive;
}

runtime::Task<void> Connection::refuse(Refusal refused) {
  logger_.warn("refused an HTTP request",
               {{"from", stream_->remote().text()}, {"status", refused.status}, {"reason", refused.sentence}});
  bool sent = co_await send(refusal(refused.status, refused.sentence), true, false);
  allow(kDropFor);
  std::vector<std::byte> dropped(4096);
  std::size_t total = 0;
  while (sent && !closing_ && total < kMostDroppedBytes) {
    std::size_t count = co_await read(dropped);
    if (count == 0) co_return;
    total += count;
  }
}

runtime::Task<bool> Connection::send(Response response, bool with_body, bool keep_alive) {
  std::string head = response_head(response, keep_alive, shard_.clock().wall_now());
  std::vector<runtime::OutPiece> pieces;
  pieces.push_back(piece_of(std::move(head)));
  if (with_body && !response.body.empty()) pieces.push_back(piece_of(std::move(response.body)));
  bool sent = co_await write(std::move(pieces));
  co_return sent;
}

runtime::Task<bool> Connection::write(std::vector<runtime::OutPiece> pieces) {
  allow(limits_.send);
  Result<void> written = co_await stream_->write(std::move(pieces));
  co_return written.has_value();
}

/// From now on the connection may take this long for what it does; none: as long as it takes.
void Connection::allow(std::optional<Nanoseconds> time) {
  deadline_.reset();
  if (time) deadline_ = shard_.now() + *time;
  if (deadline_ && (!timer_ || timer_->deadline > *deadline_)) {
    if (timer_) shard_.cancel_timer(*timer_);
    watch();
  }
}

/// One timer, armed anew when it fires before a deadline that has moved.
void Connection::watch() {
  timer_ = shard_.set_timer(*deadline_, [this] {
    timer_.reset();
    if (!deadline_) return;
    if (shard_.now() >= *deadline_) return stream_->close();
    watch();
  });
}

}  // namespace wharf::http
