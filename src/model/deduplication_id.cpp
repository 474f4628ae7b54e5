#include "model/deduplication_id.hpp"

#include <bit>
#include <cstdint>
#include <type_traits>

#include "model/bytes.hpp"
#include "model/message_properties.hpp"

namespace wharf {
namespace {

/// The letter keeps the kinds apart.
std::optional<std::string> key_of(const PropertyValue& value) {
  return std::visit(
      []<class T>(const T& held) -> std::optional<std::string> {
        if constexpr (std::is_same_v<T, std::string>) {
          return "t" + held;
        } else if constexpr (std::is_same_v<T, Binary>) {
          return "t" + std::string(as_text(held));  // a text of a client that writes bytes
        } else if constexpr (std::is_same_v<T, bool>) {
          return held ? "b1" : "b0";
        } else if constexpr (std::is_floating_point_v<T>) {
          return "f" + std::to_string(std::bit_cast<std::uint64_t>(static_cast<double>(held)));
        } else if constexpr (std::is_integral_v<T>) {
          return "i" + std::to_string(held);
        } else if constexpr (std::is_same_v<T, EpochSeconds>) {
          return "s" + std::to_string(held.seconds);
        } else if constexpr (std::is_same_v<T, Null>) {
          return "n";
        } else {
          return std::nullopt;
        }
      },
      value.alternatives());
}

}  // namespace

std::optional<std::string> deduplication_id(const PropertyTable& headers) {
  const PropertyValue* value = find_property(headers, kDeduplicationHeader);
  return value == nullptr ? std::nullopt : key_of(*value);
}

std::optional<std::string> deduplication_id(const Record& record) {
  return deduplication_id(properties_of(record));
}

std::optional<std::string> property_key(const Record& record, std::string_view name) {
  PropertyTable properties = properties_of(record);
  const PropertyValue* value = find_property(properties, name);
  return value == nullptr ? std::nullopt : key_of(*value);
}

}  // namespace wharf
