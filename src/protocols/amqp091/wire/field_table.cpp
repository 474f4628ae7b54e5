#include "protocols/amqp091/wire/field_table.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <type_traits>
#include <variant>

#include "model/error.hpp"

namespace wharf::amqp091 {
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

constexpr std::string_view kTooDeep = "has more tables inside of each other than the limit of 32";
constexpr std::string_view kTooMany = "has more values than the limit of 65536";
constexpr std::string_view kUnknownType = "has a value of an unknown type";

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// Counts a value; false: a limit is reached, or reading failed before.
bool enter_value(Reader& reader, std::size_t& values_left, int depth) {
  if (depth > kMaxTableDepth) reader.fail_here(kTooDeep);
  if (values_left == 0) reader.fail_here(kTooMany);
  --values_left;
  return reader.ok();
}

/// One table's values, with what is left of the limits.
struct TableReader {
  Reader& reader;
  std::size_t values_left = kMaxTableValues;

  PropertyTable table(Reader inner, int depth) {
    PropertyTable fields;
    TableReader in{inner, values_left};
    while (inner.ok() && inner.bytes_left() > 0) {
      Property field{std::string(inner.short_string()), {}};
      field.value = in.value(depth);
      if (inner.ok()) fields.push_back(std::move(field));
    }
    leave(in);
    return fields;
  }

  PropertyList list(Reader inner, int depth) {
    PropertyList values;
    TableReader in{inner, values_left};
    while (inner.ok() && inner.bytes_left() > 0) values.push_back(in.value(depth));
    leave(in);
    return values;
  }

  void leave(const TableReader& inner) {
    values_left = inner.values_left;
    reader.fail_as(inner.reader);
  }

  PropertyValue value(int depth) {
    auto type = static_cast<char>(reader.integer<std::uint8_t>());
    if (!enter_value(reader, values_left, depth)) return {};
    PropertyValue value;
    auto read_if = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
      if (type == kTypes[I]) value = read<std::variant_alternative_t<I, Alternatives>>(depth);
      return type == kTypes[I];
    };
    bool known = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (read_if(std::integral_constant<std::size_t, I>()) || ...);
    }(std::make_index_sequence<kTypes.size()>());
    if (!known) reader.fail_here(kUnknownType);
    return value;
  }

  template <class T>
  T read(int depth) {
    if constexpr (std::is_same_v<T, Null>) {
      return {};
    } else if constexpr (std::is_same_v<T, bool>) {
      return reader.integer<std::uint8_t>() != 0;
    } else if constexpr (std::is_integral_v<T>) {
      return reader.integer<T>();
    } else if constexpr (std::is_floating_point_v<T>) {
      return std::bit_cast<T>(reader.integer<BitsOf<T>>());
    } else if constexpr (std::is_same_v<T, Decimal>) {
      auto scale = reader.integer<std::uint8_t>();
      return {scale, reader.integer<std::int32_t>()};
    } else if constexpr (std::is_same_v<T, EpochSeconds>) {
      return {reader.integer<std::uint64_t>()};
    } else if constexpr (std::is_same_v<T, std::string>) {
      return std::string(as_text(reader.long_bytes()));
    } else if constexpr (std::is_same_v<T, Binary>) {
      ByteView bytes = reader.long_bytes();
      return {bytes.begin(), bytes.end()};
    } else if constexpr (std::is_same_v<T, PropertyList>) {
      return list(Reader(reader.long_bytes()), depth + 1);
    } else {
      return table(Reader(reader.long_bytes()), depth + 1);
    }
  }
};

void write_value(Writer& writer, const PropertyValue& value, int depth);

void write_fields(Writer& writer, const PropertyTable& fields, int depth) {
  std::size_t start = writer.begin_sized();
  for (const Property& field : fields) {
    writer.short_string(field.name);
    write_value(writer, field.value, depth);
  }
  writer.end_sized(start);
}

template <class T>
void write_as(Writer& writer, const T& value, int depth) {
  if constexpr (std::is_same_v<T, bool>) {
    writer.integer(static_cast<std::uint8_t>(value ? 1 : 0));
  } else if constexpr (std::is_integral_v<T>) {
    writer.integer(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    writer.integer(std::bit_cast<BitsOf<T>>(value));
  } else if constexpr (std::is_same_v<T, Decimal>) {
    writer.integer(value.scale);
    writer.integer(value.unscaled);
  } else if constexpr (std::is_same_v<T, EpochSeconds>) {
    writer.integer(value.seconds);
  } else if constexpr (std::is_same_v<T, std::string>) {
    writer.long_bytes(as_bytes(value));
  } else if constexpr (std::is_same_v<T, Binary>) {
    writer.long_bytes(value);
  } else if constexpr (std::is_same_v<T, PropertyList>) {
    std::size_t start = writer.begin_sized();
    for (const PropertyValue& element : value) write_value(writer, element, depth + 1);
    writer.end_sized(start);
  } else if constexpr (std::is_same_v<T, PropertyTable>) {
    write_fields(writer, value, depth + 1);
  }
}

void write_value(Writer& writer, const PropertyValue& value, int depth) {
  if (depth > kMaxTableDepth) return writer.fail_here(kTooDeep);
  const Alternatives& held = value.alternatives();
  writer.integer(static_cast<std::uint8_t>(kTypes[held.index()]));
  std::visit([&](const auto& alternative) { write_as(writer, alternative, depth); }, held);
}

/// Goes past one value and all inside of it.
void skip_value(Reader& reader, std::size_t& values_left, int depth) {
  auto type = reader.integer<std::uint8_t>();
  if (!enter_value(reader, values_left, depth)) return;
  std::uint8_t size = kSizeOf[type];
  if (size == kNoType) return reader.fail_here(kUnknownType);
  if (size != '-') return static_cast<void>(reader.view(size - std::size_t{'0'}));
  ByteView content = reader.long_bytes();
  if (type == 'S' || type == 'x') return;
  Reader inner(content);
  while (inner.ok() && inner.bytes_left() > 0) {
    if (type == 'F') inner.short_string();
    skip_value(inner, values_left, depth + 1);
  }
  reader.fail_as(inner);
}

}  // namespace

Outcome<PropertyTable> decode_table(ByteView encoded) {
  Reader reader(encoded);
  PropertyTable table = TableReader{reader}.table(Reader(encoded), 1);
  if (!reader.ok()) return refuse(reader.error("a field table"));
  return table;
}

PropertyTable read_table(Reader& reader) {
  Reader inner(reader.long_bytes());
  return TableReader{reader}.table(inner, 1);
}

void write_table(Writer& writer, const PropertyTable& table) {
  write_fields(writer, table, 1);
}

std::optional<std::int64_t> signed_integer_of(const PropertyValue& value) {
  if (const auto* bits = value.get_if<std::uint64_t>()) return static_cast<std::int64_t>(*bits);
  return integer_of(value);
}

std::optional<FieldCursor::Field> FieldCursor::next() {
  if (!reader_.ok() || reader_.bytes_left() == 0) return std::nullopt;
  const std::byte* start = reader_.position();
  Field field{.name = reader_.short_string()};
  const std::byte* type = reader_.position();
  skip_value(reader_, values_left_, 1);
  if (!reader_.ok()) return std::nullopt;
  field.type = static_cast<char>(*type);
  field.value = {type + 1, reader_.position()};
  field.encoded = {start, reader_.position()};
  return field;
}

std::optional<std::string_view> FieldCursor::Field::text() const {
  if (type != 'S') return std::nullopt;
  return as_text(value.subspan(4));
}

PropertyValue FieldCursor::Field::decode() const {
  Reader reader({value.data() - 1, value.size() + 1});
  return TableReader{reader}.value(1);
}

std::optional<FieldCursor::Field> find_field(ByteView encoded, std::string_view name) {
  FieldCursor cursor(encoded);
  while (auto field = cursor.next()) {
    if (field->name == name) return field;
  }
  return std::nullopt;
}

void write_edited_table(Writer& writer, ByteView encoded, std::span<const FieldEdit> edits) {
  WHARF_ASSERT(edits.size() <= 64);
  std::uint64_t written = 0;  // one bit for each edit: its field stands already, or has none
  auto write_once = [&](std::size_t index) {
    if ((written >> index & 1) != 0) return;
    written |= std::uint64_t{1} << index;
    if (!edits[index].value) return;
    writer.short_string(edits[index].name);
    write_value(writer, *edits[index].value, 1);
  };
  std::size_t start = writer.begin_sized();
  FieldCursor cursor(encoded);
  while (auto field = cursor.next()) {
    auto edit = std::ranges::find(edits, field->name, &FieldEdit::name);
    if (edit == edits.end()) {
      writer.raw(field->encoded);
    } else {
      write_once(static_cast<std::size_t>(edit - edits.begin()));
    }
  }
  for (std::size_t index = 0; index < edits.size(); ++index) write_once(index);
  writer.end_sized(start);
}

}  // namespace wharf::amqp091
