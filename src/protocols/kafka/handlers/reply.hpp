#pragma once
// What goes back for one request.
#include <vector>

#include "runtime/stream.hpp"

namespace wharf::kafka {

struct Reply {
  std::vector<runtime::OutPiece> pieces;  // a whole frame, or nothing (acks=0)
  bool close = false;                     // end the connection after it
};

}  // namespace wharf::kafka
