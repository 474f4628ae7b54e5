#pragma once
// A message's table: which member is which field, in which versions, written as constexpr data beside a plain struct.
//
//     struct FetchRequest { struct Partition {...}; ... };  // the header: all that users see
//
//     template <>                                           // the .cpp: what the codec needs
//     inline constexpr auto kTable<FetchRequest::Partition> = fields(
//         Field<&FetchRequest::Partition::partition>{},
//         Field<&FetchRequest::Partition::current_leader_epoch>{.since = 9, .ignorable = true});
//     template <>
//     inline constexpr auto kTable<FetchRequest> = message(
//         versions_of(ApiKey::kFetch),
//         Field<&FetchRequest::topics>{}, Tagged<0, &FetchRequest::cluster_id>{.since = 12});
//     template struct Codec<FetchRequest>;
//
// Fields stand in wire order; a field's name is its member's name, its type the member's type, its default the member's
// initialiser. The words are those of Kafka's own message definitions (KIP-482 and the README beside them): a field
// exists in versions `since`..`until`, may be null from `nullable_since` on, and when a version lacks it while it is
// not at its default, it is dropped if `ignorable`, else the message cannot be written. Structs inside come before
// those that hold them.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "protocols/kafka/wire/versions.hpp"

namespace wharf::kafka {

namespace detail {

template <class Struct, class Value>
Struct struct_of(Value Struct::*);
template <class Struct, class Value>
Value value_of(Value Struct::*);

/// "max_bytes" out of the compiler's spelling of &FetchRequest::max_bytes.
template <auto Member>
consteval std::string_view member_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text = text.substr(0, text.rfind(']'));
  return text.substr(text.rfind(':') + 1);
}

}  // namespace detail

/// A field in its place.
template <auto Member>
struct Field {
  std::int16_t since = 0;
  std::int16_t until = kForever;
  std::int16_t nullable_since = kNever;
  bool ignorable = false;

  using Struct = decltype(detail::struct_of(Member));
  using Value = decltype(detail::value_of(Member));
  static constexpr auto kMember = Member;
  static constexpr std::string_view kName = detail::member_name<Member>();
  static constexpr int kTag = -1;
  constexpr FieldRule rule() const { return {since, until, nullable_since, ignorable}; }
};

/// A field in the tagged section at the end, left out when it has its default. Tables list them by rising tag.
template <std::uint32_t Tag, auto Member>
struct Tagged {
  std::int16_t since = 0;
  std::int16_t until = kForever;
  std::int16_t nullable_since = kNever;
  bool ignorable = false;

  using Struct = decltype(detail::struct_of(Member));
  using Value = decltype(detail::value_of(Member));
  static constexpr auto kMember = Member;
  static constexpr std::string_view kName = detail::member_name<Member>();
  static constexpr int kTag = static_cast<int>(Tag);
  constexpr FieldRule rule() const { return {since, until, nullable_since, ignorable}; }
};

/// The descriptors are the table's bases: a member named twice does not compile, and a fold over them needs no tuple
/// (docs/decisions/001-message-tables.md has what each form costs).
template <class... Descriptors>
struct FieldList : Descriptors... {
  Versions versions;
  static constexpr std::size_t kCount = sizeof...(Descriptors);

  /// The table of a struct inside a message has no versions of its own.
  constexpr explicit FieldList(Versions of_message, Descriptors... descriptors)
      : Descriptors(descriptors)..., versions(of_message) {}
};

template <class... Descriptors>
constexpr auto message(Versions versions, Descriptors... descriptors) {
  return FieldList<Descriptors...>(versions, descriptors...);
}
template <class... Descriptors>
constexpr auto fields(Descriptors... descriptors) {
  return FieldList<Descriptors...>(Versions{}, descriptors...);
}

struct NoTable {};
/// The table of a struct; specialised in the .cpp of its message and nowhere else.
template <class Struct>
inline constexpr NoTable kTable{};

template <class T>
concept HasTable = std::is_class_v<T> && !std::is_same_v<std::remove_const_t<decltype(kTable<T>)>, NoTable>;

namespace detail {

/// Turns into anything: how many of it an aggregate takes is its number of members.
struct Anything {
  template <class T>
  constexpr operator T() const noexcept {  // NOLINT: implicit is its purpose
    std::unreachable();                    // asked about, never called
  }
};

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), Anything{})...}; };
}

template <class T, std::size_t N = 0>
constexpr std::size_t count_members() {
  if constexpr (takes<T>(std::make_index_sequence<N + 1>())) {
    return count_members<T, N + 1>();
  } else {
    return N;
  }
}

template <class... Descriptors>
constexpr bool tags_rise(const FieldList<Descriptors...>&) {
  int last = -1;
  return ([&] {
    if (Descriptors::kTag < 0) return true;
    bool rises = Descriptors::kTag > last;
    last = Descriptors::kTag;
    return rises;
  }() && ...);
}

template <class... Descriptors>
constexpr bool ranges_make_sense(const FieldList<Descriptors...>& table) {
  return ([&] {
    FieldRule rule = static_cast<const Descriptors&>(table).rule();
    return rule.since >= 0 && rule.since <= rule.until &&
           (rule.nullable_since == kNever || rule.nullable_since <= rule.until);
  }() && ...);
}

}  // namespace detail

}  // namespace wharf::kafka
