#pragma once
// A port that speaks a protocol over WebSocket: the handshake, then the protocol's own connection on the stream inside.
#include <functional>
#include <memory>
#include <vector>

#include "http/web_socket_handshake.hpp"
#include "http/web_socket_stream.hpp"
#include "runtime/logger.hpp"
#include "runtime/open_port.hpp"

namespace wharf::http {

struct WebSocketPort {
  std::string_view listener;  // as log lines name it; a literal
  WebSocketOffer offer;
  WebSocketOptions options;
};

class WebSocketConnection final : public runtime::PortConnection {
 public:
  using Inside = std::function<std::unique_ptr<runtime::PortConnection>(std::unique_ptr<runtime::Stream> stream)>;

  /// All that is referred to outlives the connection.
  WebSocketConnection(const WebSocketPort& port, Inside inside, runtime::Logger& logger, runtime::Shard& shard,
                      std::unique_ptr<runtime::Stream> socket);

  runtime::Task<void> run() override;
  void close() override;

 private:
  /// False: there was none.
  runtime::Task<bool> shake_hands();
  runtime::Task<void> refuse(Refusal refusal);
  runtime::Task<void> drop_rest();
  void allow(Nanoseconds time);
  runtime::Task<bool> write(std::string text);

  const WebSocketPort& port_;
  Inside make_inside_;
  runtime::Logger& logger_;
  runtime::Shard& shard_;
  std::unique_ptr<runtime::Stream> socket_;  // until the handshake is done
  std::string already_;                      // what came behind it
  std::optional<runtime::Timers::Handle> timer_;
  WebSocketStream* stream_ = nullptr;
  std::unique_ptr<runtime::PortConnection> inside_;
  bool is_closing_ = false;
  runtime::TaskScope tasks_;
};

/// `inside`: who connects, as to a port without WebSocket.
runtime::OpenPort::Welcome welcome_web_socket(std::shared_ptr<const WebSocketPort> port,
                                              runtime::OpenPort::Welcome inside, std::vector<runtime::Shard*> shards,
                                              runtime::Logger& logger);

}  // namespace wharf::http
