#include "admin/v1/shape_check.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/number_text.hpp"

namespace wharf::v1 {
namespace {

constexpr double kLargestExact = 9007199254740992.0;  // 2^53

boost::json::string_view json_name(std::string_view text) {
  return {text.data(), text.size()};
}

std::string range_of(const Field& field) {
  bool has_least = field.least != std::numeric_limits<std::int64_t>::min();
  bool has_most = field.most != std::numeric_limits<std::int64_t>::max();
  if (has_least && has_most) return fmt::format(", {} to {}", field.least, field.most);
  if (has_least) return fmt::format(", at least {}", field.least);
  return has_most ? fmt::format(", at most {}", field.most) : std::string();
}

bool is_within(const Field& field, std::int64_t number) {
  return number >= field.least && number <= field.most;
}

bool is_choice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    std::string_view word = choices.substr(0, choices.find('|'));
    choices.remove_prefix(std::min(choices.size(), word.size() + 1));
    if (word == text) return true;
  }
  return false;
}

/// Of UTF-8: all bytes but those in the middle of a character.
std::int64_t characters(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; });
}

std::optional<std::string> complaint_about_text(const Field& field, std::string_view text) {
  if (!field.choices.empty()) {
    if (is_choice(field.choices, text)) return std::nullopt;
    return fmt::format("one of {}", field.choices);
  }
  if (is_within(field, characters(text))) return std::nullopt;
  return "a text" + range_of(field) + " characters";
}

std::optional<std::string> complaint_about_number(const Field& field, std::optional<std::int64_t> number) {
  if (number && is_within(field, *number)) return std::nullopt;
  return "a whole number" + range_of(field);
}

std::optional<std::string> at(std::string_view name, std::optional<std::string> complaint) {
  if (!complaint) return std::nullopt;
  return fmt::format("{}: {}", name, *complaint);
}

std::optional<std::string> complaint_about_items(const Field& field, const boost::json::array& items) {
  if (!is_within(field, static_cast<std::int64_t>(items.size()))) return "a list" + range_of(field) + " long";
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::string place = fmt::format("[{}]", i);
    const boost::json::value& item = items[i];
    if (field.kind == Kind::kTexts && !item.is_string()) return at(place, "a text");
    if (field.kind == Kind::kIntegers && !integer_of(item)) return at(place, "a whole number");
    if (field.kind != Kind::kObjects) continue;
    if (!item.is_object()) return at(place, "an object");
    if (auto complaint = complaint_about(*field.shape, item.get_object())) return at(place, complaint);
  }
  return std::nullopt;
}

std::optional<std::string> complaint_about_table(const Field& field, const boost::json::object& table) {
  if (!is_within(field, static_cast<std::int64_t>(table.size()))) return "a table" + range_of(field) + " entries";
  for (const auto& [name, value] : table) {
    if (!value.is_string()) return at({name.data(), name.size()}, "a text");
  }
  return std::nullopt;
}

std::optional<std::string> complaint_about_value(const Field& field, const boost::json::value& value) {
  if (value.is_null() && field.is_nullable) return std::nullopt;
  switch (field.kind) {
    case Kind::kText:
      if (!value.is_string()) return field.choices.empty() ? "a text" : complaint_about_text(field, "\xff");
      return complaint_about_text(field, {value.get_string().data(), value.get_string().size()});
    case Kind::kInteger:
      return complaint_about_number(field, integer_of(value));
    case Kind::kNumber:
      return value.is_number() ? std::nullopt : std::optional<std::string>("a number");
    case Kind::kFlag:
      return value.is_bool() ? std::nullopt : std::optional<std::string>("true or false");
    case Kind::kTable:
      if (!value.is_object()) return "an object";
      return complaint_about_table(field, value.get_object());
    case Kind::kObject:
      if (!value.is_object()) return "an object";
      return complaint_about(*field.shape, value.get_object());
    case Kind::kTexts:
    case Kind::kIntegers:
    case Kind::kObjects:
      if (!value.is_array()) return "a list";
      return complaint_about_items(field, value.get_array());
    case Kind::kAnything:
      return std::nullopt;
  }
  return "something else";
}

}  // namespace

std::optional<std::int64_t> integer_of(std::string_view text) {
  return parse_number<std::int64_t>(text);
}

std::optional<std::int64_t> integer_of(const boost::json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (!value.is_double()) return std::nullopt;  // a uint64 is beyond an int64
  double number = value.get_double();
  if (std::abs(number) > kLargestExact || number != std::trunc(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::optional<std::string> complaint_about(const Shape& shape, const boost::json::object& value) {
  for (const Field& field : shape.fields) {
    const boost::json::value* found = value.if_contains(json_name(field.name));
    if (found == nullptr && field.is_required) return at(field.name, "is missing");
    if (found == nullptr) continue;
    if (auto complaint = complaint_about_value(field, *found)) return at(field.name, complaint);
  }
  for (const auto& [name, unused] : value) {
    std::string_view text(name.data(), name.size());
    if (std::ranges::find(shape.fields, text, &Field::name) == shape.fields.end())
      return at(text, "there is no such field");
  }
  return std::nullopt;
}

std::optional<std::string> complaint_about(const Field& field, std::string_view text) {
  if (field.kind == Kind::kInteger) return at(field.name, complaint_about_number(field, integer_of(text)));
  if (field.kind == Kind::kFlag && text != "true" && text != "false") return at(field.name, "true or false");
  if (field.kind == Kind::kText) return at(field.name, complaint_about_text(field, text));
  return std::nullopt;
}

}  // namespace wharf::v1
