#include "protocols/amqp091/wire/methods.hpp"

#include <fmt/format.h>

#include "model/utf8.hpp"
#include "protocols/amqp091/wire/field_table.hpp"

namespace wharf::amqp091 {
namespace {

template <class T>
constexpr std::string_view type_name() {
  if constexpr (std::is_same_v<T, bool>) return "bit";
  if constexpr (std::is_same_v<T, std::uint8_t>) return "octet";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "short";
  if constexpr (std::is_same_v<T, std::uint32_t>) return "long";
  if constexpr (std::is_same_v<T, std::uint64_t>) return "longlong";
  if constexpr (std::is_same_v<T, LongString>) return "longstr";
  if constexpr (std::is_same_v<T, PropertyTable>) return "table";
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) return "shortstr";
}

/// Reads the fields one after the other, bits out of the octet that they share.
class FieldReader {
 public:
  explicit FieldReader(Reader& reader) : reader_(reader) {}

  /// False once a field failed.
  template <auto Member, class M>
  bool read(M& out) {
    read_value(out.*Member);
    if (reader_.ok()) return true;
    reader_.in_field(detail::member_name<Member>());
    return false;
  }

 private:
  template <class T>
  void read_value(T& out) {
    if constexpr (std::is_same_v<T, bool>) {
      if (bit_ == 0) octet_ = reader_.integer<std::uint8_t>();
      out = (octet_ >> bit_ & 1) != 0;
      bit_ = (bit_ + 1) % 8;
      return;
    }
    bit_ = 0;
    if constexpr (std::is_integral_v<T>) {
      out = reader_.integer<T>();
    } else if constexpr (std::is_same_v<T, LongString>) {
      out.bytes = as_text(reader_.long_bytes());
    } else if constexpr (std::is_same_v<T, PropertyTable>) {
      out = read_table(reader_);
    } else {
      out = reader_.short_string();
      if (std::is_same_v<T, std::string> && !is_utf8(out)) reader_.fail_here("is no UTF-8", ReplyCode::kFrameError);
    }
  }

  Reader& reader_;
  std::uint8_t octet_ = 0;
  unsigned bit_ = 0;  // the next one in it
};

/// The same the other way; finish() writes the last octet.
class FieldWriter {
 public:
  explicit FieldWriter(Writer& writer) : writer_(writer) {}

  template <auto Member, class M>
  bool write(const M& from) {
    write_value(from.*Member);
    if (writer_.ok()) return true;
    writer_.in_field(detail::member_name<Member>());
    return false;
  }
  void finish() {
    if (bit_ > 0) writer_.integer(octet_);
    octet_ = 0;
    bit_ = 0;
  }

 private:
  template <class T>
  void write_value(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      octet_ = static_cast<std::uint8_t>(octet_ | (value ? 1u : 0u) << bit_);
      if (++bit_ == 8) finish();
      return;
    }
    finish();
    if constexpr (std::is_integral_v<T>) {
      writer_.integer(value);
    } else if constexpr (std::is_same_v<T, LongString>) {
      writer_.long_bytes(as_bytes(value.bytes));
    } else if constexpr (std::is_same_v<T, PropertyTable>) {
      write_table(writer_, value);
    } else {
      writer_.short_string(value);
    }
  }

  Writer& writer_;
  std::uint8_t octet_ = 0;
  unsigned bit_ = 0;
};

}  // namespace

template <Method M>
void Codec<M>::read(Reader& reader, M& method) {
  FieldReader in(reader);
  [&]<auto... Members>(FieldList<Members...>) {
    static_cast<void>((in.read<Members>(method) && ...));
  }(detail::fields_of<M>());
}

template <Method M>
void Codec<M>::write(Writer& writer, const M& method) {
  FieldWriter out(writer);
  [&]<auto... Members>(FieldList<Members...>) {
    static_cast<void>((out.write<Members>(method) && ...));
  }(detail::fields_of<M>());
  out.finish();
}

template <Method M>
std::span<const FieldInfo> Codec<M>::fields() {
  return []<auto... Members>(FieldList<Members...>) -> std::span<const FieldInfo> {
    static constexpr std::array<FieldInfo, sizeof...(Members)> kInfos{
        FieldInfo{detail::member_name<Members>(), type_name<detail::ValueOf<Members>>()}...};
    return kInfos;
  }(detail::fields_of<M>());
}

namespace {

/// Makes the compiler emit every method's codec.
template <Method... Methods>
constexpr auto codecs_of(MethodList<Methods...>) {
  return std::tuple(std::tuple(&Codec<Methods>::read, &Codec<Methods>::write, &Codec<Methods>::fields)...);
}
[[maybe_unused, gnu::used]] const auto kCodecs = codecs_of(AllMethods());

}  // namespace

Outcome<MethodId> peek_method_id(ByteView payload) {
  Reader reader(payload);
  MethodId id{reader.integer<std::uint16_t>(), reader.integer<std::uint16_t>()};
  if (reader.ok()) return id;
  return refuse(ReplyCode::kFrameError,
                fmt::format("a method frame of {} bytes: it begins with four of method id", payload.size()));
}

ProtocolError unknown_method(MethodId id) {
  return {ReplyCode::kNotImplemented, fmt::format("there is no method {} in class {}", id.method_id, id.class_id), id};
}

}  // namespace wharf::amqp091
