#include "http/web_socket_connection.hpp"

#include "http/request_parser.hpp"
#include "http/response_head.hpp"

namespace wharf::http {
namespace {

constexpr Nanoseconds kHandshakeLimit = std::chrono::seconds(10);
/// After a refusal, as for http::Connection's.
constexpr std::size_t kMostDroppedBytes = 1u << 20;
constexpr Nanoseconds kDropFor = std::chrono::seconds(1);

}  // namespace

WebSocketConnection::WebSocketConnection(const WebSocketPort& port, Inside inside, runtime::Logger& logger,
                                         runtime::Shard& shard, std::unique_ptr<runtime::Stream> socket)
    : port_(port),
      make_inside_(std::move(inside)),
      logger_(logger),
      shard_(shard),
      socket_(std::move(socket)),
      tasks_(shard) {}

void WebSocketConnection::close() {
  is_closing_ = true;
  if (!inside_) return socket_->close();
  stream_->set_reason(CloseCode::kGoingAway);
  inside_->close();
}

runtime::Task<void> WebSocketConnection::run() {
  allow(kHandshakeLimit);
  bool good = co_await shake_hands();
  if (timer_) shard_.cancel_timer(*timer_);
  if (!good || is_closing_) {
    socket_->close();
    co_return;
  }
  auto stream = std::make_unique<WebSocketStream>(std::move(socket_), as_bytes(already_), port_.options, tasks_);
  stream_ = stream.get();
  inside_ = make_inside_(std::move(stream));
  co_await inside_->run();
  co_await tasks_.close();
}

/// From now on the socket is open for so long, unless the handshake is done.
void WebSocketConnection::allow(Nanoseconds time) {
  if (timer_) shard_.cancel_timer(*timer_);
  timer_ = shard_.set_timer(shard_.now() + time, [this] {
    timer_.reset();
    socket_->close();
  });
}

runtime::Task<bool> WebSocketConnection::write(std::string text) {
  std::vector<runtime::OutPiece> pieces;
  pieces.emplace_back(SharedBytes::copy_of(as_bytes(text)));
  Result<void> written = co_await socket_->write(std::move(pieces));
  co_return written.has_value();
}

runtime::Task<bool> WebSocketConnection::shake_hands() {
  RequestParser parser({.body_bytes = 0});
  while (true) {
    std::expected<std::optional<Request>, Refusal> next = parser.next();
    if (!next) {
      co_await refuse(std::move(next.error()));
      co_return false;
    }
    if (*next) {
      std::expected<std::string, Refusal> answer = accept_web_socket(**next, port_.offer);
      already_ = as_text(parser.pending());
      if (!answer) {
        co_await refuse(std::move(answer.error()));
        co_return false;
      }
      bool written = co_await write(std::move(*answer));
      co_return written;
    }
    MutableBytes space = parser.space();
    Result<std::size_t> count = co_await socket_->read_some(space);
    if (!count || *count == 0) co_return false;
    parser.received(*count);
  }
}

runtime::Task<void> WebSocketConnection::refuse(Refusal refused) {
  logger_.warn("refused a WebSocket", {{"listener", port_.listener},
                                       {"from", socket_->remote().text()},
                                       {"status", refused.status},
                                       {"reason", refused.sentence}});
  Response response = refusal(refused.status, refused.sentence);
  if (refused.status == 426) response.headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}};
  std::string text = response_head(response, false, shard_.clock().wall_now());
  text += response.body;
  bool told = co_await write(std::move(text));
  if (told) co_await drop_rest();
}

/// Closing at once could take the refusal from the client: a reset overtakes what it has not read.
runtime::Task<void> WebSocketConnection::drop_rest() {
  allow(kDropFor);
  std::vector<std::byte> dropped(4096);
  for (std::size_t total = 0; total < kMostDroppedBytes && !is_closing_;) {
    Result<std::size_t> count = co_await socket_->read_some(dropped);
    if (!count || *count == 0) co_return;
    total += *count;
  }
}

runtime::OpenPort::Welcome welcome_web_socket(std::shared_ptr<const WebSocketPort> port,
                                              runtime::OpenPort::Welcome inside, std::vector<runtime::Shard*> shards,
                                              runtime::Logger& logger) {
  return [port = std::move(port), inside = std::move(inside), shards = std::move(shards), &logger](
             std::size_t shard, std::unique_ptr<runtime::Stream> socket) {
    auto make = [inside, shard](std::unique_ptr<runtime::Stream> stream) { return inside(shard, std::move(stream)); };
    return std::make_unique<WebSocketConnection>(*port, std::move(make), logger, *shards[shard], std::move(socket));
  };
}

}  // namespace wharf::http
