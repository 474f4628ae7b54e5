#pragma once
// Bytes as they are read -> the pieces between delimiters. No I/O; memory is one piece and one read.
//
//   MutableBytes space = splitter.space();        // read into it
//   splitter.received(count);
//   while (auto piece = splitter.next()) ...      // a view until the next space()
//   auto rest = splitter.rest();                  // at the end of the input: what had no delimiter behind it
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/bytes.hpp"

namespace wharf::cli {

class LineSplitter {
 public:
  /// `delimiter`: one character or more.
  explicit LineSplitter(std::string delimiter) : delimiter_(std::move(delimiter)) {}

  MutableBytes space();
  void received(std::size_t count) { end_ += count; }
  std::optional<std::string_view> next();
  std::optional<std::string_view> rest();
  /// Of the piece that is being read.
  std::size_t pending_bytes() const { return end_ - start_; }

 private:
  std::string delimiter_;
  std::vector<std::byte> buffer_;
  std::size_t start_ = 0;     // of the piece that is being read
  std::size_t searched_ = 0;  // no delimiter begins before
  std::size_t end_ = 0;
};

}  // namespace wharf::cli
