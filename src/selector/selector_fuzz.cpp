// A condition of any bytes: refused with a sentence, or compiled and asked of messages whose values are made of the
// same bytes. It says the same each time, and of it and its opposite at most one is true.
#include <algorithm>
#include <cstdint>

#include "selector/compiler.hpp"
#include "selector/selector.hpp"

namespace {

using namespace wharf;            // NOLINT
using namespace wharf::selector;  // NOLINT

Value value_from(std::string_view text, std::size_t which) {
  char byte = text.empty() ? '\0' : text[which % text.size()];
  switch (byte % 6) {
    case 0:
      return Unknown{};
    case 1:
      return (byte & 8) != 0;
    case 2:
      return std::int64_t{byte} << (which % 57);
    case 3:
      return static_cast<double>(byte) / 3;
    case 4:
      return text.substr(which % (text.size() + 1));
    default:
      return Opaque{};
  }
}

void check(std::string_view text, Dialect dialect) {
  Result<Selector> selector = Selector::compile(text, dialect);
  if (!selector) {
    WHARF_ASSERT(!selector.error().message.empty());
    return;
  }
  Result<Selector> opposite = Selector::compile("NOT (" + std::string(text) + ")", dialect);
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::vector<Value> values;
    for (std::size_t i = 0; i < selector->names().size(); ++i) values.push_back(value_from(text, i + shift));
    bool matches = selector->matches(values);
    WHARF_ASSERT(selector->matches(values) == matches);
    if (!opposite) continue;  // it was as deep or as long as may be
    WHARF_ASSERT(opposite->names() == selector->names());
    WHARF_ASSERT(!matches || !opposite->matches(values));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, Dialect::kJms);
  check(text, Dialect::kRocketMq);
  return 0;
}
