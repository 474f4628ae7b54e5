#pragma once
// What goes back for one request.
#include <vector>

#include "protocols/kafka/api/error_code.hpp"
#include "runtime/stream.hpp"

namespace wharf::kafka {

struct Reply {
  std::vector<runtime::OutPiece> pieces;  // a whole frame, or nothing (acks=0)
  bool close = false;                     // end the connection after it
  KafkaError error = KafkaError::kNone;   // the first one in it, for the metrics
};

}  // namespace wharf::kafka
