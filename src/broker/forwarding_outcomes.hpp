#pragma once
// Whether messages that were sent on are done with. What refuses them takes none, as a publisher would find, and
// operators are told so once; where the machine is the reason, they are to be sent again.
#include <string_view>

#include "broker/outgoing_parts.hpp"
#include "model/error.hpp"
#include "runtime/logger.hpp"

namespace wharf::broker {

class ForwardingOutcomes {
 public:
  /// `sentence`, a literal, is what operators are told.
  ForwardingOutcomes(runtime::Logger& logger, std::string_view sentence) : logger_(logger), sentence_(sentence) {}

  template <class T>
  bool is_done(const Result<T>& outcome) {
    return outcome || is_done(outcome.error());
  }

 private:
  bool is_done(const Error& error);

  runtime::Logger& logger_;
  std::string_view sentence_;
  bool told_ = false;
};

}  // namespace wharf::broker
