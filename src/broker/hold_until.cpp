#include "broker/hold_until.hpp"

#include <limits>

#include "model/encoded_table.hpp"
#include "model/iso_time.hpp"
#include "model/property.hpp"

namespace wharf::broker {
namespace {

std::optional<Timestamp> time_of(const PropertyValue& value) {
  constexpr std::uint64_t kMostSeconds = std::numeric_limits<std::int64_t>::max() / 1000;
  if (value.text() != nullptr) return read_iso_time(*value.text());
  if (const auto* time = value.get_if<EpochSeconds>(); time != nullptr && time->seconds <= kMostSeconds)
    return Timestamp{static_cast<std::int64_t>(time->seconds) * 1000};
  std::optional<std::int64_t> ms = integer_of(value);
  return ms ? std::optional(Timestamp{*ms}) : std::nullopt;
}

}  // namespace

std::optional<Timestamp> held_until(const MessageView& message, std::string_view header) {
  if (!message.properties) return std::nullopt;
  auto field = find_field(*message.properties, header);
  return field ? time_of(field->decode()) : std::nullopt;
}

}  // namespace wharf::broker
