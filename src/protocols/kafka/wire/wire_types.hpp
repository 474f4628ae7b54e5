#pragma once
// How each member type stands on the wire: read, write, smallest size, print, sample. Included by message_codec.hpp
// only.
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/ids.hpp"
#include "protocols/kafka/wire/error_field.hpp"
#include "protocols/kafka/wire/description.hpp"
#include "protocols/kafka/wire/message_table.hpp"
#include "protocols/kafka/wire/reader.hpp"
#include "protocols/kafka/wire/writer.hpp"

namespace wharf::kafka::detail {

/// One specialisation per kind of member. `nullable` says whether this version has a null for the field.
template <class T>
struct Wire;

template <class T>
consteval std::string_view integer_type_name() {
  if constexpr (sizeof(T) == 1) return "int8";
  if constexpr (sizeof(T) == 2) return std::is_signed_v<T> ? "int16" : "uint16";
  if constexpr (sizeof(T) == 4) return std::is_signed_v<T> ? "int32" : "uint32";
  return "int64";
}

template <std::integral T>
struct Wire<T> {
  static constexpr std::string_view kType = integer_type_name<T>();
  static void read(Reader& reader, bool, T& out) { out = reader.integer<T>(); }
  static void write(Writer& writer, bool, T value) { writer.integer(value); }
  static constexpr std::size_t min_size(std::int16_t, bool) { return sizeof(T); }
  static void print(T value, std::string& out) { print_number(static_cast<std::int64_t>(value), out); }
  static void sample(T& value, std::int16_t, bool, ValueSource& source) {
    value = static_cast<T>(sample_number(8 * sizeof(T), source));
  }
};

template <>
struct Wire<bool> {
  static constexpr std::string_view kType = "bool";
  static void read(Reader& reader, bool, bool& out) { out = reader.boolean(); }
  static void write(Writer& writer, bool, bool value) { writer.boolean(value); }
  static constexpr std::size_t min_size(std::int16_t, bool) { return 1; }
  static void print(bool value, std::string& out) { out += value ? "true" : "false"; }
  static void sample(bool& value, std::int16_t, bool, ValueSource& source) { value = source.number(2) == 1; }
};

template <>
struct Wire<double> {
  static constexpr std::string_view kType = "float64";
  static void read(Reader& reader, bool, double& out) { out = reader.float64(); }
  static void write(Writer& writer, bool, double value) { writer.float64(value); }
  static constexpr std::size_t min_size(std::int16_t, bool) { return 8; }
  static void print(double value, std::string& out) { print_number(static_cast<std::int64_t>(value), out); }
  static void sample(double& value, std::int16_t, bool, ValueSource& source) {
    value = static_cast<double>(sample_number(32, source)) / 4;
  }
};

template <class T>
  requires std::is_enum_v<T>
struct Wire<T> {
  using Number = std::underlying_type_t<T>;
  static constexpr std::string_view kType = Wire<Number>::kType;
  static void read(Reader& reader, bool, T& out) { out = static_cast<T>(reader.integer<Number>()); }
  static void write(Writer& writer, bool, T value) {
    if constexpr (kIsErrorCode<T>) return writer.error_code(static_cast<std::int16_t>(value));
    writer.integer(static_cast<Number>(value));
  }
  static constexpr std::size_t min_size(std::int16_t, bool) { return sizeof(Number); }
  static void print(T value, std::string& out) { print_number(static_cast<std::int64_t>(value), out); }
  static void sample(T& value, std::int16_t, bool, ValueSource& source) {
    value = static_cast<T>(sample_number(8 * sizeof(Number), source));
  }
};

template <class Tag, class Number>
struct Wire<StrongNumber<Tag, Number>> {
  using T = StrongNumber<Tag, Number>;
  static constexpr std::string_view kType = Wire<Number>::kType;
  static void read(Reader& reader, bool, T& out) { out.value = reader.integer<Number>(); }
  static void write(Writer& writer, bool, T value) { writer.integer(value.value); }
  static constexpr std::size_t min_size(std::int16_t, bool) { return sizeof(Number); }
  static void print(T value, std::string& out) { print_number(value.value, out); }
  static void sample(T& value, std::int16_t version, bool nullable, ValueSource& source) {
    Wire<Number>::sample(value.value, version, nullable, source);
  }
};

template <>
struct Wire<Uuid> {
  static constexpr std::string_view kType = "uuid";
  static void read(Reader& reader, bool, Uuid& out) { out = reader.uuid(); }
  static void write(Writer& writer, bool, const Uuid& value) { writer.uuid(value); }
  static constexpr std::size_t min_size(std::int16_t, bool) { return 16; }
  static void print(const Uuid& value, std::string& out) { print_text(value.base64(), out); }
  static void sample(Uuid& value, std::int16_t, bool, ValueSource& source) {
    ByteView random = source.bytes(value.bytes.size());
    std::memcpy(value.bytes.data(), random.data(), random.size());
  }
};

template <>
struct Wire<std::string> {
  static constexpr std::string_view kType = "string";
  static void read(Reader& reader, bool, std::string& out) { out = reader.string(); }
  static void write(Writer& writer, bool, const std::string& value) { writer.string(value); }
  static constexpr std::size_t min_size(std::int16_t, bool flexible) { return flexible ? 1 : 2; }
  static void print(const std::string& value, std::string& out) { print_text(value, out); }
  static void sample(std::string& value, std::int16_t, bool, ValueSource& source) { value = sample_text(source); }
};

template <>
struct Wire<Bytes> {
  static constexpr std::string_view kType = "bytes";
  static void read(Reader& reader, bool, Bytes& out) { out = reader.bytes(); }
  static void write(Writer& writer, bool, const Bytes& value) { writer.bytes(value); }
  static constexpr std::size_t min_size(std::int16_t, bool flexible) { return flexible ? 1 : 4; }
  static void print(const Bytes& value, std::string& out) { print_size(value.size(), out); }
  static void sample(Bytes& value, std::int16_t, bool, ValueSource& source) {
    ByteView random = source.bytes(source.number(20));
    value.assign(random.begin(), random.end());
  }
};

/// Only as std::optional<Records>: Kafka has no records field that cannot be null.
template <>
struct Wire<Records> {
  static constexpr std::string_view kType = "records";
  static void write(Writer& writer, bool, const Records& value) { writer.records(value); }
  static constexpr std::size_t min_size(std::int16_t, bool flexible) { return flexible ? 1 : 4; }
  static void print(const Records& value, std::string& out) { print_size(value.size(), out); }
  static void sample(Records& value, std::int16_t, bool, ValueSource& source) {
    value = Records(source.bytes(source.number(300)));
  }
};

template <class T>
concept StringLike = std::same_as<T, std::string> || std::same_as<T, Bytes> || std::same_as<T, Records>;

template <class T>
void sample_optional(std::optional<T>& value, std::int16_t version, bool nullable, ValueSource& source) {
  if (nullable && source.number(4) == 0) {
    value.reset();
  } else {
    Wire<T>::sample(value.emplace(), version, false, source);
  }
}

template <class T>
void print_optional(const std::optional<T>& value, std::string& out) {
  if (value) {
    Wire<T>::print(*value, out);
  } else {
    out += "null";
  }
}

template <StringLike T>
struct Wire<std::optional<T>> {
  static constexpr std::string_view kType = Wire<T>::kType;

  static void read(Reader& reader, bool nullable, std::optional<T>& out) {
    if constexpr (std::same_as<T, std::string>) {
      out = reader.nullable_string();
    } else if constexpr (std::same_as<T, Bytes>) {
      out = reader.nullable_bytes();
    } else {
      out = reader.nullable_records();
    }
    if (!out && !nullable && reader.ok()) reader.null_where_forbidden();
  }

  static void write(Writer& writer, bool nullable, const std::optional<T>& value) {
    if (value) return Wire<T>::write(writer, false, *value);
    if (!nullable) return writer.null_where_forbidden();
    if constexpr (std::same_as<T, std::string>) {
      writer.null_string();
    } else {
      writer.null_bytes();
    }
  }

  static constexpr std::size_t min_size(std::int16_t version, bool flexible) {
    return Wire<T>::min_size(version, flexible);
  }
  static void print(const std::optional<T>& value, std::string& out) { print_optional(value, out); }
  static void sample(std::optional<T>& value, std::int16_t version, bool nullable, ValueSource& source) {
    sample_optional(value, version, nullable, source);
  }
};

/// Kafka's own name for an array's type: "[]int32", or "[]struct".
template <class T>
struct ArrayName {
  static constexpr std::size_t kSize = Wire<T>::kType.size() + 2;
  static constexpr auto kText = [] {
    std::array<char, kSize> text{'[', ']'};
    std::ranges::copy(Wire<T>::kType, text.begin() + 2);
    return text;
  }();
};

template <class T>
struct Wire<std::vector<T>> {
  static constexpr std::string_view kType{ArrayName<T>::kText.data(), ArrayName<T>::kSize};

  /// Whether an array followed: false for null and for a failure.
  static bool read_elements(Reader& reader, std::vector<T>& out) {
    std::int64_t count = reader.array_count(Wire<T>::min_size(reader.version(), reader.flexible()), sizeof(T));
    if (count < 0) return false;
    out.resize(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < out.size(); ++i) {
      Wire<T>::read(reader, false, out[i]);
      if (!reader.ok()) {
        reader.in_element(i);
        return false;
      }
    }
    return true;
  }
  static void read(Reader& reader, bool, std::vector<T>& out) {
    if (!read_elements(reader, out) && reader.ok()) reader.null_where_forbidden();
  }
  static void write(Writer& writer, bool, const std::vector<T>& value) {
    writer.array_count(value.size());
    for (std::size_t i = 0; i < value.size() && writer.ok(); ++i) {
      Wire<T>::write(writer, false, value[i]);
      if (!writer.ok()) writer.in_element(i);
    }
  }
  static constexpr std::size_t min_size(std::int16_t, bool flexible) { return flexible ? 1 : 4; }
  static void print(const std::vector<T>& value, std::string& out) {
    out += '[';
    for (const T& element : value) {
      if (&element != value.data()) out += ',';
      Wire<T>::print(element, out);
    }
    out += ']';
  }
  static void sample(std::vector<T>& value, std::int16_t version, bool, ValueSource& source) {
    value.resize(source.number(4));
    for (T& element : value) Wire<T>::sample(element, version, false, source);
  }
};

template <class T>
  requires(!std::same_as<T, std::byte>)
struct Wire<std::optional<std::vector<T>>> {
  static constexpr std::string_view kType = Wire<std::vector<T>>::kType;

  static void read(Reader& reader, bool nullable, std::optional<std::vector<T>>& out) {
    if (Wire<std::vector<T>>::read_elements(reader, out.emplace())) return;
    out.reset();
    if (!nullable && reader.ok()) reader.null_where_forbidden();
  }
  static void write(Writer& writer, bool nullable, const std::optional<std::vector<T>>& value) {
    if (value) return Wire<std::vector<T>>::write(writer, false, *value);
    if (!nullable) return writer.null_where_forbidden();
    writer.null_bytes();
  }
  static constexpr std::size_t min_size(std::int16_t, bool flexible) { return flexible ? 1 : 4; }
  static void print(const std::optional<std::vector<T>>& value, std::string& out) { print_optional(value, out); }
  static void sample(std::optional<std::vector<T>>& value, std::int16_t version, bool nullable, ValueSource& source) {
    sample_optional(value, version, nullable, source);
  }
};

}  // namespace wharf::kafka::detail
