#include "admin/v1/message_search.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "admin/v1/shape_check.hpp"
#include "model/bytes.hpp"

namespace wharf::v1 {
namespace {

std::optional<std::string> text_of(const http::Request& request, std::string_view name) {
  std::optional<std::string_view> given = request.parameter(name);
  return given ? std::optional(std::string(*given)) : std::nullopt;
}

}  // namespace

MessageSearch search_of(const http::Request& request) {
  return {text_of(request, "key"), text_of(request, "header"), text_of(request, "header_value"),
          text_of(request, "contains").value_or("")};
}

bool MessageSearch::matches(const Record& record) const {
  if (key && (!record.key || as_text(*record.key) != *key)) return false;
  if (!contains.empty() && (!record.value || !as_text(*record.value).contains(contains))) return false;
  if (!header && !header_value) return true;
  for (const RecordHeader& one : record.headers) {
    bool is_named = !header || one.key == *header;
    bool has_value = !header_value || (one.value && as_text(*one.value) == *header_value);
    if (is_named && has_value) return true;
  }
  return false;
}

std::string ReadPosition::text() const {
  return fmt::format("{}.{}.{}", is_backward ? 'b' : 'f', partition, offset.value);
}

std::optional<ReadPosition> ReadPosition::parse(std::string_view text) {
  if (!text.starts_with("f.") && !text.starts_with("b.")) return std::nullopt;
  std::string_view rest = text.substr(2);
  std::size_t dot = rest.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::optional<std::int64_t> partition = integer_of(rest.substr(0, dot)), offset = integer_of(rest.substr(dot + 1));
  bool is_possible =
      partition && *partition >= 0 && *partition <= std::numeric_limits<std::int32_t>::max() && offset && *offset >= 0;
  if (!is_possible) return std::nullopt;
  return ReadPosition{text.starts_with('b'), static_cast<std::int32_t>(*partition), Offset(*offset)};
}

}  // namespace wharf::v1
