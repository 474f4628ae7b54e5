#include "protocols/amqp091/wire/protocol_header.hpp"

#include <algorithm>
#include <string_view>

namespace wharf::amqp091 {

Greeting greeting_of(ByteView first_bytes) {
  using namespace std::string_view_literals;
  std::string_view text = as_text(first_bytes.first(std::min(first_bytes.size(), kProtocolHeaderBytes)));
  if (text.starts_with("GET "sv)) return Greeting::kHttp;
  if (text.starts_with("\x16\x03"sv)) return Greeting::kTls;
  if (!"AMQP"sv.starts_with(text.substr(0, 4))) return Greeting::kOther;
  if (text.size() < kProtocolHeaderBytes) return Greeting::kIncomplete;
  std::string_view version = text.substr(4);
  if (version == "\0\0\x09\x01"sv || version == "\x01\x01\0\x09"sv) return Greeting::kAmqp091;
  if (version == "\0\x01\0\0"sv) return Greeting::kAmqp10;
  if (version == "\x02\x01\0\0"sv) return Greeting::kAmqp10Tls;
  if (version == "\x03\x01\0\0"sv) return Greeting::kAmqp10Sasl;
  return Greeting::kOtherAmqp;
}

}  // namespace wharf::amqp091
