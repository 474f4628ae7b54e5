#include "http/web_socket_frames.hpp"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "http/web_socket_handshake.hpp"
#include "http/web_socket_testing.hpp"

namespace wharf::http {
namespace {

using namespace std::string_view_literals;

/// Data as it is, control frames in brackets; how it ended.
struct Heard {
  std::string text;
  std::optional<CloseCode> error;
};

Heard hear(std::string_view bytes, std::size_t step, std::size_t most = 1 << 20) {
  WebSocketFrames frames(most);
  Heard heard;
  std::vector<std::byte> into(7);
  while (!bytes.empty()) {
    MutableBytes space = frames.space();
    std::size_t count = std::min({step, space.size(), bytes.size()});
    std::memcpy(space.data(), bytes.data(), count);
    frames.received(count);
    bytes.remove_prefix(count);
    while (true) {
      auto next = frames.next(into);
      if (!next) {
        heard.error = next.error();
        return heard;
      }
      if (next->kind == WebSocketStep::Kind::kNeedsMore) break;
      if (next->kind == WebSocketStep::Kind::kData) heard.text += as_text(ByteView(into).first(next->count));
      if (next->kind == WebSocketStep::Kind::kPing) heard.text += "[ping " + next->payload + "]";
      if (next->kind == WebSocketStep::Kind::kClose) heard.text += "[close " + next->payload.substr(2) + "]";
    }
  }
  return heard;
}

TEST(WebSocketFrames, WhatIsInsideIsTheSameHoweverItsBytesCome) {
  std::string large(70'000, 'x');
  std::string bytes = masked_frame(0x01, "frag") + masked_frame(0x89, "p") + masked_frame(0x80, "ment") +
                      masked_frame(0x82, "") + masked_frame(0x82, std::string(300, 'y')) + masked_frame(0x8A, "pong") +
                      masked_frame(0x82, large) +
                      masked_frame(0x88,
                                   "\x03\xE8"
                                   "bye");
  for (std::size_t step : {1u, 3u, 1000u, 100'000u}) {
    Heard heard = hear(bytes, step);
    EXPECT_FALSE(heard.error);
    EXPECT_EQ(heard.text, "frag[ping p]ment" + std::string(300, 'y') + large + "[close bye]") << step;
  }
}

TEST(WebSocketFrames, WhatTheProtocolForbidsEndsIt) {
  std::string unmasked = "\x82\x01x";
  for (const std::string& bytes :
       {unmasked, masked_frame(0xC2, "x"), masked_frame(0x83, "x"), masked_frame(0x8B, "x"), masked_frame(0x80, "x"),
        masked_frame(0x02, "x") + masked_frame(0x82, "y"), masked_frame(0x09, "x"),
        masked_frame(0x89, std::string(126, 'x')), masked_frame(0x88, "x"), std::string("\x82\xFE\x00\x01\0\0\0\0x", 9),
        std::string("\x82\xFF\0\0\0\0\0\0\xFF\xFF\0\0\0\0x", 15)}) {
    EXPECT_EQ(hear(bytes, 1).error, CloseCode::kProtocolError);
  }
}

TEST(WebSocketFrames, AMessageAboveTheLimitIsRefusedByItsHead) {
  EXPECT_EQ(hear(masked_frame(0x82, std::string(11, 'x')), 1, 10).error, CloseCode::kTooLarge);
  EXPECT_EQ(hear(masked_frame(0x02, "123456") + masked_frame(0x80, "12345"), 1, 10).error, CloseCode::kTooLarge);
  EXPECT_EQ(hear(std::string("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", 14), 1).error, CloseCode::kTooLarge);
  EXPECT_FALSE(hear(masked_frame(0x82, "1234567890") + masked_frame(0x82, "1234567890"), 1, 10).error);
}

TEST(WebSocketFrames, HeadsAreAsShortAsTheirLengthAllows) {
  EXPECT_EQ(web_socket_head(WebSocketOpcode::kBinary, 125), "\x82\x7D");
  EXPECT_EQ(web_socket_head(WebSocketOpcode::kText, 126), "\x81\x7E\0\x7E"sv);
  EXPECT_EQ(web_socket_head(WebSocketOpcode::kText, 65'535), "\x81\x7E\xFF\xFF"sv);
  EXPECT_EQ(web_socket_head(WebSocketOpcode::kText, 65'536), "\x81\x7F\0\0\0\0\0\1\0\0"sv);
  EXPECT_EQ(web_socket_close(CloseCode::kGoingAway), "\x88\x02\x03\xE9"sv);
}

Request request_with(Pairs more) {
  Request request;
  request.method = "GET";
  request.headers = {{"host", "here:15674"},
                     {"upgrade", "WebSocket"},
                     {"connection", "keep-alive, Upgrade"},
                     {"sec-websocket-version", "13"},
                     {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  for (auto& [name, value] : more) {
    std::erase_if(request.headers, [&](const auto& one) { return one.first == name; });
    if (!value.empty()) request.headers.emplace_back(name, value);
  }
  return request;
}

const WebSocketOffer kOffer{.subprotocols = {"v12.stomp", "v11.stomp"}, .origins = {"https://app.example"}};

unsigned status_of(Pairs more) {
  auto answer = accept_web_socket(request_with(std::move(more)), kOffer);
  return answer ? 101 : answer.error().status;
}

TEST(WebSocketHandshake, TheKeyIsAnsweredAsInTheSpecification) {
  EXPECT_EQ(web_socket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(*accept_web_socket(request_with({{"sec-websocket-protocol", "chat, v11.stomp,v12.stomp"}}), kOffer),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: v11.stomp\r\n\r\n");
}

TEST(WebSocketHandshake, WhatIsNoHandshakeIsRefused) {
  EXPECT_EQ(status_of({}), 101u);
  EXPECT_EQ(status_of({{"upgrade", ""}}), 426u);
  EXPECT_EQ(status_of({{"connection", "close"}}), 426u);
  EXPECT_EQ(status_of({{"sec-websocket-version", "8"}}), 426u);
  EXPECT_EQ(status_of({{"sec-websocket-key", "short"}}), 400u);
  EXPECT_EQ(status_of({{"sec-websocket-key", ""}}), 400u);
  EXPECT_EQ(status_of({{"sec-websocket-protocol", "mqtt"}}), 400u);
  Request post = request_with({});
  post.method = "POST";
  EXPECT_EQ(accept_web_socket(post, kOffer).error().status, 405u);
}

TEST(WebSocketHandshake, PagesOfOtherSitesMayNotConnect) {
  EXPECT_EQ(status_of({{"origin", "http://here:15674"}}), 101u);
  EXPECT_EQ(status_of({{"origin", "https://app.example"}}), 101u);
  EXPECT_EQ(status_of({{"origin", "http://app.example"}}), 403u);
  EXPECT_EQ(status_of({{"origin", "http://here:8080"}}), 403u);
  EXPECT_EQ(status_of({{"origin", "null"}}), 403u);
  EXPECT_FALSE(is_of_another_site(request_with({{"origin", "null"}}), {"*"}));
}

}  // namespace
}  // namespace wharf::http
