#include "routing/shell/definition_key.hpp"

#include <charconv>

#include <fmt/format.h>

namespace wharf::routing {
namespace {

bool must_escape(char character) {
  auto byte = static_cast<unsigned char>(character);
  return byte < 0x20 || byte == 0x7F || character == '/' || character == '%';
}

Result<std::string> unescaped(std::string_view part) {
  std::string name;
  for (std::size_t at = 0; at < part.size(); ++at) {
    if (part[at] != '%') {
      name += part[at];
      continue;
    }
    std::string_view digits = part.substr(at + 1, 2);
    unsigned byte = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) {
      return fail(ErrorCode::kMalformed, fmt::format("'%{}' in a key is no escape", digits));
    }
    name += static_cast<char>(byte);
    at += 2;
  }
  return name;
}

}  // namespace

std::string definition_key(std::string_view kind, std::initializer_list<std::string_view> names) {
  std::string key(kind);
  for (std::string_view name : names) {
    key += '/';
    for (char character : name) {
      if (must_escape(character)) {
        fmt::format_to(std::back_inserter(key), "%{:02X}", static_cast<unsigned char>(character));
      } else {
        key += character;
      }
    }
  }
  return key;
}

Result<std::vector<std::string>> names_of_key(std::string_view key, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t slash = key.find('/'); slash != std::string_view::npos; slash = key.find('/')) {
    key.remove_prefix(slash + 1);
    Result<std::string> name = unescaped(key.substr(0, key.find('/')));
    if (!name) return fail(name.error());
    names.push_back(std::move(*name));
  }
  if (names.size() != count) {
    return fail(ErrorCode::kMalformed, fmt::format("a key of {} names where {} belong", names.size(), count));
  }
  return names;
}

}  // namespace wharf::routing
