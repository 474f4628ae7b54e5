#include "runtime/foreign_protocol.hpp"

#include <gtest/gtest.h>

namespace wharf::runtime {
namespace {

using namespace std::string_view_literals;

std::string_view name_of(std::string_view bytes) {
  auto found = recognise_protocol(as_bytes(bytes));
  return found ? found->name : "none";
}

TEST(ForeignProtocol, EachIsNamedByItsFirstBytes) {
  EXPECT_EQ(name_of("\x16\x03\x01\x02\x00\x01\x00\x01"sv), "TLS");
  EXPECT_EQ(name_of("GET / HTTP/1.1\r\n"sv), "HTTP");
  EXPECT_EQ(name_of("POST /x "sv), "HTTP");
  EXPECT_EQ(name_of("PRI * HTTP/2.0"sv), "HTTP/2");
  EXPECT_EQ(name_of("AMQP\x00\x00\x09\x01"sv), "AMQP");
  EXPECT_EQ(name_of("\x10\x10\x00\x04MQTT\x04"sv), "MQTT");
  EXPECT_EQ(name_of("\x10\x80\x01\x00\x06MQIsdp"sv), "MQTT");
  EXPECT_EQ(name_of("CONNECT\naccept-version:1.2\n"sv), "STOMP");
  EXPECT_EQ(name_of("\x00\x00\x00\xF0\x01" "ActiveMQ"sv), "OpenWire");
  EXPECT_EQ(name_of("\x00\x00\x01\x00\x00\x00\x00\xF0{\"code\":105"sv), "RocketMQ remoting");
}

TEST(ForeignProtocol, NoneIsTakenForAnother) {
  EXPECT_EQ(name_of("CONNECT {\"verbose\":false}\r\n"sv), "NATS");
  EXPECT_EQ(name_of("CONNECT wharf:443 HTTP/1.1\r\n"sv), "HTTP");
  EXPECT_EQ(name_of("PATCH /api HTTP/1.1\r\n"sv), "HTTP");
  EXPECT_EQ(name_of("CONNECT\r\naccept-version:1.2\r\n"sv), "STOMP");
  EXPECT_EQ(name_of("\x10\x80\x80\x01\x00\x04MQTT\x05"sv), "MQTT");
  EXPECT_EQ(name_of("\x00\x00\x00\x0e\x00\x12\x00\x00\x00\x00\x00\x01\x00\x04wait"sv), "Kafka");
  EXPECT_EQ(name_of("\x00\x00\x00\x0a\x00\x03\x00\x00\x00\x00\x00\x01\xff\xff"sv), "Kafka");
}

TEST(ForeignProtocol, MqttIsRefusedInItsOwnVersion) {
  EXPECT_EQ(recognise_protocol(as_bytes("\x10\x10\x00\x04MQTT\x04"sv))->refusal, "\x20\x02\x00\x01"sv);
  EXPECT_EQ(recognise_protocol(as_bytes("\x10\x10\x00\x04MQTT\x05"sv))->refusal, "\x20\x03\x00\x84\x00"sv);
}

TEST(ForeignProtocol, WhatIsNoBeginningIsNone) {
  EXPECT_EQ(name_of(""sv), "none");
  EXPECT_EQ(name_of("\x00\x00\x01"sv), "none");
}

TEST(ForeignProtocol, TheHttpRefusalSaysItsTrueLength) {
  std::string_view refusal = recognise_protocol(as_bytes("GET / HTTP/1.1"))->refusal;
  std::size_t body = refusal.find("\r\n\r\n") + 4;
  EXPECT_NE(refusal.find("Content-Length: " + std::to_string(refusal.size() - body) + "\r\n"), std::string_view::npos);
}

/// The frames of RFC 9113, section 4.1: a length in three bytes, a type, flags, a stream.
TEST(ForeignProtocol, TheHttp2RefusalIsSettingsAndAGoawayThatAsksForHttp1) {
  std::string_view refusal = recognise_protocol(as_bytes("PRI * HTTP/2.0"sv))->refusal;
  EXPECT_EQ(refusal.substr(0, 9), "\0\0\0\4\0\0\0\0\0"sv);
  std::string_view goaway = refusal.substr(9);
  EXPECT_EQ(static_cast<std::size_t>(goaway[2]), goaway.size() - 9);
  EXPECT_EQ(goaway[3], 7);
  EXPECT_EQ(goaway.substr(9, 8), "\0\0\0\0\0\0\0\x0d"sv);
  EXPECT_EQ(goaway.substr(17), "This port does not speak HTTP. See admin.listen.");
}

}  // namespace
}  // namespace wharf::runtime
