#include "admin/management/body.hpp"

#include <fmt/format.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/property_json.hpp"
#include "model/number_text.hpp"

namespace wharf::management {
namespace {

constexpr std::size_t kDeepest = 32;  // levels

}  // namespace

Body::Body(std::string_view text, Complaints complaints) : complaints_(complaints) {
  if (text.empty()) return;
  boost::json::parse_options options;
  options.max_depth = kDeepest;
  boost::system::error_code error;
  boost::json::value parsed = boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error || !parsed.is_object()) {
    refuse("not_json");
  } else {
    fields_ = std::move(parsed.as_object());
  }
}

void Body::refuse(const boost::json::value& reason) {
  if (!refusal_) refusal_ = bad_request(reason);
}

void Body::complain(std::string_view word, const boost::json::value& about) {
  if (complaints_ == Complaints::kPairs) return refuse(boost::json::array{json_text(word), about});
  refuse(json_text(fmt::format("{}: {}", word, boost::json::serialize(about))));
}

void Body::require(std::initializer_list<std::string_view> names) {
  std::string missing;
  for (std::string_view name : names) {
    if (find(name) == nullptr) missing += fmt::format("{}{{key_missing,{}}}", missing.empty() ? "" : ",", name);
  }
  if (!missing.empty()) refuse(json_text("[" + missing + "]"));
}

void Body::check_short(std::string_view what, std::string_view text) {
  if (text.size() <= kShortTextBytes) return;
  refuse(json_text(fmt::format("{} has at most {} bytes, and this has {}", what, kShortTextBytes, text.size())));
}

const boost::json::value* Body::find(std::string_view name) const {
  const boost::json::value* found = fields_.if_contains({name.data(), name.size()});
  return found != nullptr && found->is_null() ? nullptr : found;
}

bool Body::flag(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value == nullptr) return false;
  if (value->is_bool()) return value->as_bool();
  if (value->is_string() && (value->as_string() == "true" || value->as_string() == "false")) {
    return value->as_string() == "true";
  }
  complain("not_boolean", *value);
  return false;
}

std::optional<std::string> Body::text(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string(value->as_string());
  complain("not_string", json_text(name));
  return std::nullopt;
}

std::string Body::required_text(std::string_view name) {
  require({name});
  return text(name).value_or("");
}

std::optional<std::int64_t> Body::number(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->as_int64();
  if (value->is_string()) {
    if (auto number = parse_number<std::int64_t>(value->as_string())) return number;
  }
  complain("not_integer", *value);
  return std::nullopt;
}

std::int64_t Body::required_number(std::string_view name) {
  require({name});
  return number(name).value_or(0);
}

PropertyTable Body::table(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value == nullptr) return {};
  // RabbitMQ's own command line sends an empty list for no arguments.
  if (value->is_array() && value->as_array().empty()) return {};
  if (value->is_object()) return table_of(value->as_object());
  refuse(json_text(fmt::format("{} must be an object", name)));
  return {};
}

}  // namespace wharf::management
