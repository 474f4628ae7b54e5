#pragma once
// A method's table: its fields in wire order, as constexpr data inside of a plain struct.
//
//     struct ChannelFlow {
//       static constexpr MethodInfo kMethod{.id = {20, 20}, .name = "channel.flow", .responses = {21}};
//       bool active = false;
//       static constexpr auto kFields = fields<&ChannelFlow::active>;
//     };
//
// A field's name is its member's name, its default the member's initialiser, its wire type follows from the member's
// type: bool is a bit (up to eight that follow each other share an octet, the first in the lowest bit), integers are
// octet, short, long and longlong, LongString a longstr, PropertyTable a table, std::string and std::string_view a
// shortstr. A method that carries a content has views, of the frame's bytes: publish and deliver copy nothing. All
// others own what they say, since they wait for other parts of the broker; their short strings are names, and have to
// be UTF-8.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/property.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"

namespace wharf::amqp091 {

struct MethodInfo {
  MethodId id;
  std::string_view name;                     // "queue.declare"
  bool has_content = false;                  // a content header and bodies follow
  std::array<std::uint16_t, 2> responses{};  // method ids of the same class, one of which answers it; 0: none

  /// Whether who sends it waits for one of the responses (unless `nowait` is set).
  constexpr bool is_synchronous() const { return responses[0] != 0; }
};

/// Up to 4 GiB of any bytes.
struct LongString {
  std::string bytes;
  friend bool operator==(const LongString&, const LongString&) = default;
};

template <auto... Members>
struct FieldList {};
template <auto... Members>
inline constexpr FieldList<Members...> fields{};

template <class T>
concept Method = requires {
  { T::kMethod } -> std::same_as<const MethodInfo&>;
};

/// A method's field as run-time data, for tests and traces. `type` is the specification's name: "shortstr".
struct FieldInfo {
  std::string_view name;
  std::string_view type;
};

namespace detail {

template <class Struct, class Value>
Value value_of(Value Struct::*);
template <auto Member>
using ValueOf = decltype(value_of(Member));

/// "routing_key" out of the compiler's spelling of &BasicPublish::routing_key.
template <auto Member>
consteval std::string_view member_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text = text.substr(0, text.rfind(']'));
  return text.substr(text.rfind(':') + 1);
}

template <Method M>
constexpr auto fields_of() {
  if constexpr (requires { M::kFields; }) {
    return M::kFields;
  } else {
    static_assert(std::is_empty_v<M>, "a method with members and without a table");
    return FieldList<>{};
  }
}

}  // namespace detail

/// Two methods are equal when all their fields are.
template <Method M>
bool operator==(const M& left, const M& right) {
  return [&]<auto... Members>(FieldList<Members...>) {
    return ((left.*Members == right.*Members) && ...);
  }(detail::fields_of<M>());
}

}  // namespace wharf::amqp091
