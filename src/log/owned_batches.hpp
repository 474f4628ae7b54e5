#pragma once
// Record batches on their way into a log, and whose they are: what everybody passes on who appends, or asks for it.
#include <cstddef>
#include <memory>
#include <vector>

#include "model/bytes.hpp"

namespace wharf::log {

/// Whole batches of a producer, one after the other, on their way into a log. `bytes` is the log's to stamp in place
/// (base offset, leader epoch, append time); `owner` keeps it alive.
struct OwnedBatches {
  std::shared_ptr<std::byte[]> owner;
  MutableBytes bytes;
  bool prepared = false;  // by prepare_batches(), with the configuration of the topic: checksums match, records can be read
};

/// Batches that we have made ourselves: nobody needs to look into them.
OwnedBatches own(std::vector<std::byte> batches);

}  // namespace wharf::log
