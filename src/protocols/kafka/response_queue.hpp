#pragma once
// Responses in the order of their requests, though they are finished in any (Kafka serves a connection in order). No I/O.
#include <cstdint>
#include <deque>
#include <vector>

#include "model/error.hpp"
#include "protocols/kafka/handlers/reply.hpp"

namespace wharf::kafka {

class ResponseQueue {
 public:
  using Ticket = std::uint64_t;

  /// A place in line for a request that has arrived, and takes `bytes` of memory until its response is taken.
  Ticket open(std::size_t bytes) {
    slots_.push_back({.done = false, .bytes = bytes, .reply = {}});
    open_bytes_ += bytes;
    return first_ + slots_.size() - 1;
  }
  void complete(Ticket ticket, Reply reply) {
    WHARF_ASSERT(ticket >= first_ && ticket - first_ < slots_.size());
    Slot& slot = slots_[ticket - first_];
    WHARF_ASSERT(!slot.done);
    slot.done = true;
    slot.reply = std::move(reply);
  }
  bool ready() const { return !slots_.empty() && slots_.front().done; }
  std::size_t open_requests() const { return slots_.size(); }
  std::size_t open_bytes() const { return open_bytes_; }

  struct Batch {
    std::vector<runtime::OutPiece> pieces;
    bool close = false;  // after the pieces: a reply asked for it
  };
  /// All replies that are next in line, for one gathered write.
  Batch take_ready() {
    Batch batch;
    while (ready() && !batch.close) {
      Reply reply = std::move(slots_.front().reply);
      open_bytes_ -= slots_.front().bytes;
      slots_.pop_front();
      ++first_;
      for (runtime::OutPiece& piece : reply.pieces) batch.pieces.push_back(std::move(piece));
      batch.close = reply.close;
    }
    return batch;
  }

 private:
  struct Slot {
    bool done = false;
    std::size_t bytes = 0;
    Reply reply;
  };
  std::deque<Slot> slots_;
  std::size_t open_bytes_ = 0;
  Ticket first_ = 0;
};

}  // namespace wharf::kafka
