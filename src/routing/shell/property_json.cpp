#include "routing/shell/property_json.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "model/bytes.hpp"
#include "model/utf8.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::routing {
namespace {

namespace json = boost::json;

std::unexpected<Error> malformed(std::string why) {
  return fail(ErrorCode::kMalformed, std::move(why));
}

// --- bytes

std::string hex_of(ByteView bytes) {
  std::string text;
  for (std::byte byte : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

Result<Binary> bytes_of(std::string_view hex) {
  if (hex.size() % 2 != 0) return malformed("an odd number of hexadecimal digits");
  Binary bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    std::uint8_t byte = 0;
    auto [end, error] = std::from_chars(hex.data() + at, hex.data() + at + 2, byte, 16);
    if (error != std::errc() || end != hex.data() + at + 2) return malformed("no hexadecimal digits");
    bytes.push_back(std::byte{byte});
  }
  return bytes;
}

// --- floats: the shortest digits that read back as the same, "bits:" where there are none

template <class Float>
using BitsOf = std::conditional_t<sizeof(Float) == 4, std::uint32_t, std::uint64_t>;
constexpr std::string_view kBits = "bits:";

template <class Float>
std::string float_text(Float value) {
  if (std::isfinite(value)) return fmt::format("{}", value);
  return fmt::format("{}{:x}", kBits, std::bit_cast<BitsOf<Float>>(value));
}

template <class Number>
bool read_all(std::string_view text, Number& number, auto... base) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base...);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

template <class Float>
Result<PropertyValue> read_float(std::string_view text) {
  Float value = 0;
  BitsOf<Float> bits = 0;
  if (text.starts_with(kBits) && read_all(text.substr(kBits.size()), bits, 16)) return std::bit_cast<Float>(bits);
  if (read_all(text, value)) return value;
  return malformed(fmt::format("'{}' is no number", text));
}

// --- writing

json::array list_json(const PropertyList& list);

json::value value_json(const PropertyValue& value) {
  return std::visit(
      []<class T>(const T& held) -> json::value {
        if constexpr (std::is_same_v<T, Null>) {
          return nullptr;
        } else if constexpr (std::is_floating_point_v<T>) {
          return json::value(float_text(held));
        } else if constexpr (std::is_same_v<T, Decimal>) {
          return json::array{held.scale, held.unscaled};
        } else if constexpr (std::is_same_v<T, EpochSeconds>) {
          return held.seconds;
        } else if constexpr (std::is_same_v<T, std::string>) {
          return text_to_json(held);
        } else if constexpr (std::is_same_v<T, Binary>) {
          return json::value(hex_of(held));
        } else if constexpr (std::is_same_v<T, PropertyList>) {
          return list_json(held);
        } else if constexpr (std::is_same_v<T, PropertyTable>) {
          return to_json(held);
        } else {
          return held;
        }
      },
      value.alternatives());
}

json::array list_json(const PropertyList& list) {
  json::array all;
  for (const PropertyValue& one : list) all.push_back(json::array{json::string(field_type(one)), value_json(one)});
  return all;
}

// --- reading

Result<std::string> text_of(const json::value& json) {
  if (!json.is_string()) return malformed("no text where one belongs");
  return std::string(std::string_view(json.get_string()));
}

template <class Integer>
Result<PropertyValue> read_integer(const json::value& json) {
  if (!json.is_int64() && !json.is_uint64()) return malformed("no integer where one belongs");
  bool fits = json.is_int64() ? std::in_range<Integer>(json.get_int64()) : std::in_range<Integer>(json.get_uint64());
  if (!fits) return malformed("an integer that its type does not hold");
  return json.is_int64() ? static_cast<Integer>(json.get_int64()) : static_cast<Integer>(json.get_uint64());
}

Result<PropertyValue> read_decimal(const json::value& json) {
  if (!json.is_array() || json.get_array().size() != 2) return malformed("no decimal where one belongs");
  Result<PropertyValue> scale = read_integer<std::uint8_t>(json.get_array()[0]);
  if (!scale) return scale;
  Result<PropertyValue> unscaled = read_integer<std::int32_t>(json.get_array()[1]);
  if (!unscaled) return unscaled;
  return Decimal{*scale->get_if<std::uint8_t>(), *unscaled->get_if<std::int32_t>()};
}

Result<PropertyValue> read_value(std::string_view type, const json::value& json);

Result<PropertyValue> read_typed(const json::array& parts, std::size_t type_at) {
  Result<std::string> type = text_of(parts[type_at]);
  if (!type) return fail(type.error());
  return read_value(*type, parts[type_at + 1]);
}

Result<PropertyValue> read_list(const json::value& json) {
  if (!json.is_array()) return malformed("no list where one belongs");
  PropertyList list;
  for (const json::value& one : json.get_array()) {
    if (!one.is_array() || one.get_array().size() != 2) return malformed("a list's value is a type and a value");
    Result<PropertyValue> value = read_typed(one.get_array(), 0);
    if (!value) return value;
    list.push_back(std::move(*value));
  }
  return list;
}

template <class T>
Result<PropertyValue> as_value(Result<T> read) {
  if (!read) return fail(read.error());
  return PropertyValue(std::move(*read));
}

template <class T>
Result<PropertyValue> read_as(const json::value& json) {
  if constexpr (std::is_same_v<T, Null>) {
    if (!json.is_null()) return malformed("a value where none belongs");
    return Null{};
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_bool()) return malformed("no truth value where one belongs");
    return json.get_bool();
  } else if constexpr (std::is_integral_v<T>) {
    return read_integer<T>(json);
  } else if constexpr (std::is_same_v<T, Decimal>) {
    return read_decimal(json);
  } else if constexpr (std::is_same_v<T, EpochSeconds>) {
    Result<PropertyValue> seconds = read_integer<std::uint64_t>(json);
    if (!seconds) return seconds;
    return EpochSeconds{*seconds->get_if<std::uint64_t>()};
  } else if constexpr (std::is_same_v<T, PropertyList>) {
    return read_list(json);
  } else if constexpr (std::is_same_v<T, PropertyTable>) {
    return as_value(table_from_json(json));
  } else if constexpr (std::is_same_v<T, std::string>) {
    return as_value(text_from_json(json));
  } else {
    Result<std::string> text = text_of(json);
    if (!text) return fail(text.error());
    if constexpr (std::is_floating_point_v<T>) {
      return read_float<T>(*text);
    } else {
      static_assert(std::is_same_v<T, Binary>);
      return as_value(bytes_of(*text));
    }
  }
}

/// The alternative whose type bears this name.
template <std::size_t... kAt>
Result<PropertyValue> read_named(std::string_view type, const json::value& json, std::index_sequence<kAt...>) {
  Result<PropertyValue> value = malformed(fmt::format("no type is called '{}'", type));
  auto read_if = [&]<class T>(std::type_identity<T>) {
    if (type != field_type(PropertyValue(T{}))) return false;
    value = read_as<T>(json);
    return true;
  };
  (read_if(std::type_identity<std::variant_alternative_t<kAt, PropertyValue::Alternatives>>()) || ...);
  return value;
}

Result<PropertyValue> read_value(std::string_view type, const json::value& json) {
  return read_named(type, json, std::make_index_sequence<std::variant_size_v<PropertyValue::Alternatives>>());
}

}  // namespace

json::value text_to_json(std::string_view text) {
  if (is_utf8(text)) return json::value(text);
  return json::object{{"hex", hex_of(as_bytes(text))}};
}

Result<std::string> text_from_json(const json::value& json) {
  if (json.is_string()) return std::string(std::string_view(json.get_string()));
  const json::value* hex = json.is_object() ? json.get_object().if_contains("hex") : nullptr;
  if (hex == nullptr || !hex->is_string()) return malformed("no text where one belongs");
  Result<Binary> bytes = bytes_of(std::string_view(hex->get_string()));
  if (!bytes) return fail(bytes.error());
  return std::string(as_text(*bytes));
}

json::value to_json(const PropertyTable& table) {
  json::array all;
  for (const auto& [name, value] : table) {
    all.push_back(json::array{text_to_json(name), json::string(field_type(value)), value_json(value)});
  }
  return all;
}

Result<PropertyTable> table_from_json(const json::value& json) {
  if (!json.is_array()) return malformed("no table where one belongs");
  PropertyTable table;
  for (const json::value& one : json.get_array()) {
    if (!one.is_array() || one.get_array().size() != 3) return malformed("a field is a name, a type and a value");
    Result<std::string> name = text_from_json(one.get_array()[0]);
    if (!name) return fail(name.error());
    Result<PropertyValue> value = read_typed(one.get_array(), 1);
    if (!value) return fail(value.error());
    table.push_back({std::move(*name), std::move(*value)});
  }
  return table;
}

}  // namespace wharf::routing
