#include "admin/management/properties_key.hpp"

#include <cstdint>

#include <fmt/format.h>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "admin/management/property_json.hpp"

namespace wharf::management {
namespace {

bool stands_for_itself(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         letter == '-' || letter == '.' || letter == '_';
}

/// FNV-1a over the arguments as they are shown; tables tell them by name, so their order does not count.
std::string hash_of(const PropertyTable& arguments) {
  std::uint32_t hash = 2'166'136'261u;
  for (char letter : boost::json::serialize(json_of(arguments))) {
    hash = (hash ^ static_cast<std::uint8_t>(letter)) * 16'777'619u;
  }
  return fmt::format("{:08x}", hash);
}

std::string with_hash(std::string key, const routing::Binding& binding) {
  PropertyTable arguments = routing::by_name(binding.arguments);
  if (arguments.empty()) return key.empty() ? "~" : key;
  return key + "~" + hash_of(arguments);
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (char letter : text) {
    if (stands_for_itself(letter)) {
      out += letter;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
    }
  }
  return out;
}

std::string properties_key(const routing::Binding& binding) {
  return with_hash(escaped(binding.routing_key), binding);
}

bool is_meant(const routing::Binding& binding, std::string_view segment) {
  return segment == properties_key(binding) || segment == with_hash(binding.routing_key, binding);
}

}  // namespace wharf::management
