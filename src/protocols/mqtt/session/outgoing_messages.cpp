#include "protocols/mqtt/session/outgoing_messages.hpp"

namespace wharf::mqtt {

std::optional<std::uint16_t> OutgoingMessages::free_identifier() {
  for (int tried = 0; tried <= kOwn; ++tried) {
    last_free_ = last_free_ == 65'535 ? kOwn + 1 : static_cast<std::uint16_t>(last_free_ + 1);
    if (!by_identifier_.contains(last_free_)) return last_free_;
  }
  return std::nullopt;
}

}  // namespace wharf::mqtt
