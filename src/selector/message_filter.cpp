#include "selector/message_filter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "model/utf8.hpp"

namespace wharf::selector {
namespace {

constexpr std::array<std::string_view, 5> kNotToBeAsked{"JMSDestination", "JMSReplyTo", "JMSExpiration",
                                                        "JMSRedelivered", "JMSDeliveryTime"};

Value text_or_unknown(const std::optional<std::string_view>& text) {
  return text ? Value(*text) : Value(Unknown{});
}

Value whole_or_approximate(std::uint64_t number) {
  if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return static_cast<std::int64_t>(number);
  return static_cast<double>(number);
}

Value value_of(const Decimal& decimal) {
  if (decimal.scale == 0) return std::int64_t{decimal.unscaled};
  return static_cast<double>(decimal.unscaled) / std::pow(10.0, decimal.scale);
}

Value value_of(const TableCursor::Field& field) {
  if (std::optional<std::string_view> text = field.text()) return *text;
  if (field.type == 'x' || field.type == 'A' || field.type == 'F') return Opaque{};
  PropertyValue value = field.decode();
  if (std::optional<std::int64_t> whole = signed_integer_of(value)) return *whole;
  if (const auto* truth = value.get_if<bool>()) return *truth;
  if (const auto* approximate = value.get_if<double>()) return *approximate;
  if (const auto* approximate = value.get_if<float>()) return double{*approximate};
  if (const auto* time = value.get_if<EpochSeconds>()) return whole_or_approximate(time->seconds);
  if (const auto* decimal = value.get_if<Decimal>()) return value_of(*decimal);
  return Unknown{};
}

Value value_of(const RecordHeader& header) {
  if (!header.value) return Unknown{};
  std::string_view text = as_text(*header.value);
  return is_utf8(text) ? Value(text) : Value(Opaque{});
}

/// When it was sent, in milliseconds: the sender's word, or else when the broker took it.
Value time_of(const MessageView& message, const Record& record) {
  if (!message.timestamp_seconds || is_plain(record)) return record.timestamp.ms;
  constexpr std::uint64_t kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / 1000;
  if (*message.timestamp_seconds <= kMost) return static_cast<std::int64_t>(*message.timestamp_seconds * 1000);
  return static_cast<double>(*message.timestamp_seconds) * 1000.0;
}

}  // namespace

std::optional<MessageFilter::Field> MessageFilter::field_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Field>, 6> kFields{{
      {"JMSMessageID", Field::kMessageId},
      {"JMSTimestamp", Field::kTimestamp},
      {"JMSCorrelationID", Field::kCorrelationId},
      {"JMSType", Field::kType},
      {"JMSPriority", Field::kPriority},
      {"JMSDeliveryMode", Field::kDeliveryMode},
  }};
  if (std::ranges::find(kNotToBeAsked, name) != kNotToBeAsked.end()) return std::nullopt;
  for (auto [field_name, field] : kFields) {
    if (name == field_name) return field;
  }
  return Field::kUser;
}

Result<MessageFilter> MessageFilter::compile(std::string_view text, Dialect dialect) {
  Result<Selector> selector = Selector::compile(text, dialect);
  if (!selector) return fail(std::move(selector.error()));
  MessageFilter filter(std::move(*selector));
  const std::vector<std::string>& names = filter.selector_.names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::optional<Field> field = field_of(names[i]);
    if (!field) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("the selector asks for {}, which JMS lets none ask for", names[i]));
    }
    filter.fields_.push_back(*field);
    if (*field == Field::kUser) filter.user_names_.push_back(static_cast<std::uint32_t>(i));
  }
  std::ranges::sort(filter.user_names_, {}, [&names](std::uint32_t i) -> std::string_view { return names[i]; });
  return filter;
}

/// Where the value of that name goes; nullptr: nobody asks for it, or it has come: the first of a name counts.
Value* MessageFilter::wanted(std::string_view name) {
  const std::vector<std::string>& names = selector_.names();
  auto at = std::ranges::lower_bound(user_names_, name, {},
                                     [&names](std::uint32_t i) -> std::string_view { return names[i]; });
  if (at == user_names_.end() || names[*at] != name || found_[*at]) return nullptr;
  found_[*at] = true;
  return &values_[*at];
}

void MessageFilter::take_fields(const MessageView& message, const Record& record) {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    switch (fields_[i]) {
      case Field::kUser:
        break;
      case Field::kMessageId:
        values_[i] = text_or_unknown(message.message_id);
        break;
      case Field::kTimestamp:
        values_[i] = time_of(message, record);
        break;
      case Field::kCorrelationId:
        values_[i] = text_or_unknown(message.correlation_id);
        break;
      case Field::kType:
        values_[i] = text_or_unknown(message.type);
        break;
      case Field::kPriority:
        values_[i] = std::int64_t{message.priority.value_or(0)};
        break;
      case Field::kDeliveryMode:
        values_[i] = std::string_view(message.delivery_mode == 2 ? "PERSISTENT" : "NON_PERSISTENT");
        break;
    }
  }
}

void MessageFilter::take_typed(ByteView properties) {
  TableCursor cursor(properties);
  while (auto field = cursor.next()) {
    if (Value* value = wanted(field->name)) *value = value_of(*field);
  }
}

/// A first header that lies is passed over.
void MessageFilter::take_plain(const Record& record) {
  bool lies = !is_plain(record);
  for (RecordHeader header : record.headers) {
    if (std::exchange(lies, false)) continue;
    if (Value* value = wanted(header.key)) *value = value_of(header);
  }
}

bool MessageFilter::matches(const Record& record) {
  Result<MessageView> read = message_of(record);
  MessageView message = read ? *read : plain_message_of(record);
  values_.assign(fields_.size(), Unknown{});
  found_.assign(fields_.size(), false);
  take_fields(message, record);
  if (!user_names_.empty()) {
    if (message.properties) {
      take_typed(*message.properties);
    } else if (!read || is_plain(record)) {
      take_plain(record);
    }
  }
  return selector_.matches(values_);
}

}  // namespace wharf::selector
