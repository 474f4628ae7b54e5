#include "admin/management/property_json.hpp"

#include <cmath>
#include <type_traits>

#include <boost/json/array.hpp>

#include "admin/management/answers.hpp"
#include "model/bytes.hpp"

namespace wharf::management {
namespace {

boost::json::value json_of(const PropertyValue& value) {
  return std::visit(
      []<class T>(const T& held) -> boost::json::value {
        if constexpr (std::is_same_v<T, std::string>) {
          return json_text(held);
        } else if constexpr (std::is_same_v<T, Null>) {
          return nullptr;
        } else if constexpr (std::is_floating_point_v<T>) {
          if (!std::isfinite(held)) return nullptr;
          return double{held};
        } else if constexpr (std::is_arithmetic_v<T>) {
          return held;
        } else if constexpr (std::is_same_v<T, EpochSeconds>) {
          return held.seconds;
        } else if constexpr (std::is_same_v<T, Decimal>) {
          return held.unscaled * std::pow(10.0, -static_cast<double>(held.scale));
        } else if constexpr (std::is_same_v<T, Binary>) {
          return json_text(as_text(ByteView(held)));
        } else if constexpr (std::is_same_v<T, PropertyList>) {
          boost::json::array list;
          for (const PropertyValue& one : held) list.push_back(json_of(one));
          return list;
        } else {
          return management::json_of(held);
        }
      },
      value.alternatives());
}

}  // namespace

boost::json::object json_of(const PropertyTable& table) {
  boost::json::object json;
  for (const Property& one : table) json.emplace(json_text(one.name), json_of(one.value));  // the first of a name stays
  return json;
}

PropertyValue value_of(const boost::json::value& json) {
  switch (json.kind()) {
    case boost::json::kind::null:
      return Null{};
    case boost::json::kind::bool_:
      return json.get_bool();
    case boost::json::kind::int64:
      return std::int64_t{json.get_int64()};
    case boost::json::kind::uint64:
      return std::uint64_t{json.get_uint64()};
    case boost::json::kind::double_:
      return json.get_double();
    case boost::json::kind::string:
      return std::string(json.get_string());
    case boost::json::kind::array: {
      PropertyList list;
      for (const boost::json::value& one : json.get_array()) list.push_back(value_of(one));
      return list;
    }
    case boost::json::kind::object:
      return table_of(json.get_object());
  }
  return Null{};
}

PropertyTable table_of(const boost::json::object& json) {
  PropertyTable table;
  for (const auto& [name, value] : json) table.push_back({std::string(name), value_of(value)});
  return table;
}

}  // namespace wharf::management
