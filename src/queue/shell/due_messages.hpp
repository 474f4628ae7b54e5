#pragma once
// Where delayed messages go when their time has come: behind this interface stands the router.
#include <memory>
#include <vector>

#include "model/record.hpp"
#include "queue/core/schedule_envelope.hpp"
#include "runtime/task.hpp"

namespace wharf::queue {

struct DueMessage {
  ScheduleEnvelope envelope;
  std::shared_ptr<const void> owner;  // of the record's views
  Record record;                      // its key is the envelope
};

class DueMessages {
 public:
  virtual ~DueMessages() = default;
  /// In order. True once each is kept where it goes, or goes nowhere; false: some could not be kept, all are to be sent
  /// again later.
  virtual runtime::Task<bool> send_on(std::vector<DueMessage> messages) = 0;
};

}  // namespace wharf::queue
