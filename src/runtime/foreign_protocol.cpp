#include "runtime/foreign_protocol.hpp"

#include <array>

namespace wharf::runtime {
namespace {

using namespace std::string_view_literals;

// TLS 1.2 fatal alert, protocol_version... 40 = handshake_failure: what OpenSSL and Java print as a sentence.
constexpr std::string_view kTlsAlert = "\x15\x03\x01\x00\x02\x02\x28"sv;
constexpr std::string_view kHttpRefusal =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 53\r\n\r\n"
    "This port does not speak HTTP. See admin.listen.     "sv;

struct Opening {
  std::string_view bytes;
  ForeignProtocol protocol;
};

constexpr std::array kOpenings = {
    Opening{"PRI * HT"sv, {"HTTP/2", {}}},
    Opening{"GET "sv, {"HTTP", kHttpRefusal}},
    Opening{"HEAD "sv, {"HTTP", kHttpRefusal}},
    Opening{"POST "sv, {"HTTP", kHttpRefusal}},
    Opening{"PUT "sv, {"HTTP", kHttpRefusal}},
    Opening{"DELETE "sv, {"HTTP", kHttpRefusal}},
    Opening{"OPTIONS "sv, {"HTTP", kHttpRefusal}},
    // A server that does not speak the version asked for answers with the header it does speak, and closes.
    Opening{"AMQP"sv, {"AMQP", "AMQP\x00\x00\x09\x01"sv}},
    Opening{"CONNECT\n"sv, {"STOMP", "ERROR\nmessage:this port does not speak STOMP\n\n\0"sv}},
    Opening{"STOMP\n"sv, {"STOMP", "ERROR\nmessage:this port does not speak STOMP\n\n\0"sv}},
    Opening{"SSH-"sv, {"SSH", {}}},
};

bool is_tls_hello(std::string_view text) { return text.size() >= 3 && text[0] == 0x16 && text[1] == 0x03 && text[2] <= 0x04; }

// CONNECT, remaining length below 128 or two bytes of it, then the protocol name with its length.
bool is_mqtt_connect(std::string_view text) {
  if (text.size() < 8 || text[0] != 0x10) return false;
  std::string_view rest = text.substr((text[1] & 0x80) != 0 ? 3 : 2);
  return rest.starts_with("\0\4MQ"sv) || rest.starts_with("\0\6MQ"sv);
}

// WireFormatInfo: int32 length, type 1, magic "ActiveMQ".
bool is_openwire(std::string_view text) { return text.size() >= 7 && text[4] == 1 && text.substr(5).starts_with("Ac"); }

// int32 total length, int32 header length with the serialisation in its first byte, JSON.
bool is_rocketmq(std::string_view text) { return text.size() >= 10 && text.substr(8).starts_with("{\""); }

}  // namespace

std::optional<ForeignProtocol> recognise_protocol(ByteView first_bytes) {
  std::string_view text = as_text(first_bytes);
  if (is_tls_hello(text)) return ForeignProtocol{"TLS", kTlsAlert};
  for (const Opening& opening : kOpenings) {
    if (text.starts_with(opening.bytes)) return opening.protocol;
  }
  if (is_mqtt_connect(text)) return ForeignProtocol{"MQTT", {}};
  if (is_openwire(text)) return ForeignProtocol{"OpenWire", {}};
  if (is_rocketmq(text)) return ForeignProtocol{"RocketMQ remoting", {}};
  return std::nullopt;
}

}  // namespace wharf::runtime
