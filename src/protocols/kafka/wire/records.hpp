#pragma once
// A records field: record batches byte for byte, which the codec never copies on the way in nor needs in memory on
// the way out.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "model/bytes.hpp"
#include "model/error.hpp"

namespace wharf::kafka {

/// Either bytes in memory, or a promise of `size` bytes that the shell sends itself. A null field is an empty
/// std::optional<Records>.
///
/// Decoding gives a view into the frame: it lives as long as the frame's buffer. Encoding a view copies it into the
/// Writer;
/// encoding an external one writes the length alone and notes a Splice, where the shell puts memory or a file's range.
class Records {
 public:
  Records() = default;
  explicit Records(ByteView bytes) : view_(bytes), size_(bytes.size()) {}
  /// `size` bytes that the shell knows by `token`.
  static Records external(std::size_t size, std::uint32_t token) {
    Records records;
    records.size_ = size;
    records.token_ = token;
    records.external_ = true;
    return records;
  }

  std::size_t size() const { return size_; }
  bool is_external() const { return external_; }
  ByteView view() const {
    WHARF_ASSERT(!external_);
    return view_;
  }
  std::uint32_t token() const {
    WHARF_ASSERT(external_);
    return token_;
  }

  friend bool operator==(const Records& a, const Records& b) {
    if (a.external_ != b.external_ || a.size_ != b.size_) return false;
    return a.external_ ? a.token_ == b.token_ : std::ranges::equal(a.view_, b.view_);
  }

 private:
  ByteView view_;
  std::size_t size_ = 0;
  std::uint32_t token_ = 0;
  bool external_ = false;
};

}  // namespace wharf::kafka
