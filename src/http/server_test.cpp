// A server on a simulated machine, and clients that write bytes.
#include "http/welcome.hpp"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/signal.hpp"
#include "sim/simulation.hpp"

namespace wharf::http {
namespace {

using namespace std::chrono_literals;
using runtime::OutPiece;
using runtime::Stream;
using runtime::Task;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Says what was asked; "/wait" is answered when the test says so.
struct Echo final : Handler {
  explicit Echo(runtime::Shard& shard) : go_on(shard) {}
  Task<Response> answer(runtime::Shard&, Request request) override {
    ++asked;
    if (request.path == "/wait") co_await go_on.wait();
    if (request.path == "/known") co_return Response{.status = 304, .content_type = {}, .body = {}, .headers = {}};
    co_return Response{.content_type = "text/plain", .body = request.method + " " + request.path + " " + request.body, .headers = {}};
  }
  int asked = 0;
  runtime::Signal go_on;
};

Task<Result<void>> write(Stream* stream, std::string text) {
  std::vector<OutPiece> pieces;
  pieces.emplace_back(SharedBytes::copy_of(as_bytes(text)));
  Result<void> sent = co_await stream->write(std::move(pieces));
  co_return sent;
}

Task<void> collect(Stream* stream, std::string* into, bool* ended) {
  std::vector<std::byte> buffer(4096);
  while (true) {
    Result<std::size_t> count = co_await stream->read_some(buffer);
    if (!count || *count == 0) break;
    into->append(as_text(ByteView(buffer).first(*count)));
  }
  *ended = true;
}

class HttpServer : public testing::Test {
 protected:
  struct Client {
    explicit Client(runtime::Shard& shard) : tasks(shard) {}
    std::unique_ptr<Stream> stream;
    std::string heard;
    bool ended = false;
    runtime::TaskScope tasks;
  };

  HttpServer() {
    EXPECT_TRUE(server_.open({"0.0.0.0", 80}));
  }
  ~HttpServer() override {
    for (auto& client : clients_) client->stream->close();
    simulation_.run(machine_.shard(), server_.close());
    for (auto& client : clients_) simulation_.run(peer_.shard(), client->tasks.close());
  }

  Client& connect() {
    auto stream = simulation_.run(peer_.shard(), simulation_.network().connect(peer_.shard(), {"server", 80}));
    Client& client = *clients_.emplace_back(std::make_unique<Client>(peer_.shard()));
    client.stream = std::move(*stream);
    client.tasks.spawn("collect", collect(client.stream.get(), &client.heard, &client.ended));
    return client;
  }
  void say(Client& client, std::string text) {
    std::ignore = simulation_.run(peer_.shard(), write(client.stream.get(), std::move(text)));
  }
  bool until(const std::function<bool()>& done, Nanoseconds within = 5s) {
    return simulation_.run_until(done, simulation_.now() + within);
  }
  bool hears(Client& client, std::string_view end) {
    return until([&] { return client.heard.ends_with(end); });
  }

  sim::Simulation simulation_{7};
  sim::Machine& machine_ = simulation_.add_machine("server", 2);
  sim::Machine& peer_ = simulation_.add_machine("peer");
  Echo echo_{machine_.shard()};
  runtime::Logger logger_{machine_.clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  runtime::OpenPort server_{{.name = "test", .max_connections = 3},
                            {&machine_.shard()},
                            welcome({&machine_.shard()}, echo_, {}, logger_),
                            simulation_.network(),
                            logger_};
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST_F(HttpServer, AnswersWithLengthDateAndBody) {
  Client& client = connect();
  say(client, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(hears(client, "GET /x "));
  EXPECT_THAT(client.heard, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(client.heard, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_THAT(client.heard, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(client.heard, HasSubstr(" GMT\r\n"));
  EXPECT_THAT(client.heard, HasSubstr("Connection: keep-alive\r\n\r\n"));
  EXPECT_FALSE(client.ended);
}

TEST_F(HttpServer, WhatIsNotSentAgainHasNoLength) {
  Client& client = connect();
  say(client, "GET /known HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(until([&] { return client.ended; }));
  EXPECT_THAT(client.heard, StartsWith("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_THAT(client.heard, Not(HasSubstr("Content-Length")));
}

TEST_F(HttpServer, AHeadHasTheLengthAndNoBody) {
  Client& client = connect();
  say(client, "HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(until([&] { return client.ended; }));
  EXPECT_THAT(client.heard, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(client.heard, EndsWith("Connection: close\r\n\r\n"));
}

TEST_F(HttpServer, RequestsSentAheadAreAnsweredInOrder) {
  Client& client = connect();
  say(client, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(until([&] { return client.ended; }));
  EXPECT_LT(client.heard.find("GET /1"), client.heard.find("GET /2"));
  EXPECT_LT(client.heard.find("GET /2"), client.heard.find("GET /3"));
  EXPECT_THAT(client.heard, EndsWith("GET /3 "));
}

TEST_F(HttpServer, ARefusalReachesAClientThatGoesOnSending) {
  Client& client = connect();
  say(client, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(50'000, 'x'));
  ASSERT_TRUE(until([&] { return client.heard.contains("\"status\":413"); }));
  EXPECT_THAT(client.heard, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(client.heard, HasSubstr("Connection: close\r\n"));
  ASSERT_TRUE(until([&] { return client.ended; }, 10s));
  EXPECT_EQ(echo_.asked, 0);
}

TEST_F(HttpServer, WhoSpeaksAnotherProtocolIsToldInItsOwnWords) {
  using namespace std::string_view_literals;
  auto answer_to = [this](std::string_view first) {
    Client& client = connect();
    say(client, std::string(first));
    EXPECT_TRUE(until([&] { return client.ended; }));
    return client.heard;
  };
  EXPECT_EQ(answer_to("\x16\x03\x01\x02\x00\x01\x00\x01\xfc"sv), "\x15\x03\x01\x00\x02\x02\x28"sv);  // TLS: an alert
  EXPECT_EQ(answer_to("AMQP\x00\x00\x09\x01"sv), "AMQP\x00\x00\x09\x01"sv);
  EXPECT_EQ(answer_to("\x10\x10\x00\x04MQTT\x04"sv), "\x20\x02\x00\x01"sv);
  EXPECT_EQ(answer_to("\x00\x00\x00\x0e\x00\x12\x00\x03\x00\x00\x00\x01\x00\x04test"sv), "");  // Kafka: it has no words for it
  EXPECT_EQ(echo_.asked, 0);
}

TEST_F(HttpServer, ASenderThatWaitsIsToldToContinue) {
  Client& client = connect();
  say(client, "PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  ASSERT_TRUE(hears(client, "100 Continue\r\n\r\n"));
  say(client, "ok");
  ASSERT_TRUE(hears(client, "PUT /x ok"));
}

TEST_F(HttpServer, WhoSaysNothingIsCutOffAfterTheIdleTime) {
  Client& client = connect();
  say(client, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(hears(client, "GET /x "));
  EXPECT_FALSE(until([&] { return client.ended; }, 70s));
  EXPECT_TRUE(until([&] { return client.ended; }, 10s));
}

TEST_F(HttpServer, WhoDripsARequestIsCutOffTenSecondsAfterItsFirstByte) {
  Client& client = connect();
  MonotonicTime begun = simulation_.now();
  for (int i = 0; i < 30 && !client.ended; ++i) {
    say(client, "G");
    simulation_.run_for(1s);
  }
  EXPECT_TRUE(client.ended);
  EXPECT_LT(simulation_.now() - begun, 13s);
}

TEST_F(HttpServer, OneConnectionTooManyIsClosedAtOnce) {
  for (int i = 0; i < 3; ++i) say(connect(), "GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(until([&] { return echo_.asked == 3; }));
  Client& fourth = connect();
  ASSERT_TRUE(until([&] { return fourth.ended; }));
  EXPECT_EQ(server_.counts().open, 3u);
  EXPECT_EQ(server_.counts().refused, 1u);
  clients_.front()->stream->close();
  ASSERT_TRUE(until([&] { return server_.counts().open == 2; }));
  Client& fifth = connect();
  say(fifth, "GET /again HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(hears(fifth, "GET /again "));
}

TEST_F(HttpServer, AStopAnswersWhatIsAskedAndCutsOffWhoWaits) {
  Client& idle = connect();
  Client& asking = connect();
  say(asking, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(until([&] { return echo_.asked == 1; }));
  runtime::TaskScope stopping(machine_.shard());
  stopping.spawn("stop", server_.close());
  ASSERT_TRUE(until([&] { return idle.ended; }));
  EXPECT_EQ(stopping.running(), 1u);
  machine_.shard().post([this] { echo_.go_on.notify(); });
  ASSERT_TRUE(until([&] { return asking.ended && stopping.running() == 0; }));
  EXPECT_THAT(asking.heard, EndsWith("Connection: close\r\n\r\nGET /wait "));
}

}  // namespace
}  // namespace wharf::http
