#pragma once
// Whether messages that were sent on are done with. What refuses them takes none, as a publisher would find, and
// operators are told so once; where the machine is the reason, they are to be sent again.
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/outgoing.hpp"
#include "model/error.hpp"
#include "queue/shell/arrivals.hpp"
#include "runtime/logger.hpp"

namespace wharf::broker {

/// Where the parts go, by send()'s outcomes.
std::vector<queue::Place> places_of(const OutgoingParts& parts);

/// What has become of one message so far.
struct Forwarded {
  queue::Arrivals arrived;  // with the tries before
  bool is_done = true;

  /// None: nothing is left to do. Else it is to be sent again, but for where it has arrived.
  std::optional<queue::Arrivals> left() && { return is_done ? std::nullopt : std::optional(std::move(arrived)); }
};

class ForwardingOutcomes {
 public:
  /// `sentence`, a literal, is what operators are told.
  ForwardingOutcomes(runtime::Logger& logger, std::string_view sentence) : logger_(logger), sentence_(sentence) {}

  template <class T>
  bool is_done(const Result<T>& outcome) {
    return outcome || is_done(outcome.error());
  }
  /// What send() says of the parts, to those messages whose they are: `numbers` as Outgoing::take() gave them.
  void tell(std::span<const Result<void>> outcomes, std::span<const queue::Place> places,
            std::span<const std::vector<std::size_t>> numbers, std::span<Forwarded> messages);

 private:
  bool is_done(const Error& error);

  runtime::Logger& logger_;
  std::string_view sentence_;
  bool told_ = false;
};

}  // namespace wharf::broker
