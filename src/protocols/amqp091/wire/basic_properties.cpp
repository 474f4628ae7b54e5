#include "protocols/amqp091/wire/basic_properties.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "model/byte_order.hpp"
#include "model/error.hpp"
#include "protocols/amqp091/wire/method_table.hpp"

namespace wharf::amqp091 {
namespace {

constexpr std::array<std::byte, 2> kNoFlags{};
constexpr std::uint16_t kMoreFlags = 1;  // the lowest bit: two more octets of flags follow
constexpr std::uint16_t kUnknownFlag = 2;
constexpr std::string_view kWhat = "the properties";

constexpr auto kFields =
    fields<&BasicProperties::content_type, &BasicProperties::content_encoding, &BasicProperties::headers,
           &BasicProperties::delivery_mode, &BasicProperties::priority, &BasicProperties::correlation_id,
           &BasicProperties::reply_to, &BasicProperties::expiration, &BasicProperties::message_id,
           &BasicProperties::timestamp, &BasicProperties::type, &BasicProperties::user_id, &BasicProperties::app_id,
           &BasicProperties::cluster_id>;

/// Names and value types of the properties in order: 'S' short string, 'F' table, 'B' octet, 'T' timestamp.
template <auto... Members>
constexpr auto names_of(FieldList<Members...>) {
  return std::array{detail::member_name<Members>()...};
}
constexpr std::array kNames = names_of(kFields);
constexpr std::string_view kTypes = "SSFBBSSSSTSSSS";
static_assert(kNames.size() == kBasicProperties && kTypes.size() == kBasicProperties);

void skip_value(Reader& reader, char type) {
  switch (type) {
    case 'S':
      reader.short_string();
      return;
    case 'F':
      skip_table(reader);
      return;
    case 'B':
      reader.view(1);
      return;
    default:
      reader.view(8);
      return;
  }
}

/// How many bytes the value at `at` has, which was read once.
std::size_t checked_size(const std::byte* at, char type) {
  if (type == 'S') return 1 + static_cast<std::size_t>(*at);
  if (type == 'F') return 4 + load_big_endian<std::uint32_t>(at);
  return type == 'B' ? 1 : 8;
}

/// The flags; further octets of them can only be of properties that class basic does not have.
std::uint16_t read_flags(Reader& reader) {
  auto flags = reader.integer<std::uint16_t>();
  bool unknown = (flags & kUnknownFlag) != 0;
  for (std::uint16_t more = flags; (more & kMoreFlags) != 0 && reader.ok();) {
    more = reader.integer<std::uint16_t>();
    unknown |= (more & ~kMoreFlags) != 0;
  }
  if (unknown) reader.fail_here("have flags of a property that does not exist");
  return static_cast<std::uint16_t>(flags & ~(kMoreFlags | kUnknownFlag));
}

void read_value(Reader& reader, std::string& out) {
  out = reader.short_string();
}
void read_value(Reader& reader, PropertyTable& out) {
  out = read_table(reader);
}
void read_value(Reader& reader, std::uint8_t& out) {
  out = reader.integer<std::uint8_t>();
}
void read_value(Reader& reader, EpochSeconds& out) {
  out.seconds = reader.integer<std::uint64_t>();
}

void write_value(Writer& writer, const std::string& value) {
  writer.short_string(value);
}
void write_value(Writer& writer, const PropertyTable& value) {
  write_table(writer, value);
}
void write_value(Writer& writer, std::uint8_t value) {
  writer.integer(value);
}
void write_value(Writer& writer, EpochSeconds value) {
  writer.integer(value.seconds);
}

Outcome<std::vector<std::byte>> finished(const Writer& writer) {
  if (!writer.ok()) return refuse(writer.error(kWhat));
  ByteView bytes = writer.bytes_since(0);
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

}  // namespace

PropertiesView::PropertiesView() : encoded_(kNoFlags) {}

Outcome<PropertiesView> PropertiesView::parse(ByteView encoded) {
  Reader reader(encoded);
  PropertiesView view;
  view.encoded_ = encoded;
  view.flags_ = read_flags(reader);
  view.values_start_ = static_cast<std::uint32_t>(reader.position() - encoded.data());
  for (auto left = static_cast<std::uint16_t>(view.flags_); left != 0 && reader.ok();) {
    auto index = static_cast<std::size_t>(std::countl_zero(left));
    left = static_cast<std::uint16_t>(left & ~(0x8000u >> index));
    skip_value(reader, kTypes[index]);
    if (!reader.ok()) reader.in_field(kNames[index]);
  }
  if (reader.ok() && reader.bytes_left() > 0) reader.fail_here("have bytes left over");
  if (!reader.ok()) return refuse(reader.error(kWhat));
  return view;
}

ByteView PropertiesView::value(BasicProperty property) const {
  if (!has(property)) return {};
  const std::byte* at = encoded_.data() + values_start_;
  for (auto left = static_cast<std::uint16_t>(flags_);;) {
    auto index = static_cast<std::size_t>(std::countl_zero(left));
    std::size_t size = checked_size(at, kTypes[index]);
    if (index == static_cast<std::size_t>(property)) return {at, size};
    at += size;
    left = static_cast<std::uint16_t>(left & ~(0x8000u >> index));
  }
}

std::optional<std::string_view> PropertiesView::text(BasicProperty property) const {
  WHARF_ASSERT(kTypes[static_cast<std::size_t>(property)] == 'S');
  if (!has(property)) return std::nullopt;
  return as_text(value(property).subspan(1));
}

std::optional<ByteView> PropertiesView::headers() const {
  if (!has(BasicProperty::kHeaders)) return std::nullopt;
  return value(BasicProperty::kHeaders).subspan(4);
}

std::optional<std::uint8_t> PropertiesView::octet(BasicProperty property) const {
  if (!has(property)) return std::nullopt;
  return static_cast<std::uint8_t>(value(property)[0]);
}

std::optional<EpochSeconds> PropertiesView::timestamp() const {
  if (!has(BasicProperty::kTimestamp)) return std::nullopt;
  return EpochSeconds{load_big_endian<std::uint64_t>(value(BasicProperty::kTimestamp).data())};
}

Outcome<BasicProperties> decode_properties(ByteView encoded) {
  Outcome<PropertiesView> view = PropertiesView::parse(encoded);
  if (!view) return refuse(view.error());
  BasicProperties properties;
  std::uint8_t next = 0;
  auto decode = [&]<class T>(std::optional<T>& out) {
    auto property = static_cast<BasicProperty>(next++);
    if (!view->has(property)) return;
    Reader reader(view->value(property));
    read_value(reader, out.emplace());
  };
  [&]<auto... Members>(FieldList<Members...>) { (decode(properties.*Members), ...); }(kFields);
  return properties;
}

Outcome<std::vector<std::byte>> encode_properties(const BasicProperties& properties) {
  Writer writer;
  std::uint16_t flags = 0;
  unsigned shift = 15;
  auto flag = [&](const auto& value) { flags = static_cast<std::uint16_t>(flags | (value ? 1u : 0u) << shift--); };
  auto encode = [&](const auto& value) {
    if (value) write_value(writer, *value);
  };
  [&]<auto... Members>(FieldList<Members...>) {
    (flag(properties.*Members), ...);
    writer.integer(flags);
    (encode(properties.*Members), ...);
  }(kFields);
  return finished(writer);
}

Outcome<std::vector<std::byte>> edit_properties(const PropertiesView& from, std::span<const FieldEdit> headers,
                                                std::span<const TextEdit> texts) {
  Writer writer;
  writer.integer(std::uint16_t{0});
  std::uint16_t flags = 0;
  for (std::size_t index = 0; index < kBasicProperties; ++index) {
    auto property = static_cast<BasicProperty>(index);
    std::size_t before = writer.position();
    auto text = std::ranges::find(texts, property, &TextEdit::property);
    if (text != texts.end()) {
      WHARF_ASSERT(kTypes[index] == 'S');
      if (text->text) writer.short_string(*text->text);
    } else if (property == BasicProperty::kHeaders && !headers.empty()) {
      bool sets = std::ranges::any_of(headers, [](const FieldEdit& edit) { return edit.value.has_value(); });
      if (from.has(property) || sets) write_edited_table(writer, from.headers().value_or(ByteView()), headers);
    } else {
      writer.raw(from.value(property));
    }
    if (writer.position() > before) flags = static_cast<std::uint16_t>(flags | 0x8000u >> index);
  }
  Outcome<std::vector<std::byte>> edited = finished(writer);
  if (edited) store_big_endian(edited->data(), flags);
  return edited;
}

}  // namespace wharf::amqp091
