#include "admin/v1/checked_request.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json/parse.hpp>

#include "admin/v1/answers.hpp"
#include "admin/v1/shape_check.hpp"

namespace wharf::v1 {
namespace {

constexpr std::size_t kDeepest = 32;  // levels of JSON

std::optional<std::string> complaint_about_path(const Found& found) {
  std::string_view pattern = found.route->pattern;
  for (const std::string& given : found.names) {
    pattern.remove_prefix(pattern.find('{') + 1);
    std::string_view name = pattern.substr(0, pattern.find('}'));
    auto field = std::ranges::find(path_fields(), name, &Field::name);
    if (field == path_fields().end()) continue;
    if (auto complaint = complaint_about(*field, given)) return complaint;
  }
  return std::nullopt;
}

const Field* find_parameter(const Route& route, std::string_view name) {
  for (std::span<const Field> fields : {route.query, page_fields(route.paging)}) {
    auto found = std::ranges::find(fields, name, &Field::name);
    if (found != fields.end()) return &*found;
  }
  return nullptr;
}

std::optional<std::string> complaint_about_query(const Route& route, const http::Request& request) {
  for (const auto& [name, value] : request.query) {
    const Field* field = find_parameter(route, name);
    if (field == nullptr) return fmt::format("there is no parameter {}", name);
    if (auto complaint = complaint_about(*field, value)) return complaint;
  }
  return std::nullopt;
}

/// "application/json; charset=utf-8" is.
bool is_json(const http::Request& request) {
  std::string_view type = request.header("content-type").value_or("");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return std::ranges::equal(type, std::string_view("application/json"),
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::expected<boost::json::object, http::Response> body_of(const Shape& shape, const http::Request& request) {
  if (!is_json(request)) {
    return std::unexpected(refusal(415, "unsupported_media_type", "the body is application/json, and says so"));
  }
  boost::json::parse_options options;
  options.max_depth = kDeepest;
  boost::system::error_code error;
  boost::json::value parsed = boost::json::parse({request.body.data(), request.body.size()}, error, {}, options);
  if (error) return std::unexpected(bad_request("the body is no JSON"));
  if (!parsed.is_object()) return std::unexpected(bad_request("the body is no JSON object"));
  if (auto complaint = complaint_about(shape, parsed.get_object())) return std::unexpected(bad_request(*complaint));
  return std::move(parsed.get_object());
}

}  // namespace

std::expected<boost::json::object, http::Response> checked(const Found& found, const http::Request& request) {
  if (auto complaint = complaint_about_path(found)) return std::unexpected(bad_request(*complaint));
  if (auto complaint = complaint_about_query(*found.route, request)) return std::unexpected(bad_request(*complaint));
  if (found.route->body == nullptr) return boost::json::object();
  return body_of(*found.route->body, request);
}

}  // namespace wharf::v1
