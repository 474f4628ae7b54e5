#pragma once
// A whole number in a request's query.
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "admin/management/answers.hpp"
#include "model/number_text.hpp"

namespace wharf::management {

/// None: it is not there. 400: it is no number, or larger than `most`.
inline std::expected<std::optional<std::uint64_t>, http::Response> number_parameter(const http::Request& request,
                                                                                    std::string_view name,
                                                                                    std::uint64_t most) {
  std::optional<std::string_view> text = request.parameter(name);
  if (!text) return std::nullopt;
  std::optional<std::uint64_t> number = parse_number<std::uint64_t>(*text);
  if (number && *number <= most) return number;
  return std::unexpected(bad_request(json_text(fmt::format("{} is a whole number up to {}", name, most))));
}

}  // namespace wharf::management
