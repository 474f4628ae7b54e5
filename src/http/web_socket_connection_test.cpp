// A protocol by WebSocket on a simulated machine, and clients that write bytes.
#include "http/web_socket_connection.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/web_socket_testing.hpp"
#include "sim/simulation.hpp"

namespace wharf::http {
namespace {

using namespace std::chrono_literals;
using runtime::OutPiece;
using runtime::Stream;
using runtime::Task;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kHandshake =
    "GET /ws HTTP/1.1\r\nHost: server\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: echo\r\n\r\n";

Task<Result<void>> write(Stream* stream, std::string text) {
  std::vector<OutPiece> pieces;
  pieces.emplace_back(SharedBytes::copy_of(as_bytes(text)));
  Result<void> sent = co_await stream->write(std::move(pieces));
  co_return sent;
}

constexpr std::size_t kBufferBytes = 20'000;
/// With its head it fills what is between two sockets.
const std::string kMuch(kBufferBytes - 4, 'x');

/// Says what it hears, until it hears "bye"; of "much" it says as much as fits. It tries to have the last word.
class EchoConnection final : public runtime::PortConnection {
 public:
  explicit EchoConnection(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
  Task<void> run() override {
    std::vector<std::byte> buffer(100);
    while (true) {
      Result<std::size_t> count = co_await stream_->read_some(buffer);
      if (count && *count == 0) std::ignore = co_await write(stream_.get(), "too late");
      if (!count || *count == 0) break;
      std::string text(as_text(ByteView(buffer).first(*count)));
      if (text == "bye") break;
      if (text == "much") text = kMuch;
      std::ignore = co_await write(stream_.get(), std::move(text));
    }
    stream_->close();
  }
  void close() override { stream_->close(); }

 private:
  std::unique_ptr<Stream> stream_;
};

Task<void> collect(Stream* stream, std::string* into, bool* ended) {
  std::vector<std::byte> buffer(4096);
  while (true) {
    Result<std::size_t> count = co_await stream->read_some(buffer);
    if (!count || *count == 0) break;
    into->append(as_text(ByteView(buffer).first(*count)));
  }
  *ended = true;
}

class WebSocketServer : public testing::Test {
 protected:
  WebSocketServer() : tasks_(peer_.shard()) {
    EXPECT_TRUE(server_.open({"0.0.0.0", 80}));
    stream_ = std::move(*simulation_.run(peer_.shard(), simulation_.network().connect(peer_.shard(), {"server", 80})));
    tasks_.spawn("collect", collect(stream_.get(), &heard_, &ended_));
  }
  ~WebSocketServer() override {
    simulation_.network().heal();
    stream_->close();
    simulation_.run(machine_.shard(), server_.close());
    simulation_.run(peer_.shard(), tasks_.close());
  }
  void say(std::string text) { std::ignore = simulation_.run(peer_.shard(), write(stream_.get(), std::move(text))); }
  bool until(const std::function<bool()>& done, Nanoseconds within = 5s) {
    return simulation_.run_until(done, simulation_.now() + within);
  }
  bool hears(std::string_view end) {
    return until([&] { return heard_.ends_with(end); });
  }
  void shake_hands() {
    say(std::string(kHandshake));
    ASSERT_TRUE(hears("Sec-WebSocket-Protocol: echo\r\n\r\n"));
    heard_.clear();
  }

  sim::Simulation simulation_{7};
  sim::Machine& machine_ = simulation_.add_machine("server");
  sim::Machine& peer_ = simulation_.add_machine("peer");
  runtime::Logger logger_{machine_.clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  std::shared_ptr<const WebSocketPort> port_ =
      std::make_shared<WebSocketPort>(WebSocketPort{.listener = "test",
                                                    .offer = {.subprotocols = {"echo"}, .origins = {}},
                                                    .options = {.message_bytes = 1000, .prefers_text = true}});
  runtime::OpenPort server_{{.name = "test"},
                            {&machine_.shard()},
                            welcome_web_socket(
                                port_,
                                [](std::size_t, std::unique_ptr<Stream> stream) {
                                  return std::make_unique<EchoConnection>(std::move(stream));
                                },
                                {&machine_.shard()}, logger_),
                            simulation_.network(),
                            logger_};
  std::unique_ptr<Stream> stream_;
  std::string heard_;
  bool ended_ = false;
  runtime::TaskScope tasks_;
};

TEST_F(WebSocketServer, WhatIsSaidInsideIsAnsweredInside) {
  shake_hands();
  say(masked_frame(0x81, "h"));
  ASSERT_TRUE(hears("\x81\x01h"));
  say(masked_frame(0x82, "\xFF"));
  ASSERT_TRUE(hears("\x82\x01\xFF"));  // no UTF-8: a message of bytes
}

TEST_F(WebSocketServer, WhatComesRightBehindTheHandshakeIsHeard) {
  say(std::string(kHandshake) + masked_frame(0x82, "early"));
  ASSERT_TRUE(
      hears("\x81\x05"
            "early"));
  EXPECT_THAT(heard_, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
}

TEST_F(WebSocketServer, PingsAreAnsweredWithinAMessageToo) {
  shake_hands();
  say(masked_frame(0x02, "a") + masked_frame(0x89, "ping") + masked_frame(0x80, "b"));
  ASSERT_TRUE(
      hears("\x81\x01"
            "b"));
  EXPECT_EQ(heard_,
            "\x81\x01"
            "a\x8A\x04ping\x81\x01"
            "b");
}

TEST_F(WebSocketServer, ACloseIsAnsweredAndTheSocketEnds) {
  shake_hands();
  say(masked_frame(0x88, "\x03\xE8"));
  ASSERT_TRUE(until([&] { return ended_; }));
  EXPECT_EQ(heard_, "\x88\x02\x03\xE8");
}

TEST_F(WebSocketServer, TheProtocolsOwnEndIsToldByAClose) {
  shake_hands();
  say(masked_frame(0x82, "bye"));
  ASSERT_TRUE(until([&] { return ended_; }));
  EXPECT_EQ(heard_, "\x88\x02\x03\xE8");
}

TEST_F(WebSocketServer, WhatIsForbiddenIsToldByItsCode) {
  shake_hands();
  say("\x82\x01x");  // not masked
  ASSERT_TRUE(until([&] { return ended_; }));
  EXPECT_EQ(heard_, "\x88\x02\x03\xEA");
}

TEST_F(WebSocketServer, AMessageAboveTheLimitIsToldByItsCode) {
  shake_hands();
  say(masked_frame(0x82, std::string(1001, 'x')));
  ASSERT_TRUE(until([&] { return ended_; }));
  EXPECT_THAT(heard_, EndsWith("\x88\x02\x03\xF1"));
}

TEST_F(WebSocketServer, AStopIsToldByItsCode) {
  shake_hands();
  simulation_.run(machine_.shard(), server_.close());
  ASSERT_TRUE(until([&] { return ended_; }));
  EXPECT_EQ(heard_, "\x88\x02\x03\xE9");
}

Task<void> close_port(runtime::OpenPort* port, bool* closed) {
  co_await port->close();
  *closed = true;
}

TEST_F(WebSocketServer, AClientThatTakesNothingHoldsUpNoEnd) {
  shake_hands();
  simulation_.network().set_conditions({.buffer_bytes = kBufferBytes});
  simulation_.network().cut("server", "peer");
  say(masked_frame(0x82, "much"));
  simulation_.run_for(1s);
  say(masked_frame(0x82, "bye"));
  simulation_.run_for(100ms);
  bool closed = false;
  runtime::TaskScope closing(machine_.shard());
  closing.spawn("close", close_port(&server_, &closed));
  EXPECT_TRUE(until([&] { return closed; }));
  stream_->close();
  simulation_.run(machine_.shard(), closing.close());
}

TEST_F(WebSocketServer, OrdinaryRequestsAreToldWhatIsSpokenHere) {
  say("GET / HTTP/1.1\r\nHost: server\r\n\r\n");
  ASSERT_TRUE(until([&] { return ended_; }));
  EXPECT_THAT(heard_, StartsWith("HTTP/1.1 426 Upgrade Required\r\n"));
  EXPECT_THAT(heard_, HasSubstr("Sec-WebSocket-Version: 13\r\n"));
}

TEST_F(WebSocketServer, ARefusalIsHeardByWhoSendsOn) {
  say("GET / HTTP/1.1\r\nHost: server\r\n\r\n" + std::string(50'000, 'x'));
  ASSERT_TRUE(until([&] { return ended_; }));
  EXPECT_THAT(heard_, StartsWith("HTTP/1.1 426 Upgrade Required\r\n"));
}

TEST_F(WebSocketServer, WhoDoesNotShakeHandsIsLeftAlone) {
  say("GET /ws HTTP/1.1\r\n");
  ASSERT_TRUE(until([&] { return ended_; }, 15s));
  EXPECT_EQ(heard_, "");
}

}  // namespace
}  // namespace wharf::http
