#include "routing/core/refusals.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace wharf::routing {
namespace {

std::vector<std::string> elements(const PropertyList& list) {
  std::vector<std::string> told;
  for (const PropertyValue& one : list) told.push_back(fmt::format("{{{},{}}}", field_type(one), erlang_term(one)));
  return told;
}
std::vector<std::string> elements(const PropertyTable& table) {
  std::vector<std::string> told;
  for (const Property& one : table) {
    told.push_back(fmt::format("{{{},{},{}}}", erlang_term(one.name), field_type(one.value), erlang_term(one.value)));
  }
  return told;
}

}  // namespace

std::string resource(DestinationKind kind, std::string_view name, std::string_view vhost) {
  return fmt::format("{} '{}' in vhost '{}'", kind == DestinationKind::kExchange ? "exchange" : "queue", name, vhost);
}

std::string erlang_term(const PropertyValue& value) {
  return std::visit(
      []<class T>(const T& held) -> std::string {
        if constexpr (std::is_same_v<T, std::string>) {
          return held.empty() ? "<<>>" : fmt::format("<<\"{}\">>", held);
        } else if constexpr (std::is_arithmetic_v<T>) {
          return fmt::format("{}", held);
        } else if constexpr (std::is_same_v<T, Null>) {
          return "undefined";
        } else if constexpr (std::is_same_v<T, EpochSeconds>) {
          return fmt::format("{}", held.seconds);
        } else if constexpr (std::is_same_v<T, Decimal>) {
          return fmt::format("{{{},{}}}", held.scale, held.unscaled);
        } else if constexpr (std::is_same_v<T, Binary>) {
          return fmt::format(
              "<<{}>>", fmt::join(std::span(reinterpret_cast<const std::uint8_t*>(held.data()), held.size()), ","));
        } else {
          return fmt::format("[{}]", fmt::join(elements(held), ","));
        }
      },
      value.alternatives());
}

std::string_view field_type(const PropertyValue& value) {
  static constexpr std::array<std::string_view, std::variant_size_v<PropertyValue::Alternatives>> kNames{
      "void",      "bool",        "byte",    "unsignedbyte", "short", "unsignedshort",
      "signedint", "unsignedint", "long",    "unsignedlong", "float", "double",
      "decimal",   "timestamp",   "longstr", "binary",       "array", "table"};
  return kNames[value.alternatives().index()];
}

Error not_found(DestinationKind kind, std::string_view name, std::string_view vhost) {
  return {ErrorCode::kNotFound, fmt::format("no {}", resource(kind, name, vhost))};
}

Error default_exchange_refused() {
  return {ErrorCode::kPolicyViolation, "operation not permitted on the default exchange"};
}

Error inequivalent(std::string_view argument, std::string_view exchange, std::string_view vhost,
                   std::string_view received, std::string_view current) {
  return {ErrorCode::kPreconditionFailed,
          fmt::format("inequivalent arg '{}' for {}: received {} but current is {}", argument,
                      resource(DestinationKind::kExchange, exchange, vhost), received, current)};
}

std::string received_or_none(const PropertyValue* value, bool other_is_there) {
  if (!value) return "none";
  std::string told = value->text() ? *value->text() : erlang_term(*value);
  return other_is_there ? fmt::format("'{}'", told)
                        : fmt::format("the value '{}' of type '{}'", told, field_type(*value));
}

}  // namespace wharf::routing
