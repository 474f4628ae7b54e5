#pragma once
// The packets, each a plain struct whose fields are described once (packet_codec.hpp reads, measures and writes by
// them). Everything is borrowed: from the packet that was read, or from who writes.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/bytes.hpp"
#include "protocols/mqtt/wire/properties.hpp"

namespace wharf::mqtt {

struct Will {
  Properties properties;
  std::string_view topic;
  ByteView payload;
  std::uint8_t qos = 0;
  bool retain = false;
};

struct Connect {
  static constexpr PacketType kType = kConnect;
  static constexpr std::string_view kName = "CONNECT";
  std::string_view protocol = "MQTT";
  std::uint8_t level = 5;
  bool clean_start = true;
  std::uint16_t keep_alive_s = 0;
  Properties properties;
  std::string_view client_id;
  std::optional<Will> will;
  std::optional<std::string_view> user;
  std::optional<ByteView> password;
};

struct ConnAck {
  static constexpr PacketType kType = kConnAck;
  static constexpr std::string_view kName = "CONNACK";
  bool session_present = false;
  std::uint8_t code = 0;  // a reason code, or before version 5 a return code
  Properties properties;
};

struct Publish {
  static constexpr PacketType kType = kPublish;
  static constexpr std::string_view kName = "PUBLISH";
  bool dup = false;
  std::uint8_t qos = 0;
  bool retain = false;
  std::string_view topic;
  std::uint16_t packet_id = 0;  // 0: none, at QoS 0
  Properties properties;
  ByteView payload;
};

/// PUBACK, PUBREC, PUBREL and PUBCOMP are alike.
template <PacketType Type>
struct PublishAnswer {
  static constexpr PacketType kType = Type;
  static constexpr std::string_view kName = Type == kPubAck   ? "PUBACK"
                                            : Type == kPubRec ? "PUBREC"
                                            : Type == kPubRel ? "PUBREL"
                                                              : "PUBCOMP";
  std::uint16_t packet_id = 0;
  ReasonCode reason = ReasonCode::kSuccess;
  Properties properties = {};
};
using PubAck = PublishAnswer<kPubAck>;
using PubRec = PublishAnswer<kPubRec>;
using PubRel = PublishAnswer<kPubRel>;
using PubComp = PublishAnswer<kPubComp>;

struct FilterRequest {
  std::string_view filter;
  std::uint8_t options = 0;  // 5.0, 3.8.3.1; before, the QoS
};

struct Subscribe {
  static constexpr PacketType kType = kSubscribe;
  static constexpr std::string_view kName = "SUBSCRIBE";
  std::uint16_t packet_id = 0;
  Properties properties;
  std::vector<FilterRequest> filters;
};

struct SubAck {
  static constexpr PacketType kType = kSubAck;
  static constexpr std::string_view kName = "SUBACK";
  std::uint16_t packet_id = 0;
  Properties properties;
  std::vector<std::uint8_t> codes;
};

struct Unsubscribe {
  static constexpr PacketType kType = kUnsubscribe;
  static constexpr std::string_view kName = "UNSUBSCRIBE";
  std::uint16_t packet_id = 0;
  Properties properties;
  std::vector<std::string_view> filters;
};

struct UnsubAck {
  static constexpr PacketType kType = kUnsubAck;
  static constexpr std::string_view kName = "UNSUBACK";
  std::uint16_t packet_id = 0;
  Properties properties;
  std::vector<std::uint8_t> codes;  // from version 5 on
};

struct PingReq {
  static constexpr PacketType kType = kPingReq;
  static constexpr std::string_view kName = "PINGREQ";
};
struct PingResp {
  static constexpr PacketType kType = kPingResp;
  static constexpr std::string_view kName = "PINGRESP";
};

struct Disconnect {
  static constexpr PacketType kType = kDisconnect;
  static constexpr std::string_view kName = "DISCONNECT";
  ReasonCode reason = ReasonCode::kSuccess;
  Properties properties;
};

struct Auth {
  static constexpr PacketType kType = kAuth;
  static constexpr std::string_view kName = "AUTH";
  ReasonCode reason = ReasonCode::kSuccess;
  Properties properties;
};

}  // namespace wharf::mqtt
