#pragma once
// The paths of a table of routes: "/api/queues/{vhost}/{name}", where a segment in braces is any.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wharf::json_http {

/// What stands in place of the braces; none: another path.
std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::span<const std::string> segments);

}  // namespace wharf::json_http
