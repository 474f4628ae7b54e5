#include "http/web_socket_stream.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "model/utf8.hpp"

namespace wharf::http {
namespace {

/// For a client that does not read: what was written before may fill the socket.
constexpr Nanoseconds kGoodbyeLimit = std::chrono::seconds(1);

runtime::OutPiece piece_of(std::string text) {
  auto owner = std::make_shared<std::string>(std::move(text));
  ByteView view = as_bytes(*owner);
  return SharedBytes(std::move(owner), view);
}

/// Files' ranges are Kafka's alone, which has no WebSocket.
const SharedBytes& bytes_of(const runtime::OutPiece& piece) {
  return std::get<SharedBytes>(piece);
}

/// Pieces are cut between frames and around bodies, never within a character.
bool is_text(const std::vector<runtime::OutPiece>& pieces) {
  return std::ranges::all_of(pieces,
                             [](const runtime::OutPiece& one) { return is_utf8(as_text(bytes_of(one).view())); });
}

}  // namespace

WebSocketStream::WebSocketStream(std::unique_ptr<runtime::Stream> socket, ByteView already,
                                 const WebSocketOptions& options, runtime::TaskScope& tasks)
    : socket_(std::move(socket)),
      options_(options),
      tasks_(tasks),
      frames_(options.message_bytes),
      left_(as_text(already)),
      sent_(tasks.shard()) {}

runtime::Task<Result<std::size_t>> WebSocketStream::read_some(MutableBytes into) {
  bool again = true;
  Result<std::size_t> count;
  while (again) {
    again = false;
    count = co_await read_step(into, &again);
  }
  co_return count;
}

runtime::Task<Result<std::size_t>> WebSocketStream::read_step(MutableBytes into, bool* again) {
  using Kind = WebSocketStep::Kind;
  if (is_closing_) co_return fail(ErrorCode::kClosed, "the connection is closed");
  std::expected<WebSocketStep, CloseCode> step = frames_.next(into);
  if (!step) {
    reason_ = step.error();
    co_await say_goodbye();
    co_return std::size_t{0};
  }
  if (step->kind == Kind::kData) co_return step->count;
  if (step->kind == Kind::kClose) {
    told_ = true;
    co_await answer(web_socket_control(WebSocketOpcode::kClose, step->payload));
    co_return std::size_t{0};
  }
  *again = true;
  if (step->kind == Kind::kPing) {
    co_await answer(web_socket_control(WebSocketOpcode::kPong, step->payload));
    co_return std::size_t{0};
  }
  MutableBytes space = frames_.space();
  if (!left_.empty()) {
    std::size_t some = std::min(space.size(), left_.size());
    std::memcpy(space.data(), left_.data(), some);
    left_.erase(0, some);
    frames_.received(some);
    co_return some;
  }
  Result<std::size_t> count = co_await socket_->read_some(space);
  *again = count.value_or(0) > 0;
  if (*again) frames_.received(*count);
  co_return count;
}

runtime::Task<void> WebSocketStream::until_readable() {
  if (!is_closing_ && left_.empty() && frames_.empty()) co_await socket_->until_readable();
}

/// Whoever writes just now sends it along; of several pings the last one is answered (5.5.3).
runtime::Task<void> WebSocketStream::answer(std::string frame) {
  if (is_sending_) {
    answer_ = std::move(frame);
    co_return;
  }
  std::vector<runtime::OutPiece> pieces;
  pieces.push_back(piece_of(std::move(frame)));
  std::ignore = co_await send(std::move(pieces));
}

runtime::Task<Result<void>> WebSocketStream::send(std::vector<runtime::OutPiece> pieces) {
  is_sending_ = true;
  Result<void> sent = co_await socket_->write(std::move(pieces));
  while (sent && !answer_.empty()) {
    std::vector<runtime::OutPiece> answers;
    answers.push_back(piece_of(std::exchange(answer_, {})));
    sent = co_await socket_->write(std::move(answers));
  }
  is_sending_ = false;
  sent_.notify();
  co_return sent;
}

runtime::Task<Result<void>> WebSocketStream::write(std::vector<runtime::OutPiece> pieces) {
  while (is_sending_) co_await sent_.wait();
  if (is_closing_ || told_) co_return fail(ErrorCode::kClosed, "the connection is closed");
  std::uint64_t bytes = 0;
  for (const runtime::OutPiece& one : pieces) bytes += bytes_of(one).size();
  bool text = options_.prefers_text && is_text(pieces);
  pieces.insert(pieces.begin(),
                piece_of(web_socket_head(text ? WebSocketOpcode::kText : WebSocketOpcode::kBinary, bytes)));
  Result<void> sent = co_await send(std::move(pieces));
  co_return sent;
}

runtime::Task<void> WebSocketStream::say_goodbye() {
  if (!is_sending_ && !std::exchange(told_, true)) {
    runtime::Shard& shard = tasks_.shard();
    std::optional<runtime::Timers::Handle> timer;
    timer = shard.set_timer(shard.now() + kGoodbyeLimit, [this, &timer] {
      timer.reset();
      socket_->close();
    });
    std::vector<runtime::OutPiece> pieces;
    pieces.push_back(piece_of(web_socket_close(reason_)));
    std::ignore = co_await send(std::move(pieces));
    if (timer) shard.cancel_timer(*timer);
  }
  socket_->close();
}

void WebSocketStream::close() {
  if (std::exchange(is_closing_, true)) return;
  bool begun = !is_sending_ && !told_ && tasks_.spawn("websocket-close", say_goodbye());
  if (!begun) socket_->close();
}

}  // namespace wharf::http
