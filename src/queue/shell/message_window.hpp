#pragma once
// The messages of one level that were read from its log and have not gone out yet: views into what the log gave, a
// batch opened at a time. Forgets what lies before the message that was asked for last.
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/record.hpp"

namespace wharf::queue {

struct LoadedMessage {
  std::shared_ptr<const void> owner;
  Record record;
};

class MessageWindow {
 public:
  /// Whole batches that follow each other, the first of which holds `from`; what was there before is forgotten. The
  /// header of a batch may be a piece of its own, as logs read one that several of them have.
  void fill(Offset from, std::vector<SharedBytes> batches);
  /// The first message at or behind `offset`; nullptr: not in the window. Good until the next call. Errors: a batch
  /// that cannot be opened (kCorruptMessage, kInvalidRecord): it is passed over by the next call.
  Result<const LoadedMessage*> find(Offset offset);
  /// The range of the batch that the last error was about; the one message that was asked for, if the batch does not say.
  Offset failed_first() const { return failed_first_; }
  Offset failed_next() const { return failed_next_; }
  void clear();

 private:
  Result<bool> open_next();
  Result<SharedBytes> take_records(const BatchHeader& header);

  std::deque<SharedBytes> batches_;      // not opened yet
  std::vector<LoadedMessage> messages_;  // of the opened batch
  std::size_t at_ = 0;
  Offset from_;  // what lies below is not here
  Offset failed_first_, failed_next_;
};

}  // namespace wharf::queue
