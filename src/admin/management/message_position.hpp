#pragma once
// Where a message is in its queue, as text: its number in the order of arrival ("12"), behind its priority in a queue
// that has priorities ("5:12").
#include <optional>
#include <string>
#include <string_view>

#include "queue/core/types.hpp"

namespace wharf::management {

std::string position_text(queue::MessageId id);
/// None: the text is no position.
std::optional<queue::MessageId> position_of(std::string_view text);

/// Where it is, in a word: "ready".
std::string_view state_of(queue::Whereabouts where);

}  // namespace wharf::management
