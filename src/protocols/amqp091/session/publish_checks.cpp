#include "protocols/amqp091/session/publish_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "model/encoded_table.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

/// As Erlang's string:to_integer reads it, with its words.
Outcome<void> check_expiration(std::string_view text) {
  auto invalid = [&](std::string_view why) {
    return refuse(ReplyCode::kPreconditionFailed, fmt::format("invalid expiration '{}': {}", text, why));
  };
  std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  bool twice_signed = text.starts_with('+') && digits.starts_with('-');
  if (error == std::errc::invalid_argument || twice_signed) return invalid("no_integer");
  std::string_view left = digits.substr(static_cast<std::size_t>(end - digits.data()));
  std::string_view number = digits.substr(0, digits.size() - left.size());
  if (!left.empty()) return invalid(fmt::format("{{leftover_string,\"{}\"}}", left));
  if (number.starts_with('-') && value != 0) return invalid(fmt::format("{{value_negative,{}}}", number));
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (error == std::errc::result_out_of_range || value > kMost)
    return invalid(fmt::format("{{value_too_large,{}}}", number));
  return {};
}

Outcome<bool> add_keys(ByteView headers, std::string_view name, std::vector<std::string>& to) {
  auto field = find_field(headers, name);
  if (!field) return false;
  PropertyValue value = field->decode();
  const PropertyList* list = value.get_if<PropertyList>();
  if (!list) {
    return refuse(
        ReplyCode::kPreconditionFailed,
        fmt::format("invalid message: {{unacceptable_type_in_header,\"{}\",{}}}", name, routing::field_type(value)));
  }
  for (const PropertyValue& key : *list) {
    if (key.text()) to.push_back(*key.text());
  }
  return true;
}

}  // namespace

Outcome<void> check_properties(const PropertiesView& properties, const Publisher& publisher) {
  return check_properties(properties.text(BasicProperty::kExpiration), properties.text(BasicProperty::kUserId),
                          publisher);
}

Outcome<void> check_properties(std::optional<std::string_view> expiration, std::optional<std::string_view> user_id,
                               const Publisher& publisher) {
  if (expiration) {
    if (auto checked = check_expiration(*expiration); !checked) return checked;
  }
  if (!user_id || *user_id == publisher.user) return {};
  if (std::ranges::find(publisher.tags, "impersonator") != publisher.tags.end()) return {};
  return refuse(ReplyCode::kPreconditionFailed,
                fmt::format("user_id property set to '{}' but authenticated user was '{}'", *user_id, publisher.user));
}

Outcome<std::optional<ExtraKeys>> extra_keys(ByteView headers) {
  ExtraKeys found;
  Outcome<bool> copies = add_keys(headers, "CC", found.keys);
  if (!copies) return refuse(copies.error());
  Outcome<bool> blind = add_keys(headers, "BCC", found.keys);
  if (!blind) return refuse(blind.error());
  if (!*copies && !*blind) return std::nullopt;
  found.has_blind = *blind;
  return found;
}

}  // namespace wharf::amqp091
