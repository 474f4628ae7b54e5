// The client against our own server, and against peers that say other things, on a simulated machine.
#include "http/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/welcome.hpp"
#include "sim/simulation.hpp"

namespace wharf::http {
namespace {

using runtime::Stream;
using runtime::Task;

struct Echo final : Handler {
  Task<Response> answer(runtime::Shard&, Request request) override {
    Response response{.status = 201, .content_type = "text/plain", .body = {}, .headers = {{"Location", "here"}}};
    response.body = request.method + " " + request.path + " " + request.body + " " + request.remote.host;
    for (const std::string& segment : request.segments) response.body += "|" + segment;
    co_return response;
  }
};

class HttpClient : public testing::Test {
 protected:
  Result<Response> ask_server(Question question) {
    Echo echo;
    runtime::Logger logger(machine_.clock(), runtime::LogLevel::kError, runtime::LogFormat::kText);
    runtime::OpenPort server({.name = "test"}, {&machine_.shard()},
                             welcome({&machine_.shard()}, echo, {.request = {.body_bytes = 1u << 20}}, logger),
                             simulation_.network(), logger);
    EXPECT_TRUE(server.open({"0.0.0.0", 80}));
    auto stream = simulation_.run(peer_.shard(), simulation_.network().connect(peer_.shard(), {"server", 80}));
    Result<Response> response = simulation_.run(peer_.shard(), ask(stream->get(), std::move(question)));
    (*stream)->close();
    simulation_.run(machine_.shard(), server.close());
    return response;
  }

  /// What the client makes of a server that says this and ends.
  Result<Response> ask_one_who_says(std::string text) {
    auto listener = simulation_.network().listen(machine_.shard(), {"0.0.0.0", 80});
    runtime::TaskScope tasks(machine_.shard());
    tasks.spawn("say", say(&machine_.shard(), listener->get(), std::move(text)));
    auto stream = simulation_.run(peer_.shard(), simulation_.network().connect(peer_.shard(), {"server", 80}));
    Result<Response> response = simulation_.run(
        peer_.shard(),
        ask(stream->get(), {.method = "GET", .target = "/", .authority = "server", .headers = {}, .body = {}}));
    (*stream)->close();
    simulation_.run(machine_.shard(), tasks.close());
    return response;
  }
  static Task<void> say(runtime::Shard* shard, runtime::Listener* listener, std::string text) {
    Result<std::unique_ptr<Stream>> stream = co_await listener->accept(*shard);
    std::string heard;  // all of the question: what is left unread would reset the connection
    std::vector<std::byte> buffer(4096);
    while (!heard.ends_with("\r\n\r\n")) {
      Result<std::size_t> count = co_await (*stream)->read_some(buffer);
      heard += as_text(ByteView(buffer).first(count.value_or(0)));
      if (count.value_or(0) == 0) break;
    }
    std::vector<runtime::OutPiece> pieces;
    pieces.emplace_back(SharedBytes::copy_of(as_bytes(text)));
    if (!text.empty()) std::ignore = co_await (*stream)->write(std::move(pieces));
    (*stream)->close();
    listener->close();
  }

  sim::Simulation simulation_{3};
  sim::Machine& machine_ = simulation_.add_machine("server");
  sim::Machine& peer_ = simulation_.add_machine("peer");
};

TEST_F(HttpClient, AQuestionIsAnsweredByTheServer) {
  Result<Response> response = ask_server({.method = "PUT",
                                          .target = "/a/b%2Fc?x=1",
                                          .authority = "server",
                                          .headers = {},
                                          .body = std::string(100'000, 'x')});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 201u);
  EXPECT_EQ(response->content_type, "text/plain");
  EXPECT_TRUE(response->body.starts_with("PUT /a/b/c xxx")) << response->body.substr(0, 100);
  EXPECT_TRUE(response->body.ends_with("|a|b/c")) << response->body.substr(100'000);
  EXPECT_THAT(response->headers, testing::Contains(testing::Pair("Location", "here")));
}

TEST_F(HttpClient, WhatIsNoHttpOrEndsTooSoonIsAnError) {
  Result<Response> mail = ask_one_who_says("220 mail ready\r\n");
  EXPECT_EQ(mail.error().code, ErrorCode::kMalformed) << mail.error().message;
  EXPECT_EQ(ask_one_who_says("").error().code, ErrorCode::kClosed);
  EXPECT_FALSE(ask_one_who_says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"));
  EXPECT_EQ(ask_one_who_says("HTTP/1.1 200 OK\r\n\r\nuntil the end")->body, "until the end");
  EXPECT_EQ(ask_one_who_says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")->body,
            "abc");
}

}  // namespace
}  // namespace wharf::http
