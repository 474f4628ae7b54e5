#include "admin/management/message_position.hpp"

#include <fmt/format.h>

#include "model/number_text.hpp"

namespace wharf::management {
namespace {

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  return text.starts_with('-') ? std::nullopt : parse_number<Number>(text);
}

}  // namespace

std::string position_text(queue::MessageId id) {
  if (id.level == 0) return fmt::format("{}", id.offset.value);
  return fmt::format("{}:{}", id.level, id.offset.value);
}

std::optional<queue::MessageId> position_of(std::string_view text) {
  std::size_t colon = text.find(':');
  std::optional<std::uint8_t> level = 0;
  if (colon != std::string_view::npos) level = number_of<std::uint8_t>(text.substr(0, colon));
  std::optional<std::int64_t> offset =
      number_of<std::int64_t>(colon == std::string_view::npos ? text : text.substr(colon + 1));
  if (!level || !offset) return std::nullopt;
  return queue::MessageId{*level, Offset(*offset)};
}

std::string_view state_of(queue::Whereabouts where) {
  switch (where) {
    case queue::Whereabouts::kReady:
      return "ready";
    case queue::Whereabouts::kInFlight:
      return "unacknowledged";
    case queue::Whereabouts::kResting:
      return "waiting_for_retry";
    case queue::Whereabouts::kDying:
      return "dead_lettering";
  }
  return "";
}

}  // namespace wharf::management
