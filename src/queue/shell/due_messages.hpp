#pragma once
// Where delayed messages go when their time has come: behind this interface stands the router.
#include <memory>
#include <optional>
#include <vector>

#include "model/record.hpp"
#include "queue/core/schedule_envelope.hpp"
#include "queue/shell/arrivals.hpp"
#include "runtime/task.hpp"

namespace wharf::queue {

struct DueMessage {
  ScheduleEnvelope envelope;
  std::shared_ptr<const void> owner;    // of the record's views
  Record record;                        // its key is the envelope
  std::optional<Arrivals> before = {};  // of a try before this one
};

class DueMessages {
 public:
  virtual ~DueMessages() = default;
  /// In order. For each of them none once it is kept where it goes, or goes nowhere; else it could not be kept
  /// everywhere, and is to be sent again later, with what is told here.
  virtual runtime::Task<std::vector<std::optional<Arrivals>>> send_on(std::vector<DueMessage> messages) = 0;
};

}  // namespace wharf::queue
