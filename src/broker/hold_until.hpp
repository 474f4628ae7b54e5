#pragma once
// Messages that are to reach their queue at a time that one of their headers says (policy `hold-until`): Celery's tasks
// with an `eta`, say, which a worker would hold for as long.
#include <optional>
#include <string_view>

#include "model/message.hpp"
#include "model/time.hpp"

namespace wharf::broker {

/// By the header of that name: a text of ISO 8601, a time, or a whole number of milliseconds since 1970. None: it has
/// no such header, or nothing there that is a time.
std::optional<Timestamp> held_until(const MessageView& message, std::string_view header);

}  // namespace wharf::broker
