#pragma once
// The eight bytes with which a client opens a connection, and who else knocks at this port.
#include <array>
#include <cstddef>
#include <cstdint>

#include "model/bytes.hpp"

namespace wharf::amqp091 {

inline constexpr std::size_t kProtocolHeaderBytes = 8;
/// AMQP 0-9-1's; also the answer to a header that we do not serve.
inline constexpr std::array<std::byte, kProtocolHeaderBytes> kProtocolHeader{
    std::byte{'A'}, std::byte{'M'}, std::byte{'Q'}, std::byte{'P'},
    std::byte{0},   std::byte{0},   std::byte{9},   std::byte{1}};

enum class Greeting : std::uint8_t {
  kIncomplete,  // AMQP so far: wait for eight bytes
  kAmqp091,     // served here; also 0-9's own header (1, 1, 0, 9), whose clients are content with 0-9-1
  kAmqp10,      // AMQP 1.0 without a security layer
  kAmqp10Tls,   // ... that wants TLS next
  kAmqp10Sasl,  // ... that wants SASL next
  kOtherAmqp,   // 0-8, 0-10 or a version not known
  kHttp,        // a browser
  kTls,         // a TLS client hello on a plain port
  kOther,
};

/// What the first bytes of a connection say.
Greeting greeting_of(ByteView first_bytes);

}  // namespace wharf::amqp091
