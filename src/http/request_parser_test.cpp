#include "http/request_parser.hpp"

#include <cstring>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wharf::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const RequestLimits kLimits{.header_bytes = 512, .body_bytes = 100, .headers = 10};

void feed(RequestParser& parser, std::string_view text) {
  MutableBytes space = parser.space();
  ASSERT_GE(space.size(), text.size());
  std::memcpy(space.data(), text.data(), text.size());
  parser.received(text.size());
}

Request parsed(std::string_view text) {
  RequestParser parser(kLimits);
  feed(parser, text);
  auto next = parser.next();
  EXPECT_TRUE(next && *next) << text;
  return next && *next ? std::move(**next) : Request{};
}

unsigned refused(std::string_view text) {
  RequestParser parser(kLimits);
  feed(parser, text);
  auto next = parser.next();
  EXPECT_FALSE(next) << text;
  return next ? 0 : next.error().status;
}

TEST(RequestParser, AGetIsItsMethodPathQueryAndHeaders) {
  Request request = parsed("GET /a%20b/c?topic=x%26y&empty=&plain&a=1+2 HTTP/1.1\r\nHost: wharf\r\nX-Odd: Value\r\n\r\n");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/a b/c");
  EXPECT_EQ(request.segments, (std::vector<std::string>{"a b", "c"}));
  EXPECT_THAT(request.query, ElementsAre(Pair("topic", "x&y"), Pair("empty", ""), Pair("plain", ""), Pair("a", "1 2")));
  EXPECT_EQ(request.header("x-odd"), "Value");
  EXPECT_EQ(request.parameter("topic"), "x&y");
  EXPECT_EQ(request.parameter("no"), std::nullopt);
  EXPECT_TRUE(request.keep_alive);
}

TEST(RequestParser, KeepAliveFollowsTheVersionAndTheConnectionHeader) {
  EXPECT_FALSE(parsed("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(parsed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
  EXPECT_FALSE(parsed("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").keep_alive);
}

TEST(RequestParser, ABodyComesByLengthAndNotInChunks) {
  EXPECT_EQ(parsed("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello").body, "hello");
  EXPECT_EQ(refused("PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), 411u);
  EXPECT_EQ(refused("PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"), 411u);
}

TEST(RequestParser, ARequestInAnyPiecesIsTheSameRequest) {
  std::string text = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    RequestParser parser(kLimits);
    EXPECT_FALSE(parser.in_request());
    feed(parser, text.substr(0, cut));
    auto none = parser.next();
    ASSERT_TRUE(none && !*none) << cut;
    EXPECT_TRUE(parser.in_request());
    feed(parser, text.substr(cut));
    auto next = parser.next();
    ASSERT_TRUE(next && *next) << cut;
    EXPECT_EQ((*next)->body, "hello");
    EXPECT_FALSE(parser.in_request());
  }
}

TEST(RequestParser, RequestsSentAheadComeOutOneByOne) {
  RequestParser parser(kLimits);
  feed(parser, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HT");
  EXPECT_EQ((**parser.next()).path, "/1");
  EXPECT_EQ((**parser.next()).path, "/2");
  auto third = parser.next();
  ASSERT_TRUE(third && !*third);
  feed(parser, "TP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ((**parser.next()).path, "/3");
}

TEST(RequestParser, WhatIsNoRequestIsRefusedWithItsStatus) {
  EXPECT_EQ(refused("hello\r\n\r\n"), 400u);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n"), 400u);                                  // no Host
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400u);
  EXPECT_EQ(refused("GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n"), 400u);
  EXPECT_EQ(refused("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"), 400u);
  EXPECT_EQ(refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505u);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"), 400u);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"), 400u);
  EXPECT_EQ(refused("\x16\x03\x01\x02\x01\x01\x01\r\n\r\n"), 400u);                     // TLS at the wrong port
}

TEST(RequestParser, LimitsAreToldByTheirOwnStatus) {
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(600, 'x')), 431u);
  EXPECT_EQ(refused("GET /" + std::string(600, 'x')), 431u);
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 10; ++i) many += "A: b\r\n";
  EXPECT_EQ(refused(many + "\r\n"), 431u);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n"), 413u);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n"), 400u);
}

TEST(RequestParser, ALargerBodyIsTakenFromWhomItIsAllowed) {
  RequestLimits limits = kLimits;
  limits.larger_body = [](const Request& head) { return head.path == "/file" ? std::size_t{200} : std::size_t{100}; };
  auto status = [&](const std::string& path, int bytes) {
    RequestParser parser(limits);
    std::string head = "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
    feed(parser, head + std::string(static_cast<std::size_t>(bytes), 'x'));
    auto next = parser.next();
    return next ? 200u : next.error().status;
  };
  EXPECT_EQ(status("/file", 200), 200u);
  EXPECT_EQ(status("/file", 201), 413u);
  EXPECT_EQ(status("/other", 100), 200u);
  EXPECT_EQ(status("/other", 101), 413u);
}

TEST(RequestParser, ASenderThatWaitsIsToldToContinueOnce) {
  RequestParser parser(kLimits);
  feed(parser, "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n");
  auto none = parser.next();
  ASSERT_TRUE(none && !*none);
  EXPECT_TRUE(parser.wants_continue());
  EXPECT_FALSE(parser.wants_continue());
  feed(parser, "ok");
  EXPECT_EQ((**parser.next()).body, "ok");
}

TEST(RequestParser, AnAddressMayBeAbsolute) {
  EXPECT_EQ(parsed("GET http://wharf:15672/metrics?x=1 HTTP/1.1\r\nHost: wharf:15672\r\n\r\n").path, "/metrics");
  EXPECT_EQ(parsed("GET http://wharf HTTP/1.1\r\nHost: wharf\r\n\r\n").path, "/");
}

}  // namespace
}  // namespace wharf::http
