#include "runtime/foreign_protocol.hpp"

#include <array>
#include <cstdint>

#include "model/byte_order.hpp"

namespace wharf::runtime {
namespace {

using namespace std::string_view_literals;

// TLS 1.2 fatal alert, protocol_version... 40 = handshake_failure: what OpenSSL and Java print as a sentence.
constexpr std::string_view kTlsAlert = "\x15\x03\x01\x00\x02\x02\x28"sv;
constexpr std::string_view kHttpRefusal =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 53\r\n\r\n"
    "This port does not speak HTTP. See admin.listen.     "sv;

constexpr std::string_view kStompRefusal = "ERROR\nmessage:this port does not speak STOMP\n\n\0"sv;
// "Unacceptable protocol version", as 3.1.1 (section 3.2.2.3) and 5.0 (3.2.2.2) write it.
constexpr std::string_view kMqttRefusal = "\x20\x02\x00\x01"sv;
constexpr std::string_view kMqtt5Refusal = "\x20\x03\x00\x84\x00"sv;

// An empty SETTINGS frame, which a server begins with, and GOAWAY with HTTP_1_1_REQUIRED (RFC 9113, sections 3.4, 6.8 and 7).
constexpr std::string_view kHttp2Refusal =
    "\0\0\0\x04\0\0\0\0\0"
    "\0\0\x38\x07\0\0\0\0\0\0\0\0\0\0\0\0\x0d"
    "This port does not speak HTTP. See admin.listen."sv;
static_assert(kHttp2Refusal.size() == 9 + 9 + 0x38);

struct Opening {
  std::string_view bytes;
  ForeignProtocol protocol;
};

constexpr std::array kOpenings = {
    Opening{"PRI * HT"sv, {"HTTP/2", kHttp2Refusal}},
    Opening{"GET "sv, {"HTTP", kHttpRefusal}},
    Opening{"HEAD "sv, {"HTTP", kHttpRefusal}},
    Opening{"POST "sv, {"HTTP", kHttpRefusal}},
    Opening{"PUT "sv, {"HTTP", kHttpRefusal}},
    Opening{"DELETE "sv, {"HTTP", kHttpRefusal}},
    Opening{"OPTIONS "sv, {"HTTP", kHttpRefusal}},
    Opening{"PATCH "sv, {"HTTP", kHttpRefusal}},
    Opening{"CONNECT {"sv, {"NATS", "-ERR 'this port does not speak NATS'\r\n"sv}},
    Opening{"CONNECT "sv, {"HTTP", kHttpRefusal}},
    // A server that does not speak the version asked for answers with the header it does speak, and closes.
    Opening{"AMQP"sv, {"AMQP", "AMQP\x00\x00\x09\x01"sv}},
    Opening{"CONNECT\n"sv, {"STOMP", kStompRefusal}},
    Opening{"CONNECT\r\n"sv, {"STOMP", kStompRefusal}},
    Opening{"STOMP\n"sv, {"STOMP", kStompRefusal}},
    Opening{"STOMP\r\n"sv, {"STOMP", kStompRefusal}},
    Opening{"SSH-"sv, {"SSH", {}}},
};

bool is_tls_hello(std::string_view text) { return text.size() >= 3 && text[0] == 0x16 && text[1] == 0x03 && text[2] <= 0x04; }

// CONNECT, the remaining length in one to four bytes, then the protocol's name with its length, and its level.
std::optional<ForeignProtocol> mqtt_connect(std::string_view text) {
  if (text.size() < 8 || text[0] != 0x10) return std::nullopt;
  std::size_t length_bytes = 1;
  while (length_bytes < 4 && (text[length_bytes] & 0x80) != 0) ++length_bytes;
  std::string_view name = text.substr(1 + length_bytes);
  if (!name.starts_with("\0\4MQ"sv) && !name.starts_with("\0\6MQ"sv)) return std::nullopt;
  bool is_5 = name.starts_with("\0\4MQTT\5"sv);
  return ForeignProtocol{"MQTT", is_5 ? kMqtt5Refusal : kMqttRefusal};
}

// WireFormatInfo: int32 length, type 1, magic "ActiveMQ".
bool is_openwire(std::string_view text) { return text.size() >= 7 && text[4] == 1 && text.substr(5).starts_with("Ac"); }

// int32 total length, int32 header length with the serialisation (0: JSON) in its first byte, JSON.
bool is_rocketmq(std::string_view text) {
  return text.size() >= 10 && text[0] == 0 && text[4] == 0 && text.substr(8).starts_with("{\""sv);
}

// int32 length, int16 key and version, int32 correlation id, and a client id's length that fits into it.
bool is_kafka_request(std::string_view text) {
  constexpr std::size_t kHeaderBytes = 14;
  constexpr std::int16_t kMostKeys = 256, kMostVersions = 32;  // there are 93 keys, and up to version 18
  if (text.size() < kHeaderBytes) return false;
  auto bytes = reinterpret_cast<const std::byte*>(text.data());
  auto length = load_big_endian<std::int32_t>(bytes);
  auto key = load_big_endian<std::int16_t>(bytes + 4), version = load_big_endian<std::int16_t>(bytes + 6);
  auto client_id_bytes = load_big_endian<std::int16_t>(bytes + 12);
  return length >= 10 && key >= 0 && key < kMostKeys && version >= 0 && version < kMostVersions && client_id_bytes >= -1 &&
         client_id_bytes <= length;
}

}  // namespace

std::optional<ForeignProtocol> recognise_protocol(ByteView first_bytes) {
  std::string_view text = as_text(first_bytes);
  if (is_tls_hello(text)) return ForeignProtocol{"TLS", kTlsAlert};
  for (const Opening& opening : kOpenings) {
    if (text.starts_with(opening.bytes)) return opening.protocol;
  }
  if (std::optional<ForeignProtocol> mqtt = mqtt_connect(text)) return mqtt;
  if (is_openwire(text)) return ForeignProtocol{"OpenWire", {}};
  if (is_rocketmq(text)) return ForeignProtocol{"RocketMQ remoting", {}};
  if (is_kafka_request(text)) return ForeignProtocol{"Kafka", {}};
  return std::nullopt;
}

std::optional<ForeignProtocol> foreign_speaker(ByteView first_bytes, std::string_view own, Logger& logger,
                                               std::string_view listener, const Endpoint& from) {
  std::optional<ForeignProtocol> foreign = recognise_protocol(first_bytes);
  if (!foreign || foreign->name.starts_with(own)) return std::nullopt;
  logger.warn("refused a connection that speaks another protocol",
              {{"listener", listener}, {"protocol", foreign->name}, {"from", from.text()}});
  return foreign;
}

}  // namespace wharf::runtime
