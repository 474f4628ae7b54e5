#pragma once
// Classes connection, channel and access: opening, tuning and closing.
#include <cstdint>
#include <string>

#include "model/property.hpp"
#include "protocols/amqp091/wire/method_table.hpp"

namespace wharf::amqp091 {

// clang-format off
/// The broker names itself and what it can do; clients switch features on by `capabilities` in these properties.
struct ConnectionStart {
  static constexpr MethodInfo kMethod{.id = {10, 10}, .name = "connection.start", .responses = {11}};
  std::uint8_t version_major = 0, version_minor = 9;
  PropertyTable server_properties;
  LongString mechanisms{"PLAIN"}, locales{"en_US"};
  static constexpr auto kFields = fields<&ConnectionStart::version_major, &ConnectionStart::version_minor,
      &ConnectionStart::server_properties, &ConnectionStart::mechanisms, &ConnectionStart::locales>;
};

/// `response` is what the mechanism asks for: secrets.
struct ConnectionStartOk {
  static constexpr MethodInfo kMethod{.id = {10, 11}, .name = "connection.start-ok"};
  PropertyTable client_properties;
  std::string mechanism = "PLAIN";
  LongString response;
  std::string locale = "en_US";
  static constexpr auto kFields = fields<&ConnectionStartOk::client_properties, &ConnectionStartOk::mechanism,
      &ConnectionStartOk::response, &ConnectionStartOk::locale>;
};

struct ConnectionSecure {
  static constexpr MethodInfo kMethod{.id = {10, 20}, .name = "connection.secure", .responses = {21}};
  LongString challenge;
  static constexpr auto kFields = fields<&ConnectionSecure::challenge>;
};

struct ConnectionSecureOk {
  static constexpr MethodInfo kMethod{.id = {10, 21}, .name = "connection.secure-ok"};
  LongString response;
  static constexpr auto kFields = fields<&ConnectionSecureOk::response>;
};

/// The broker's limits; 0 is "no limit". heartbeat in seconds.
struct ConnectionTune {
  static constexpr MethodInfo kMethod{.id = {10, 30}, .name = "connection.tune", .responses = {31}};
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat = 0;
  static constexpr auto kFields = fields<&ConnectionTune::channel_max, &ConnectionTune::frame_max, &ConnectionTune::heartbeat>;
};

/// What counts: at most what was offered.
struct ConnectionTuneOk {
  static constexpr MethodInfo kMethod{.id = {10, 31}, .name = "connection.tune-ok"};
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat = 0;
  static constexpr auto kFields = fields<&ConnectionTuneOk::channel_max, &ConnectionTuneOk::frame_max, &ConnectionTuneOk::heartbeat>;
};

struct ConnectionOpen {
  static constexpr MethodInfo kMethod{.id = {10, 40}, .name = "connection.open", .responses = {41}};
  std::string virtual_host = "/", capabilities;
  bool insist = false;
  static constexpr auto kFields = fields<&ConnectionOpen::virtual_host, &ConnectionOpen::capabilities, &ConnectionOpen::insist>;
};

struct ConnectionOpenOk {
  static constexpr MethodInfo kMethod{.id = {10, 41}, .name = "connection.open-ok"};
  std::string known_hosts;
  static constexpr auto kFields = fields<&ConnectionOpenOk::known_hosts>;
};

/// From either side.
struct ConnectionClose {
  static constexpr MethodInfo kMethod{.id = {10, 50}, .name = "connection.close", .responses = {51}};
  std::uint16_t reply_code = 0;
  std::string reply_text;
  std::uint16_t class_id = 0, method_id = 0;
  static constexpr auto kFields = fields<&ConnectionClose::reply_code, &ConnectionClose::reply_text, &ConnectionClose::class_id,
      &ConnectionClose::method_id>;
};
struct ConnectionCloseOk { static constexpr MethodInfo kMethod{.id = {10, 51}, .name = "connection.close-ok"}; };

/// RabbitMQ's: the broker has stopped reading from publishers.
struct ConnectionBlocked {
  static constexpr MethodInfo kMethod{.id = {10, 60}, .name = "connection.blocked"};
  std::string reason;
  static constexpr auto kFields = fields<&ConnectionBlocked::reason>;
};
struct ConnectionUnblocked { static constexpr MethodInfo kMethod{.id = {10, 61}, .name = "connection.unblocked"}; };

/// RabbitMQ's: a new token before the old one ends.
struct ConnectionUpdateSecret {
  static constexpr MethodInfo kMethod{.id = {10, 70}, .name = "connection.update-secret", .responses = {71}};
  LongString new_secret;
  std::string reason;
  static constexpr auto kFields = fields<&ConnectionUpdateSecret::new_secret, &ConnectionUpdateSecret::reason>;
};
struct ConnectionUpdateSecretOk { static constexpr MethodInfo kMethod{.id = {10, 71}, .name = "connection.update-secret-ok"}; };

struct ChannelOpen {
  static constexpr MethodInfo kMethod{.id = {20, 10}, .name = "channel.open", .responses = {11}};
  std::string out_of_band;
  static constexpr auto kFields = fields<&ChannelOpen::out_of_band>;
};

struct ChannelOpenOk {
  static constexpr MethodInfo kMethod{.id = {20, 11}, .name = "channel.open-ok"};
  LongString channel_id;
  static constexpr auto kFields = fields<&ChannelOpenOk::channel_id>;
};

/// From either side: whether contents may be sent.
struct ChannelFlow {
  static constexpr MethodInfo kMethod{.id = {20, 20}, .name = "channel.flow", .responses = {21}};
  bool active = false;
  static constexpr auto kFields = fields<&ChannelFlow::active>;
};

struct ChannelFlowOk {
  static constexpr MethodInfo kMethod{.id = {20, 21}, .name = "channel.flow-ok"};
  bool active = false;
  static constexpr auto kFields = fields<&ChannelFlowOk::active>;
};

struct ChannelClose {
  static constexpr MethodInfo kMethod{.id = {20, 40}, .name = "channel.close", .responses = {41}};
  std::uint16_t reply_code = 0;
  std::string reply_text;
  std::uint16_t class_id = 0, method_id = 0;
  static constexpr auto kFields = fields<&ChannelClose::reply_code, &ChannelClose::reply_text, &ChannelClose::class_id,
      &ChannelClose::method_id>;
};
struct ChannelCloseOk { static constexpr MethodInfo kMethod{.id = {20, 41}, .name = "channel.close-ok"}; };

/// Of AMQP 0-8; old clients still ask and carry the ticket on.
struct AccessRequest {
  static constexpr MethodInfo kMethod{.id = {30, 10}, .name = "access.request", .responses = {11}};
  std::string realm = "/data";
  bool exclusive = false, passive = true, active = true, write = true, read = true;
  static constexpr auto kFields = fields<&AccessRequest::realm, &AccessRequest::exclusive, &AccessRequest::passive,
      &AccessRequest::active, &AccessRequest::write, &AccessRequest::read>;
};

struct AccessRequestOk {
  static constexpr MethodInfo kMethod{.id = {30, 11}, .name = "access.request-ok"};
  std::uint16_t ticket = 1;
  static constexpr auto kFields = fields<&AccessRequestOk::ticket>;
};
// clang-format on
}  // namespace wharf::amqp091
