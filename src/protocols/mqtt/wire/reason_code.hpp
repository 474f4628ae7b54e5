#pragma once
// MQTT 5's reason codes (section 2.4), what earlier versions say in their place, and the error value that carries one
// to the client.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wharf::mqtt {

/// Protocol levels as CONNECT has them.
enum class Version : std::uint8_t { k31 = 3, k311 = 4, k5 = 5 };

enum class ReasonCode : std::uint8_t {
  kSuccess = 0x00,  // and: normal disconnection, granted QoS 0
  kGrantedQos1 = 0x01,
  kGrantedQos2 = 0x02,
  kDisconnectWithWill = 0x04,
  kNoMatchingSubscribers = 0x10,
  kNoSubscriptionExisted = 0x11,
  kContinueAuthentication = 0x18,
  kReAuthenticate = 0x19,
  kUnspecifiedError = 0x80,
  kMalformedPacket = 0x81,
  kProtocolError = 0x82,
  kImplementationSpecificError = 0x83,
  kUnsupportedProtocolVersion = 0x84,
  kClientIdentifierNotValid = 0x85,
  kBadUserNameOrPassword = 0x86,
  kNotAuthorized = 0x87,
  kServerUnavailable = 0x88,
  kServerBusy = 0x89,
  kBanned = 0x8A,
  kServerShuttingDown = 0x8B,
  kBadAuthenticationMethod = 0x8C,
  kKeepAliveTimeout = 0x8D,
  kSessionTakenOver = 0x8E,
  kTopicFilterInvalid = 0x8F,
  kTopicNameInvalid = 0x90,
  kPacketIdentifierInUse = 0x91,
  kPacketIdentifierNotFound = 0x92,
  kReceiveMaximumExceeded = 0x93,
  kTopicAliasInvalid = 0x94,
  kPacketTooLarge = 0x95,
  kMessageRateTooHigh = 0x96,
  kQuotaExceeded = 0x97,
  kAdministrativeAction = 0x98,
  kPayloadFormatInvalid = 0x99,
  kRetainNotSupported = 0x9A,
  kQosNotSupported = 0x9B,
  kUseAnotherServer = 0x9C,
  kServerMoved = 0x9D,
  kSharedSubscriptionsNotSupported = 0x9E,
  kConnectionRateExceeded = 0x9F,
  kMaximumConnectTime = 0xA0,
  kSubscriptionIdentifiersNotSupported = 0xA1,
  kWildcardSubscriptionsNotSupported = 0xA2,
};

constexpr bool is_failure(ReasonCode code) {
  return static_cast<std::uint8_t>(code) >= 0x80;
}

/// What CONNACK says before version 5 (3.1.1, table 3.1); none: the connection is closed without an answer.
std::optional<std::uint8_t> connect_return_code(ReasonCode code);

/// What ends a connection, or refuses one packet: the code and a sentence a person can act on.
struct ProtocolError {
  ReasonCode code = ReasonCode::kUnspecifiedError;
  std::string message;
};

template <class T>
using Outcome = std::expected<T, ProtocolError>;

/// `return refuse(ReasonCode::kMalformedPacket, "...");`
[[nodiscard]] inline std::unexpected<ProtocolError> refuse(ReasonCode code, std::string message) {
  return std::unexpected(ProtocolError{code, std::move(message)});
}
[[nodiscard]] inline std::unexpected<ProtocolError> refuse(ProtocolError error) {
  return std::unexpected(std::move(error));
}

}  // namespace wharf::mqtt
