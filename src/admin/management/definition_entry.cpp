#include "admin/management/definition_entry.hpp"

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include "admin/management/property_json.hpp"

namespace wharf::management {

bool says_nothing(const boost::json::value& json) {
  switch (json.kind()) {
    case boost::json::kind::null:
      return true;
    case boost::json::kind::bool_:
      return !json.get_bool();
    case boost::json::kind::int64:
      return json.get_int64() == 0;
    case boost::json::kind::uint64:
      return json.get_uint64() == 0;
    case boost::json::kind::double_:
      return json.get_double() == 0;
    case boost::json::kind::string:
      return json.get_string().empty();
    case boost::json::kind::array:
      return json.get_array().empty();
    case boost::json::kind::object:
      return json.get_object().empty();
  }
  return false;
}

DefinitionEntry::DefinitionEntry(std::string_view section, std::size_t place, const boost::json::value& json)
    : section_(section), place_(place), fields_(json.if_object()) {
  if (fields_ == nullptr) {
    complain("it is no object");
    return;
  }
  for (std::string_view field : {"name", "user", "source"}) {
    const boost::json::value* name = fields_->if_contains({field.data(), field.size()});
    if (name == nullptr || !name->is_string()) continue;
    name_ = std::string(name->get_string());
    break;
  }
}

void DefinitionEntry::complain(std::string_view about) {
  if (complaint_) return;
  std::string called = name_.empty() ? "" : fmt::format(" ('{}')", name_);
  complaint_ = fmt::format("{}[{}]{}: {}", section_, place_, called, about);
}

const boost::json::value* DefinitionEntry::take(std::string_view field) {
  if (fields_ == nullptr) return nullptr;
  taken_.emplace(field);
  const boost::json::value* found = fields_->if_contains({field.data(), field.size()});
  return found != nullptr && found->is_null() ? nullptr : found;
}

std::string DefinitionEntry::required_text(std::string_view field) {
  const boost::json::value* value = take(field);
  if (value != nullptr && value->is_string()) return std::string(value->get_string());
  complain(fmt::format("{} is {}", field, value == nullptr ? "missing" : "no text"));
  return "";
}

std::string DefinitionEntry::text(std::string_view field, std::string_view otherwise) {
  const boost::json::value* value = take(field);
  if (value == nullptr) return std::string(otherwise);
  if (value->is_string()) return std::string(value->get_string());
  complain(fmt::format("{} is no text", field));
  return "";
}

bool DefinitionEntry::flag(std::string_view field) {
  const boost::json::value* value = take(field);
  if (value == nullptr) return false;
  if (value->is_bool()) return value->get_bool();
  complain(fmt::format("{} is neither true nor false", field));
  return false;
}

std::int64_t DefinitionEntry::number(std::string_view field) {
  const boost::json::value* value = take(field);
  if (value == nullptr) return 0;
  if (value->is_int64()) return value->get_int64();
  complain(fmt::format("{} is no whole number", field));
  return 0;
}

PropertyTable DefinitionEntry::table(std::string_view field) {
  const boost::json::value* value = take(field);
  if (value == nullptr || (value->is_array() && value->get_array().empty())) return {};
  if (value->is_object()) return table_of(value->get_object());
  complain(fmt::format("{} is no object", field));
  return {};
}

void DefinitionEntry::expect_nothing(std::string_view field, std::string_view why) {
  const boost::json::value* value = take(field);
  if (value != nullptr && !says_nothing(*value)) complain(fmt::format("{} cannot be kept: {}", field, why));
}

std::optional<std::string> DefinitionEntry::finish() {
  if (complaint_ || fields_ == nullptr) return complaint_;
  for (const auto& [field, value] : *fields_) {
    std::string_view name(field.data(), field.size());
    if (!taken_.contains(name) && !says_nothing(value)) complain(fmt::format("there is no place here for {}", name));
  }
  return complaint_;
}

}  // namespace wharf::management
