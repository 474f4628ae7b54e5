#pragma once
// A frame of STOMP (https://stomp.github.io/stomp-specification-1.2.html), and the error value that becomes an ERROR
// frame.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/bytes.hpp"

namespace wharf::stomp {

enum class Version : std::uint8_t { k10, k11, k12 };

/// As in the headers `accept-version` and `version`: "1.2".
constexpr std::string_view to_string(Version version) {
  return version == Version::k10 ? "1.0" : version == Version::k11 ? "1.1" : "1.2";
}
inline constexpr std::string_view kAllVersions = "1.0,1.1,1.2";

struct Header {
  std::string_view name;
  std::string_view value;
  friend bool operator==(const Header&, const Header&) = default;
};

/// Everything in it is borrowed.
struct Frame {
  std::string_view command;
  std::vector<Header> headers;  // in their order
  ByteView body;

  /// Of repeated ones the first counts.
  std::optional<std::string_view> header(std::string_view name) const {
    for (const Header& one : headers) {
      if (one.name == name) return one.value;
    }
    return std::nullopt;
  }
};

/// What an ERROR frame says: RabbitMQ's words in `message` where it has some, for clients look into them.
struct ProtocolError {
  std::string message;  // a few words
  std::string detail;   // a sentence a person can act on
};

template <class T>
using Outcome = std::expected<T, ProtocolError>;

/// `return refuse("Bad transaction", "there is no transaction 'x'");`
[[nodiscard]] inline std::unexpected<ProtocolError> refuse(std::string message, std::string detail) {
  return std::unexpected(ProtocolError{std::move(message), std::move(detail)});
}
[[nodiscard]] inline std::unexpected<ProtocolError> refuse(ProtocolError error) {
  return std::unexpected(std::move(error));
}

}  // namespace wharf::stomp
