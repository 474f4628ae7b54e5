#pragma once
// Topic names and filters (5.0, section 4.7): which are valid, and which filter matches which name.
#include <optional>
#include <string_view>

namespace wharf::mqtt {

/// One character at least, UTF-8 without U+0000, no wildcards, up to 65,535 bytes.
bool is_topic_name(std::string_view name);
/// The same with `+` for a whole level, and `#` for the last ones.
bool is_topic_filter(std::string_view filter);
/// Both are valid. A filter that begins with a wildcard does not match a name that begins with '$' (4.7.2).
bool matches(std::string_view filter, std::string_view name);

/// `$share/<group>/<filter>`.
struct SharedFilter {
  std::string_view group, filter;
};
/// None: it is not shared. With an empty or invalid group or filter it is no filter (4.8.2): both are empty then.
std::optional<SharedFilter> shared_filter(std::string_view filter);

}  // namespace wharf::mqtt
