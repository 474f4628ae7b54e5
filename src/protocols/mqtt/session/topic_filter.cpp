#include "protocols/mqtt/session/topic_filter.hpp"

#include "model/utf8.hpp"

namespace wharf::mqtt {
namespace {

constexpr std::size_t kLongest = 65'535;
constexpr std::string_view kShared = "$share/";

bool is_text(std::string_view text) {
  return !text.empty() && text.size() <= kLongest && text.find('\0') == std::string_view::npos && is_utf8(text);
}

/// Takes the first level off; false: that was the last one.
bool next_level(std::string_view& rest, std::string_view& level) {
  std::size_t slash = rest.find('/');
  level = rest.substr(0, slash);
  if (slash == std::string_view::npos) return false;
  rest.remove_prefix(slash + 1);
  return true;
}

}  // namespace

bool is_topic_name(std::string_view name) {
  return is_text(name) && name.find_first_of("+#") == std::string_view::npos;
}

bool is_topic_filter(std::string_view filter) {
  if (!is_text(filter)) return false;
  std::string_view rest = filter, level;
  for (bool more = true; more;) {
    more = next_level(rest, level);
    if (level == "#") return !more;
    if (level != "+" && level.find_first_of("+#") != std::string_view::npos) return false;
  }
  return true;
}

bool matches(std::string_view filter, std::string_view name) {
  bool hidden = name.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'));
  if (hidden) return false;
  std::string_view wanted, level;
  while (true) {
    bool more_wanted = next_level(filter, wanted);
    if (wanted == "#") return true;
    bool more = next_level(name, level);
    if (wanted != "+" && wanted != level) return false;
    if (!more) return !more_wanted || filter == "#";  // "a/#" matches "a" too
    if (!more_wanted) return false;
  }
}

std::optional<SharedFilter> shared_filter(std::string_view filter) {
  if (!filter.starts_with(kShared)) return std::nullopt;
  filter.remove_prefix(kShared.size());
  std::size_t slash = filter.find('/');
  if (slash == std::string_view::npos) return SharedFilter{};
  SharedFilter shared{filter.substr(0, slash), filter.substr(slash + 1)};
  bool valid = is_topic_name(shared.group) && is_topic_filter(shared.filter);
  return valid ? shared : SharedFilter{};
}

}  // namespace wharf::mqtt
