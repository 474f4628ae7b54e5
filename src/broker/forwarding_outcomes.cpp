#include "broker/forwarding_outcomes.hpp"

#include <utility>

namespace wharf::broker {

bool ForwardingOutcomes::is_done(const Error& error) {
  Fate fate = fate_of(error);
  bool is_news = fate == Fate::kRefused && error.code != ErrorCode::kFull;
  if (is_news && !std::exchange(told_, true)) logger_.warn(sentence_, {{"reason", error.message}});
  return fate != Fate::kNotNow;
}

}  // namespace wharf::broker
