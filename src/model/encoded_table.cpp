#include "model/encoded_table.hpp"

#include <array>
#include <bit>
#include <type_traits>
#include <variant>

#include "model/byte_order.hpp"

namespace wharf {
namespace {

using Alternatives = PropertyValue::Alternatives;
/// The letters of PropertyValue's types, in their order, and how many octets a value has; '-': a length in front says
/// it.
constexpr std::string_view kTypes = "VtbBsuIilLfdDTSxAF";
constexpr std::string_view kSizes = "01112244884858----";
static_assert(kTypes.size() == std::variant_size_v<Alternatives> && kSizes.size() == kTypes.size());

/// kSizes by letter; 0xFF: no such type.
constexpr std::uint8_t kNoType = 0xFF;
constexpr auto kSizeOf = [] {
  std::array<std::uint8_t, 256> sizes;
  sizes.fill(kNoType);
  for (std::size_t i = 0; i < kTypes.size(); ++i)
    sizes[static_cast<std::uint8_t>(kTypes[i])] = static_cast<std::uint8_t>(kSizes[i]);
  return sizes;
}();

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <std::integral T>
T integer(FieldCursor& from) {
  ByteView bytes = from.bytes(sizeof(T));
  return bytes.empty() ? T{} : load_big_endian<T>(bytes.data());
}
std::string_view short_string(FieldCursor& from) {
  return as_text(from.bytes(from.byte()));
}
ByteView long_bytes(FieldCursor& from) {
  return from.bytes(integer<std::uint32_t>(from));
}

/// Counts a value; false: a limit is reached, or something failed before.
bool enter_value(TableWalk& walk, int depth) {
  if (depth > kMaxTableDepth) walk.fail(TableFault::kTooDeep);
  if (walk.values_left == 0) walk.fail(TableFault::kTooManyValues);
  --walk.values_left;
  return walk.ok();
}

/// One table's values, with what is left of the limits.
struct TableReader {
  FieldCursor bytes;
  TableWalk& walk;

  PropertyTable table(int depth) {
    PropertyTable fields;
    while (walk.ok() && bytes.left() > 0) {
      Property field{std::string(short_string(bytes)), {}};
      field.value = value(depth);
      if (walk.ok()) fields.push_back(std::move(field));
    }
    return fields;
  }

  PropertyList list(int depth) {
    PropertyList values;
    while (walk.ok() && bytes.left() > 0) values.push_back(value(depth));
    return values;
  }

  PropertyValue value(int depth) {
    auto type = static_cast<char>(bytes.byte());
    walk.look_at(bytes);
    if (!enter_value(walk, depth)) return {};
    PropertyValue value;
    auto read_if = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
      if (type == kTypes[I]) value = read<std::variant_alternative_t<I, Alternatives>>(depth);
      return type == kTypes[I];
    };
    bool known = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (read_if(std::integral_constant<std::size_t, I>()) || ...);
    }(std::make_index_sequence<kTypes.size()>());
    if (!known) walk.fail(TableFault::kUnknownType);
    walk.look_at(bytes);
    return value;
  }

  template <class T>
  T read(int depth) {
    if constexpr (std::is_same_v<T, Null>) {
      return {};
    } else if constexpr (std::is_same_v<T, bool>) {
      return bytes.byte() != 0;
    } else if constexpr (std::is_integral_v<T>) {
      return integer<T>(bytes);
    } else if constexpr (std::is_floating_point_v<T>) {
      return std::bit_cast<T>(integer<BitsOf<T>>(bytes));
    } else if constexpr (std::is_same_v<T, Decimal>) {
      auto scale = bytes.byte();
      return {scale, integer<std::int32_t>(bytes)};
    } else if constexpr (std::is_same_v<T, EpochSeconds>) {
      return {integer<std::uint64_t>(bytes)};
    } else if constexpr (std::is_same_v<T, std::string>) {
      return std::string(as_text(long_bytes(bytes)));
    } else if constexpr (std::is_same_v<T, Binary>) {
      ByteView content = long_bytes(bytes);
      return {content.begin(), content.end()};
    } else if constexpr (std::is_same_v<T, PropertyList>) {
      return TableReader{FieldCursor(long_bytes(bytes)), walk}.list(depth + 1);
    } else {
      return TableReader{FieldCursor(long_bytes(bytes)), walk}.table(depth + 1);
    }
  }
};

/// Adds values to the end of a buffer.
struct TableWriter {
  std::vector<std::byte>& to;
  TableWalk walk{};

  void raw(ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }
  template <std::integral T>
  void number(T value) {
    to.resize(to.size() + sizeof(T));
    store_big_endian(to.data() + to.size() - sizeof(T), value);
  }
  void long_bytes(ByteView bytes) {
    number(static_cast<std::uint32_t>(bytes.size()));
    raw(bytes);
  }
  /// Four octets of length and what `content` writes.
  template <class Content>
  void sized(Content content) {
    number(std::uint32_t{0});
    std::size_t start = to.size();
    content();
    store_big_endian(to.data() + start - 4, static_cast<std::uint32_t>(to.size() - start));
  }

  void field(std::string_view name, const PropertyValue& held, int depth) {
    if (name.size() > kMaxPropertyNameBytes) walk.fail(TableFault::kNameTooLong);
    number(static_cast<std::uint8_t>(name.size()));
    raw(as_bytes(name));
    value(held, depth);
  }
  void fields(const PropertyTable& table, int depth) {
    for (const Property& property : table) field(property.name, property.value, depth);
  }
  void value(const PropertyValue& held, int depth) {
    if (!enter_value(walk, depth)) return;
    const Alternatives& alternatives = held.alternatives();
    number(static_cast<std::uint8_t>(kTypes[alternatives.index()]));
    std::visit([&](const auto& alternative) { write(alternative, depth); }, alternatives);
  }

  template <class T>
  void write(const T& held, int depth) {
    if constexpr (std::is_same_v<T, bool>) {
      number(static_cast<std::uint8_t>(held ? 1 : 0));
    } else if constexpr (std::is_integral_v<T>) {
      number(held);
    } else if constexpr (std::is_floating_point_v<T>) {
      number(std::bit_cast<BitsOf<T>>(held));
    } else if constexpr (std::is_same_v<T, Decimal>) {
      number(held.scale);
      number(held.unscaled);
    } else if constexpr (std::is_same_v<T, EpochSeconds>) {
      number(held.seconds);
    } else if constexpr (std::is_same_v<T, std::string>) {
      long_bytes(as_bytes(held));
    } else if constexpr (std::is_same_v<T, Binary>) {
      long_bytes(held);
    } else if constexpr (std::is_same_v<T, PropertyList>) {
      sized([&] {
        for (const PropertyValue& element : held) value(element, depth + 1);
      });
    } else if constexpr (std::is_same_v<T, PropertyTable>) {
      sized([&] { fields(held, depth + 1); });
    }
  }
};

/// Goes past one value and all inside of it.
void skip_value(FieldCursor& bytes, TableWalk& walk, int depth) {
  auto type = bytes.byte();
  walk.look_at(bytes);
  if (!enter_value(walk, depth)) return;
  std::uint8_t size = kSizeOf[type];
  if (size == kNoType) return walk.fail(TableFault::kUnknownType);
  ByteView content = take_value(bytes, static_cast<char>(type));
  walk.look_at(bytes);
  if (type != 'A' && type != 'F') return;
  FieldCursor inner(content);
  while (walk.ok() && inner.left() > 0) {
    if (type == 'F') short_string(inner);
    skip_value(inner, walk, depth + 1);
  }
}

}  // namespace

std::string_view to_string(TableFault fault) {
  switch (fault) {
    case TableFault::kNone:
      return "is whole";
    case TableFault::kPastEnd:
      return "reaches past its end";
    case TableFault::kTooDeep:
      return "has more tables inside of each other than the limit of 32";
    case TableFault::kTooManyValues:
      return "has more values than the limit of 65536";
    case TableFault::kUnknownType:
      return "has a value of an unknown type";
    case TableFault::kNameTooLong:
      return "is longer than the 255 bytes of a short string";
  }
  return "is broken";
}

std::expected<PropertyTable, TableFault> decode_property_table(ByteView encoded) {
  TableWalk walk;
  PropertyTable table = TableReader{FieldCursor(encoded), walk}.table(1);
  if (!walk.ok()) return std::unexpected(walk.fault);
  return table;
}

TableFault encode_properties(std::vector<std::byte>& to, const PropertyTable& table) {
  TableWriter writer{to};
  writer.fields(table, 1);
  return writer.walk.fault;
}

TableFault encode_property(std::vector<std::byte>& to, std::string_view name, const PropertyValue& value) {
  TableWriter writer{to};
  writer.field(name, value, 1);
  return writer.walk.fault;
}

std::optional<std::int64_t> signed_integer_of(const PropertyValue& value) {
  if (const auto* bits = value.get_if<std::uint64_t>()) return static_cast<std::int64_t>(*bits);
  return integer_of(value);
}

std::optional<TableCursor::Field> TableCursor::next() {
  if (!walk_.ok() || bytes_.left() == 0) return std::nullopt;
  const std::byte* start = bytes_.position();
  Field field{.name = short_string(bytes_)};
  const std::byte* type = bytes_.position();
  skip_value(bytes_, walk_, 1);
  if (!walk_.ok()) return std::nullopt;
  field.type = static_cast<char>(*type);
  field.value = {type + 1, bytes_.position()};
  field.encoded = {start, bytes_.position()};
  return field;
}

std::optional<std::string_view> TableCursor::Field::text() const {
  if (type != 'S') return std::nullopt;
  return as_text(value.subspan(4));
}

PropertyValue TableCursor::Field::decode() const {
  TableWalk walk;
  return TableReader{FieldCursor({value.data() - 1, value.size() + 1}), walk}.value(1);
}

ByteView take_value(FieldCursor& bytes, char type) {
  std::uint8_t size = kSizeOf[static_cast<std::uint8_t>(type)];
  return size == '-' ? long_bytes(bytes) : bytes.bytes(size - '0');
}

TableFault check_table(ByteView encoded) {
  TableCursor cursor(encoded);
  while (cursor.next()) {
  }
  return cursor.fault();
}

std::optional<TableCursor::Field> find_field(ByteView encoded, std::string_view name) {
  TableCursor cursor(encoded);
  while (auto field = cursor.next()) {
    if (field->name == name) return field;
  }
  return std::nullopt;
}

}  // namespace wharf
