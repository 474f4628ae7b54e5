#pragma once
// MQTT 5's properties (section 2.2.2): one struct for all packets, and the table that says what each is like and where
// it may stand. Reading, writing, sizes and checks come from the table.
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "model/bytes.hpp"
#include "protocols/mqtt/wire/reader.hpp"
#include "protocols/mqtt/wire/writer.hpp"

namespace wharf::mqtt {

enum class PacketType : std::uint8_t {
  kConnect = 1,
  kConnAck = 2,
  kPublish = 3,
  kPubAck = 4,
  kPubRec = 5,
  kPubRel = 6,
  kPubComp = 7,
  kSubscribe = 8,
  kSubAck = 9,
  kUnsubscribe = 10,
  kUnsubAck = 11,
  kPingReq = 12,
  kPingResp = 13,
  kDisconnect = 14,
  kAuth = 15,
};

struct UserProperty {
  std::string_view name, value;
  friend bool operator==(const UserProperty&, const UserProperty&) = default;
};

/// Of one packet: each takes more memory than bytes.
inline constexpr std::size_t kMostUserProperties = 4096;

/// Borrowed from the packet, or from who writes.
struct Properties {
  using Flag = std::optional<std::uint8_t>;
  using Short = std::optional<std::uint16_t>;
  using Long = std::optional<std::uint32_t>;
  using Text = std::optional<std::string_view>;
  using Binary = std::optional<ByteView>;
  using Numbers = std::vector<std::uint32_t>;  // variable byte integers, in their order
  using Pairs = std::vector<UserProperty>;     // in their order, names may repeat

  Flag payload_format;
  Long message_expiry_s;
  Text content_type, response_topic;
  Binary correlation_data;
  Numbers subscription_ids;
  Long session_expiry_s;
  Text assigned_client_id;
  Short server_keep_alive_s;
  Text authentication_method;
  Binary authentication_data;
  Flag request_problem_information;
  Long will_delay_s;
  Flag request_response_information;
  Text response_information, server_reference, reason_string;
  Short receive_maximum, topic_alias_maximum, topic_alias;
  Flag maximum_qos, retain_available;
  Pairs user;
  Long maximum_packet_bytes;
  Flag wildcards_available, subscription_ids_available, shared_available;
};

/// Where a property may stand: a bit per packet type, and one for the will inside of CONNECT.
inline constexpr std::uint32_t kInWill = 1;
constexpr std::uint32_t in(PacketType packet) {
  return 1u << static_cast<unsigned>(packet);
}
template <class... More>
constexpr std::uint32_t in(PacketType packet, More... more) {
  return in(packet) | in(more...);
}

struct PropertyRule {
  using Member =
      std::variant<Properties::Flag Properties::*, Properties::Short Properties::*, Properties::Long Properties::*,
                   Properties::Text Properties::*, Properties::Binary Properties::*, Properties::Numbers Properties::*,
                   Properties::Pairs Properties::*>;
  std::uint8_t id;
  std::string_view name;
  Member member;
  std::uint32_t where;
  std::uint32_t least = 0;  // of numbers
  std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
};

// clang-format off
using enum PacketType;
inline constexpr std::uint32_t kInMessages = in(kPublish) | kInWill;
inline constexpr std::uint32_t kInAnswers = in(kConnAck, kPubAck, kPubRec, kPubRel, kPubComp, kSubAck, kUnsubAck, kDisconnect, kAuth);
inline constexpr auto kPropertyTable = std::to_array<PropertyRule>({
  {0x01, "payload format indicator", &Properties::payload_format, kInMessages, 0, 1},
  {0x02, "message expiry interval", &Properties::message_expiry_s, kInMessages},
  {0x03, "content type", &Properties::content_type, kInMessages},
  {0x08, "response topic", &Properties::response_topic, kInMessages},
  {0x09, "correlation data", &Properties::correlation_data, kInMessages},
  {0x0B, "subscription identifier", &Properties::subscription_ids, in(kPublish, kSubscribe), 1},
  {0x11, "session expiry interval", &Properties::session_expiry_s, in(kConnect, kConnAck, kDisconnect)},
  {0x12, "assigned client identifier", &Properties::assigned_client_id, in(kConnAck)},
  {0x13, "server keep alive", &Properties::server_keep_alive_s, in(kConnAck)},
  {0x15, "authentication method", &Properties::authentication_method, in(kConnect, kConnAck, kAuth)},
  {0x16, "authentication data", &Properties::authentication_data, in(kConnect, kConnAck, kAuth)},
  {0x17, "request problem information", &Properties::request_problem_information, in(kConnect), 0, 1},
  {0x18, "will delay interval", &Properties::will_delay_s, kInWill},
  {0x19, "request response information", &Properties::request_response_information, in(kConnect), 0, 1},
  {0x1A, "response information", &Properties::response_information, in(kConnAck)},
  {0x1C, "server reference", &Properties::server_reference, in(kConnAck, kDisconnect)},
  {0x1F, "reason string", &Properties::reason_string, kInAnswers},
  {0x21, "receive maximum", &Properties::receive_maximum, in(kConnect, kConnAck), 1},
  {0x22, "topic alias maximum", &Properties::topic_alias_maximum, in(kConnect, kConnAck)},
  {0x23, "topic alias", &Properties::topic_alias, in(kPublish)},
  {0x24, "maximum QoS", &Properties::maximum_qos, in(kConnAck), 0, 1},
  {0x25, "retain available", &Properties::retain_available, in(kConnAck), 0, 1},
  {0x26, "user property", &Properties::user, kInMessages | kInAnswers | in(kConnect, kSubscribe, kUnsubscribe)},
  {0x27, "maximum packet size", &Properties::maximum_packet_bytes, in(kConnect, kConnAck), 1},
  {0x28, "wildcard subscription available", &Properties::wildcards_available, in(kConnAck), 0, 1},
  {0x29, "subscription identifiers available", &Properties::subscription_ids_available, in(kConnAck), 0, 1},
  {0x2A, "shared subscription available", &Properties::shared_available, in(kConnAck), 0, 1},
});
// clang-format on

/// With their length. A property that may not stand there, or stands there twice, fails the reader; so does a number
/// out of its range.
void read_properties(Reader& reader, std::uint32_t where, Properties& into);
/// Of those that may stand there, without the length in front.
std::size_t properties_bytes(const Properties& properties, std::uint32_t where);
/// With their length.
void write_properties(Writer& writer, const Properties& properties, std::uint32_t where);

}  // namespace wharf::mqtt
