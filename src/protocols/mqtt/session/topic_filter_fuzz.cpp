// Any filter against any name: the matcher agrees with a plain definition of what a filter means.
#include <cstdint>
#include <string_view>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "protocols/mqtt/session/topic_filter.hpp"

using namespace wharf;        // NOLINT
using namespace wharf::mqtt;  // NOLINT

namespace {

bool means(std::string_view filter, std::string_view name, bool name_is_over) {
  if (filter == "#") return true;
  if (name_is_over) return false;
  std::size_t end = filter.find('/'), name_end = name.find('/');
  std::string_view wanted = filter.substr(0, end);
  if (wanted != "+" && wanted != name.substr(0, name_end)) return false;
  bool last = end == std::string_view::npos, name_last = name_end == std::string_view::npos;
  if (last) return name_last;
  return means(filter.substr(end + 1), name_last ? "" : name.substr(name_end + 1), name_last);
}

}  // namespace

/// A filter, a newline, a name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  std::size_t newline = text.find('\n');
  if (newline == std::string_view::npos) return 0;
  std::string_view filter = text.substr(0, newline), name = text.substr(newline + 1);
  shared_filter(filter);
  if (!is_topic_filter(filter) || !is_topic_name(name)) return 0;
  bool hidden = name[0] == '$' && (filter[0] == '+' || filter[0] == '#');
  WHARF_ASSERT(matches(filter, name) == (!hidden && means(filter, name, false)));
  return 0;
}
