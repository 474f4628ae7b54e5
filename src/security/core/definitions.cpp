#include "security/core/definitions.hpp"

#include <fmt/format.h>

namespace wharf::security {
namespace {

/// Length of the well-formed UTF-8 sequence (RFC 3629) that the text begins with; 0: none.
std::size_t sequence_length(std::string_view text) {
  auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  unsigned char first = byte(0);
  if (first < 0x80) return 1;
  std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                       : (first & 0xF0) == 0xE0         ? 3
                       : first >= 0xF0 && first <= 0xF4 ? 4
                                                        : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  bool no_character = (first == 0xED && byte(1) >= 0xA0) || (first == 0xF4 && byte(1) >= 0x90);
  return overlong || no_character ? 0 : length;
}

Result<void> check_text(ErrorCode code, std::string_view what, std::string_view text) {
  for (std::string_view left = text; !left.empty();) {
    std::size_t length = sequence_length(left);
    if (length == 0) return fail(code, fmt::format("{} is not UTF-8", what));
    left.remove_prefix(length);
  }
  return {};
}

Result<void> check_name(std::string_view what, std::string_view name) {
  if (name.empty()) return fail(ErrorCode::kInvalidName, fmt::format("{} is empty", what));
  if (name.size() > kNameBytesMax) {
    return fail(ErrorCode::kInvalidName, fmt::format("{} is too long, at most {} bytes", what, kNameBytesMax));
  }
  return check_text(ErrorCode::kInvalidName, what, name);
}

}  // namespace

Result<void> check(const User& user) {
  if (Result<void> name = check_name("the user's name", user.name); !name) return name;
  if (user.tags.size() > kTagsMax) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("a user has at most {} tags", kTagsMax));
  }
  for (const std::string& tag : user.tags) {
    if (Result<void> checked = check_name("a tag", tag); !checked) return checked;
  }
  return check_password_hash(user.password_hash, user.hashing_algorithm);
}

Result<void> check(const Permission& permission) {
  if (Result<void> name = check_name("the user's name", permission.user); !name) return name;
  if (Result<void> name = check_name("the virtual host's name", permission.name_space); !name) return name;
  for (const std::string* pattern : {&permission.configure, &permission.write, &permission.read}) {
    Result<void> checked = check_text(ErrorCode::kInvalidArgument, "a pattern", *pattern);
    if (!checked) return checked;
  }
  return {};
}

Result<void> check(const TopicPermission& permission) {
  if (Result<void> name = check_name("the user's name", permission.user); !name) return name;
  if (Result<void> name = check_name("the virtual host's name", permission.name_space); !name) return name;
  if (!permission.exchange.empty()) {  // empty: the default exchange
    if (Result<void> name = check_name("the exchange's name", permission.exchange); !name) return name;
  }
  for (const std::string* pattern : {&permission.write, &permission.read}) {
    Result<void> checked = check_text(ErrorCode::kInvalidArgument, "a pattern", *pattern);
    if (!checked) return checked;
  }
  return {};
}

std::vector<Definition> first_definitions(Salt salt) {
  return {User{"guest", hash_password(salt, "guest"), HashingAlgorithm::kSha256, {"administrator"}},
          Permission{"guest", "/", ".*", ".*", ".*"}};
}

}  // namespace wharf::security
