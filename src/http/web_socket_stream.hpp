#pragma once
// A WebSocket as a stream of bytes: protocols read and write through it as through a socket. What is written together
// goes as one message: text where it is UTF-8 and the protocol is one of text, else binary. Pings are answered.
#include <memory>
#include <string>
#include <vector>

#include "http/web_socket_frames.hpp"
#include "runtime/signal.hpp"
#include "runtime/stream.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::http {

struct WebSocketOptions {
  std::size_t message_bytes = 16 << 20;  // of one message from the client
  bool prefers_text = false;
};

class WebSocketStream final : public runtime::Stream {
 public:
  /// `already`: what came behind the handshake. A task of `tasks` says goodbye; they outlive the stream.
  WebSocketStream(std::unique_ptr<runtime::Stream> socket, ByteView already, const WebSocketOptions& options,
                  runtime::TaskScope& tasks);

  runtime::Task<Result<std::size_t>> read_some(MutableBytes into) override;
  /// Something has come: of a frame, which read_some() may still have to wait for.
  runtime::Task<void> until_readable() override;
  runtime::Task<Result<void>> write(std::vector<runtime::OutPiece> pieces) override;
  /// Tells the client, unless it takes nothing: the socket is closed a second later at most.
  void close() override;
  std::size_t unacknowledged() override { return socket_->unacknowledged(); }
  const Endpoint& local() const override { return socket_->local(); }
  const Endpoint& remote() const override { return socket_->remote(); }
  /// What a close() says.
  void set_reason(CloseCode code) { reason_ = code; }

 private:
  /// 0: the client has ended.
  runtime::Task<Result<std::size_t>> read_step(MutableBytes into, bool* again);
  runtime::Task<void> answer(std::string frame);
  runtime::Task<void> say_goodbye();
  runtime::Task<Result<void>> send(std::vector<runtime::OutPiece> pieces);

  std::unique_ptr<runtime::Stream> socket_;
  WebSocketOptions options_;
  runtime::TaskScope& tasks_;
  WebSocketFrames frames_;
  std::string left_;    // of `already`
  std::string answer_;  // to the last ping, while something else is written
  bool is_sending_ = false;
  runtime::Signal sent_;
  bool is_closing_ = false;
  bool told_ = false;  // a close frame was sent, or is on its way: nothing comes behind it (5.5.1)
  CloseCode reason_ = CloseCode::kNormal;
};

}  // namespace wharf::http
