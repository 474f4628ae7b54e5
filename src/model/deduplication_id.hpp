#pragma once
// By what publishers say that two messages are the same: header `x-deduplication-header`, as RabbitMQ's plugin has it.
#include <optional>
#include <string>
#include <string_view>

#include "model/property.hpp"
#include "model/record.hpp"

namespace wharf {

inline constexpr std::string_view kDeduplicationHeader = "x-deduplication-header";

/// The header's value as a key: equal for equal values of one kind, a number's width aside; the number 1 and the text
/// "1" differ. None: the message has no such header, or one whose value is a decimal, a list or a table.
std::optional<std::string> deduplication_id(const PropertyTable& headers);
std::optional<std::string> deduplication_id(const Record& record);
/// The value of any user property, likewise.
std::optional<std::string> property_key(const Record& record, std::string_view name);

}  // namespace wharf
