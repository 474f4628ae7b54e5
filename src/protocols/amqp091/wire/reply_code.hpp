#pragma once
// AMQP 0-9-1's reply codes (section 1.4 of the reference), and the error value that carries one to the client.
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace wharf::amqp091 {

enum class ReplyCode : std::uint16_t {
  kSuccess = 200,
  kContentTooLarge = 311,
  kNoRoute = 312,
  kNoConsumers = 313,
  kConnectionForced = 320,
  kInvalidPath = 402,
  kAccessRefused = 403,
  kNotFound = 404,
  kResourceLocked = 405,
  kPreconditionFailed = 406,
  kFrameError = 501,
  kSyntaxError = 502,
  kCommandInvalid = 503,
  kChannelError = 504,
  kUnexpectedFrame = 505,
  kResourceError = 506,
  kNotAllowed = 530,
  kNotImplemented = 540,
  kInternalError = 541,
};

/// As in a reply text: "FRAME_ERROR".
std::string_view to_string(ReplyCode code);
/// Whether the connection closes, not only the channel: a "hard error" of the specification.
constexpr bool closes_connection(ReplyCode code) {
  return code == ReplyCode::kConnectionForced || code == ReplyCode::kInvalidPath || code >= ReplyCode::kFrameError;
}

struct MethodId {
  std::uint16_t class_id = 0;
  std::uint16_t method_id = 0;
  friend constexpr auto operator<=>(MethodId, MethodId) = default;
};

/// What ends a channel or a connection: the arguments of its close method.
struct ProtocolError {
  ReplyCode code = ReplyCode::kInternalError;
  std::string message;  // a sentence a person can act on
  MethodId method;      // the culprit; 0, 0: none

  /// "FRAME_ERROR - ...", which is what clients look into; cut where a short string ends.
  std::string reply_text() const;
};

template <class T>
using Outcome = std::expected<T, ProtocolError>;

/// `return refuse(ReplyCode::kFrameError, "...");`
[[nodiscard]] inline std::unexpected<ProtocolError> refuse(ReplyCode code, std::string message, MethodId method = {}) {
  return std::unexpected(ProtocolError{code, std::move(message), method});
}
[[nodiscard]] inline std::unexpected<ProtocolError> refuse(ProtocolError error) {
  return std::unexpected(std::move(error));
}

}  // namespace wharf::amqp091
