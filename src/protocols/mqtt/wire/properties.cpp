#include "protocols/mqtt/wire/properties.hpp"

#include <type_traits>

namespace wharf::mqtt {
namespace {

const PropertyRule* rule_of(std::uint32_t id) {
  for (const PropertyRule& rule : kPropertyTable) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

void read_one(Reader& reader, const PropertyRule& rule, Properties& into) {
  auto number = [&](std::uint32_t value) {
    if (value < rule.least || value > rule.most) reader.fail_here("is out of its range", ReasonCode::kProtocolError);
    return value;
  };
  auto once = [&](auto& value, auto read) {
    if (value) reader.fail_here("stands there twice", ReasonCode::kProtocolError);
    value = read;
  };
  auto read = [&](auto member) {
    auto& value = into.*member;
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, Properties::Flag>) {
      once(value, static_cast<std::uint8_t>(number(reader.integer<std::uint8_t>())));
    } else if constexpr (std::is_same_v<Value, Properties::Short>) {
      once(value, static_cast<std::uint16_t>(number(reader.integer<std::uint16_t>())));
    } else if constexpr (std::is_same_v<Value, Properties::Long>) {
      once(value, number(reader.integer<std::uint32_t>()));
    } else if constexpr (std::is_same_v<Value, Properties::Text>) {
      once(value, reader.text());
    } else if constexpr (std::is_same_v<Value, Properties::Binary>) {
      once(value, reader.binary());
    } else if constexpr (std::is_same_v<Value, Properties::Numbers>) {
      value.push_back(number(reader.varint()));
    } else {
      if (value.size() >= kMostUserProperties) return reader.fail_here("comes too often", ReasonCode::kQuotaExceeded);
      std::string_view name = reader.text();
      value.push_back({name, reader.text()});
    }
  };
  std::visit(read, rule.member);
}

std::size_t bytes_of_one(const PropertyRule& rule, const Properties& properties) {
  auto size = [&](auto member) -> std::size_t {
    const auto& value = properties.*member;
    using Value = std::remove_cvref_t<decltype(value)>;
    std::size_t bytes = 0;
    if constexpr (std::is_same_v<Value, Properties::Numbers>) {
      for (std::uint32_t one : value) bytes += 1 + varint_bytes(one);
    } else if constexpr (std::is_same_v<Value, Properties::Pairs>) {
      for (const UserProperty& one : value) bytes += 5 + one.name.size() + one.value.size();
    } else if constexpr (std::is_same_v<Value, Properties::Text> || std::is_same_v<Value, Properties::Binary>) {
      if (value) bytes = 3 + value->size();
    } else {
      if (value) bytes = 1 + sizeof(*value);
    }
    return bytes;
  };
  return std::visit(size, rule.member);
}

void write_one(Writer& writer, const PropertyRule& rule, const Properties& properties) {
  auto write = [&](auto member) {
    const auto& value = properties.*member;
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, Properties::Numbers>) {
      for (std::uint32_t one : value) writer.integer(rule.id), writer.varint(one);
    } else if constexpr (std::is_same_v<Value, Properties::Pairs>) {
      for (const UserProperty& one : value) writer.integer(rule.id), writer.text(one.name), writer.text(one.value);
    } else if (value) {
      writer.integer(rule.id);
      if constexpr (std::is_same_v<Value, Properties::Text>) {
        writer.text(*value);
      } else if constexpr (std::is_same_v<Value, Properties::Binary>) {
        writer.binary(*value);
      } else {
        writer.integer(*value);
      }
    }
  };
  std::visit(write, rule.member);
}

}  // namespace

void read_properties(Reader& reader, std::uint32_t where, Properties& into) {
  reader.in_field("property length");
  Reader inner(reader.view(reader.varint()));
  while (reader.ok() && inner.bytes_left() > 0) {
    const PropertyRule* rule = rule_of(inner.varint());
    if (!rule || (rule->where & where) == 0) {
      reader.in_field("a property");
      return reader.fail_here("does not belong there");
    }
    inner.in_field(rule->name);
    reader.in_field(rule->name);
    read_one(inner, *rule, into);
    if (!inner.ok()) return reader.fail_here(inner.why(), inner.code());
  }
}

std::size_t properties_bytes(const Properties& properties, std::uint32_t where) {
  std::size_t bytes = 0;
  for (const PropertyRule& rule : kPropertyTable) {
    if ((rule.where & where) != 0) bytes += bytes_of_one(rule, properties);
  }
  return bytes;
}

void write_properties(Writer& writer, const Properties& properties, std::uint32_t where) {
  std::size_t bytes = properties_bytes(properties, where);
  writer.varint(static_cast<std::uint32_t>(bytes));
  if (bytes == 0) return;
  for (const PropertyRule& rule : kPropertyTable) {
    if ((rule.where & where) != 0) write_one(writer, rule, properties);
  }
}

}  // namespace wharf::mqtt
