#include "model/property.hpp"

#include <algorithm>

namespace wharf {

std::optional<std::int64_t> integer_of(const PropertyValue& value) {
  return std::visit(
      []<class T>(const T& held) -> std::optional<std::int64_t> {
        if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
          if (std::in_range<std::int64_t>(held)) return static_cast<std::int64_t>(held);
        }
        return std::nullopt;
      },
      value.alternatives());
}

const PropertyValue* find_property(const PropertyTable& table, std::string_view name) {
  auto found = std::ranges::find(table, name, &Property::name);
  return found == table.end() ? nullptr : &found->value;
}

}  // namespace wharf
