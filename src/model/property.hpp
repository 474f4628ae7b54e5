#pragma once
// Properties that users give their messages, and arguments of queues and exchanges: names with typed values. The types are those of
// the richest dialect that carries them so far (AMQP 0-9-1's field tables as RabbitMQ reads them); docs/message.md says how a dialect
// that lacks one shows it.
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace wharf {

struct Null {
  friend constexpr auto operator<=>(Null, Null) = default;
};

/// unscaled / 10^scale
struct Decimal {
  std::uint8_t scale = 0;
  std::int32_t unscaled = 0;
  friend constexpr auto operator<=>(Decimal, Decimal) = default;
};

/// Seconds since 1970 UTC, as AMQP 0-9-1 has times; whatever 64 bits a client sent.
struct EpochSeconds {
  std::uint64_t seconds = 0;
  friend constexpr auto operator<=>(EpochSeconds, EpochSeconds) = default;
};

using Binary = std::vector<std::byte>;

struct Property;
class PropertyValue;
/// In the order in which they came. A name may come twice: the first counts.
using PropertyTable = std::vector<Property>;
using PropertyList = std::vector<PropertyValue>;

class PropertyValue {
 public:
  using Alternatives = std::variant<Null, bool, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
                                    std::int64_t, std::uint64_t, float, double, Decimal, EpochSeconds, std::string, Binary, PropertyList,
                                    PropertyTable>;

  PropertyValue() = default;
  template <class T>
    requires std::constructible_from<Alternatives, T&&> && (!std::same_as<std::remove_cvref_t<T>, PropertyValue>)
  PropertyValue(T&& value) : value_(std::forward<T>(value)) {}  // NOLINT: a value is meant where one is written

  const Alternatives& alternatives() const { return value_; }
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&value_);
  }
  const std::string* text() const { return get_if<std::string>(); }

  friend bool operator==(const PropertyValue&, const PropertyValue&);

 private:
  Alternatives value_;
};

struct Property {
  std::string name;
  PropertyValue value;
  friend bool operator==(const Property&, const Property&) = default;
};

inline bool operator==(const PropertyValue& left, const PropertyValue& right) { return left.value_ == right.value_; }

/// Any integer type's value, where 64 signed bits hold it; none for other types. Dialects write one number in many widths.
std::optional<std::int64_t> integer_of(const PropertyValue& value);
/// The value of that name; nullptr: none.
const PropertyValue* find_property(const PropertyTable& table, std::string_view name);

}  // namespace wharf
