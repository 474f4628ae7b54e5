#pragma once
// The one visitor over the tables: Codec<Message>'s definitions. Included by the .cpp files of api/, which
// instantiate them.
#include <array>

#include "protocols/kafka/wire/codec.hpp"
#include "protocols/kafka/wire/wire_types.hpp"

namespace wharf::kafka::detail {

/// What a field has when nobody set it.
template <class Struct>
inline const Struct kDefaults{};

template <class Struct, class Descriptor>
constexpr FieldRule rule_of() {
  return static_cast<const Descriptor&>(kTable<Struct>).rule();
}

// ---- read

template <class Struct, class Descriptor>
bool read_field(Reader& reader, Struct& out) {
  constexpr FieldRule kRule = rule_of<Struct, Descriptor>();
  if constexpr (Descriptor::kTag >= 0) {
    return true;
  } else {
    if (!kRule.present(reader.version())) return true;
    Wire<typename Descriptor::Value>::read(reader, kRule.nullable(reader.version()), out.*Descriptor::kMember);
    if (reader.ok()) return true;
    reader.in_field(Descriptor::kName);
    return false;
  }
}

/// Whether the tag is this field's: then it was read, or failed.
template <class Struct, class Descriptor>
bool read_if_tagged(Reader& reader, Struct& out, std::uint32_t tag, std::size_t size) {
  constexpr FieldRule kRule = rule_of<Struct, Descriptor>();
  if constexpr (Descriptor::kTag < 0) {
    return false;
  } else {
    if (tag != static_cast<std::uint32_t>(Descriptor::kTag) || !kRule.present(reader.version())) return false;
    const std::byte* outer_end = reader.enter(size);
    Wire<typename Descriptor::Value>::read(reader, kRule.nullable(reader.version()), out.*Descriptor::kMember);
    reader.leave(outer_end);
    if (!reader.ok()) reader.in_field(Descriptor::kName);
    return true;
  }
}

template <class Struct, class... Descriptors>
void read_tagged_fields(Reader& reader, Struct& out, const FieldList<Descriptors...>&) {
  if constexpr (((Descriptors::kTag >= 0) || ...)) {
    for (std::uint32_t count = reader.uvarint(); count > 0 && reader.ok(); --count) {
      std::uint32_t tag = reader.uvarint();
      std::uint32_t size = reader.uvarint();
      if (!reader.ok()) return;
      if (!(read_if_tagged<Struct, Descriptors>(reader, out, tag, size) || ...)) reader.view(size);
    }
  } else {
    reader.skip_tagged_fields();
  }
}

template <class Struct, class... Descriptors>
void read_fields(Reader& reader, Struct& out, const FieldList<Descriptors...>& table) {
  bool complete = (read_field<Struct, Descriptors>(reader, out) && ...);
  if (complete && reader.flexible()) read_tagged_fields(reader, out, table);
}

// ---- write

template <class Struct, class Descriptor>
bool is_default(const Struct& from) {
  return from.*Descriptor::kMember == kDefaults<Struct>.*Descriptor::kMember;
}

/// A version that lacks the field drops it where that does no harm, and cannot say the message where it does.
template <class Struct, class Descriptor>
bool drop_field(Writer& writer, const Struct& from) {
  if (rule_of<Struct, Descriptor>().ignorable || is_default<Struct, Descriptor>(from)) return true;
  writer.fail_here(ErrorCode::kUnsupportedVersion, "is set, but this version has no such field");
  writer.in_field(Descriptor::kName);
  return false;
}

template <class Struct, class Descriptor>
bool write_field(Writer& writer, const Struct& from) {
  constexpr FieldRule kRule = rule_of<Struct, Descriptor>();
  if (!kRule.present(writer.version())) return drop_field<Struct, Descriptor>(writer, from);
  if constexpr (Descriptor::kTag < 0) {
    Wire<typename Descriptor::Value>::write(writer, kRule.nullable(writer.version()), from.*Descriptor::kMember);
    if (!writer.ok()) writer.in_field(Descriptor::kName);
  }
  return writer.ok();
}

template <class Struct, class Descriptor>
bool needs_tag(const Writer& writer, const Struct& from) {
  if constexpr (Descriptor::kTag < 0) {
    return false;
  } else {
    return rule_of<Struct, Descriptor>().present(writer.version()) && !is_default<Struct, Descriptor>(from);
  }
}

template <class Struct, class Descriptor>
bool write_if_tagged(Writer& writer, const Struct& from) {
  if constexpr (Descriptor::kTag >= 0) {
    static_assert(!std::same_as<typename Descriptor::Value, std::optional<Records>>,
                  "records cannot be tagged: see end_sized");
    if (!needs_tag<Struct, Descriptor>(writer, from)) return true;
    constexpr FieldRule kRule = rule_of<Struct, Descriptor>();
    writer.uvarint(static_cast<std::uint32_t>(Descriptor::kTag));
    std::size_t start = writer.begin_sized();
    Wire<typename Descriptor::Value>::write(writer, kRule.nullable(writer.version()), from.*Descriptor::kMember);
    writer.end_sized(start);
    if (!writer.ok()) writer.in_field(Descriptor::kName);
  }
  return writer.ok();
}

template <class Struct, class... Descriptors>
void write_fields(Writer& writer, const Struct& from, const FieldList<Descriptors...>&) {
  bool complete = (write_field<Struct, Descriptors>(writer, from) && ...);
  if (!complete || !writer.flexible()) return;
  writer.uvarint((0u + ... + (needs_tag<Struct, Descriptors>(writer, from) ? 1u : 0u)));
  static_cast<void>((write_if_tagged<Struct, Descriptors>(writer, from) && ...));
}

// ---- structs inside messages

template <class Struct, class... Descriptors>
constexpr std::size_t min_struct_size(std::int16_t version, bool flexible, const FieldList<Descriptors...>&) {
  auto min_field = [&]<class Descriptor>() -> std::size_t {
    if (Descriptor::kTag >= 0 || !rule_of<Struct, Descriptor>().present(version)) return 0;
    return Wire<typename Descriptor::Value>::min_size(version, flexible);
  };
  return (std::size_t{flexible} + ... + min_field.template operator()<Descriptors>());
}

template <class Struct>
constexpr StructInfo info_of();
template <class Struct>
inline constexpr StructInfo kInfo = info_of<Struct>();

template <HasTable Struct>
struct Wire<Struct> {
  static constexpr std::string_view kType = "struct";
  static void read(Reader& reader, bool, Struct& out) { read_fields(reader, out, kTable<Struct>); }
  static void write(Writer& writer, bool, const Struct& value) { write_fields(writer, value, kTable<Struct>); }
  static constexpr std::size_t min_size(std::int16_t version, bool flexible) {
    return min_struct_size<Struct>(version, flexible, kTable<Struct>);
  }
  static void print(const Struct& value, std::string& out) { print_struct(kInfo<Struct>, &value, out); }
  static void sample(Struct& value, std::int16_t version, bool, ValueSource& source) {
    sample_struct(kInfo<Struct>, &value, version, source);
  }
};

/// A struct that may be null: one byte in front, -1 for null and 1 for "follows".
template <HasTable Struct>
struct Wire<std::optional<Struct>> {
  static constexpr std::string_view kType = "struct";
  static void read(Reader& reader, bool nullable, std::optional<Struct>& out) {
    out.reset();
    if (nullable && reader.integer<std::int8_t>() < 0) return;
    Wire<Struct>::read(reader, false, out.emplace());
  }
  static void write(Writer& writer, bool nullable, const std::optional<Struct>& value) {
    if (!value && !nullable) return writer.null_where_forbidden();
    if (nullable) writer.integer<std::int8_t>(value ? 1 : -1);
    if (value) Wire<Struct>::write(writer, false, *value);
  }
  static constexpr std::size_t min_size(std::int16_t, bool) { return 1; }
  static void print(const std::optional<Struct>& value, std::string& out) { print_optional(value, out); }
  static void sample(std::optional<Struct>& value, std::int16_t version, bool nullable, ValueSource& source) {
    sample_optional(value, version, nullable, source);
  }
};

// ---- the table as data

template <class T>
struct InnerStruct {
  using Type = T;
};
template <class T>
struct InnerStruct<std::vector<T>> : InnerStruct<T> {};
template <class T>
struct InnerStruct<std::optional<T>> : InnerStruct<T> {};

template <class Value>
constexpr const StructInfo* inner_info() {
  using Inner = typename InnerStruct<Value>::Type;
  if constexpr (HasTable<Inner>) {
    return &kInfo<Inner>;
  } else {
    return nullptr;
  }
}

template <class Struct, class Descriptor>
constexpr FieldInfo field_info() {
  using Value = typename Descriptor::Value;
  return {
      .name = Descriptor::kName,
      .type = Wire<Value>::kType,
      .inner = inner_info<Value>(),
      .rule = rule_of<Struct, Descriptor>(),
      .tag = Descriptor::kTag,
      .get = [](const void* object) -> const void* {
        return &(static_cast<const Struct*>(object)->*Descriptor::kMember);
      },
      .print = [](const void* value, std::string& out) { Wire<Value>::print(*static_cast<const Value*>(value), out); },
      .sample =
          [](void* value, std::int16_t version, bool nullable, ValueSource& source) {
            Wire<Value>::sample(*static_cast<Value*>(value), version, nullable, source);
          },
  };
}

template <class Struct, class Table>
struct FieldInfos;
template <class Struct, class... Descriptors>
struct FieldInfos<Struct, FieldList<Descriptors...>> {
  static_assert((std::is_same_v<Struct, typename Descriptors::Struct> && ...), "a field of another struct");
  static_assert(sizeof...(Descriptors) == count_members<Struct>(), "a member that the table does not name");
  static_assert(tags_rise(kTable<Struct>) && ranges_make_sense(kTable<Struct>));
  static constexpr std::array<FieldInfo, sizeof...(Descriptors)> kFields{field_info<Struct, Descriptors>()...};
};

template <class Struct>
constexpr StructInfo info_of() {
  using Table = std::remove_const_t<decltype(kTable<Struct>)>;
  return {kTable<Struct>.versions, FieldInfos<Struct, Table>::kFields, &kDefaults<Struct>};
}

}  // namespace wharf::kafka::detail

namespace wharf::kafka {

template <class Message>
void Codec<Message>::read(Reader& reader, Message& message) {
  detail::Wire<Message>::read(reader, false, message);
}
template <class Message>
void Codec<Message>::write(Writer& writer, const Message& message) {
  detail::Wire<Message>::write(writer, false, message);
}
template <class Message>
Versions Codec<Message>::versions() {
  return kTable<Message>.versions;
}
template <class Message>
const StructInfo& Codec<Message>::info() {
  return detail::kInfo<Message>;
}

}  // namespace wharf::kafka
