#pragma once
// What the codecs of compression.hpp share; for them only.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "model/bytes.hpp"
#include "model/error.hpp"

namespace wharf::codec {

using Output = Result<std::vector<std::byte>>;

Output gzip(ByteView plain, std::optional<int> level);
Output gunzip(ByteView packed, std::size_t limit);
Output snappy_compress(ByteView plain);
Output snappy_decompress(ByteView packed, std::size_t limit);
Output lz4_compress(ByteView plain, std::optional<int> level);
Output lz4_decompress(ByteView packed, std::size_t limit);
Output zstd_compress(ByteView plain, std::optional<int> level);
Output zstd_decompress(ByteView packed, std::size_t limit);

inline std::unexpected<Error> corrupt(std::string_view codec, std::string_view why) {
  return fail(ErrorCode::kCorruptMessage, fmt::format("{} data is damaged: {}", codec, why));
}
inline std::unexpected<Error> above_limit(std::string_view codec, std::size_t limit) {
  return fail(ErrorCode::kTooLarge,
              fmt::format("{} data decompresses to more than the limit of {} bytes", codec, limit));
}
inline std::unexpected<Error> bad_level(std::string_view codec, int level) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} has no compression level {}", codec, level));
}

/// Output that grows by doubling as a decoder fills it, up to one byte above the limit: that byte tells "exactly the
/// limit" from "more than it".
class BoundedOutput {
 public:
  BoundedOutput(std::size_t limit, std::size_t first_guess) : limit_(limit), first_guess_(first_guess) {}

  /// Room to write to, never empty unless the limit is passed.
  MutableBytes room() {
    if (used_ == bytes_.size() && !passed_limit()) {
      std::size_t wanted = std::max({used_ * 2, first_guess_, std::size_t{512}});
      bytes_.resize(wanted > limit_ ? limit_ + 1 : wanted);
    }
    return MutableBytes(bytes_).subspan(used_);
  }
  void wrote(std::size_t count) { used_ += count; }
  bool passed_limit() const { return used_ > limit_; }
  std::vector<std::byte> take() {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  std::size_t limit_;
  std::size_t first_guess_;
  std::size_t used_ = 0;
  std::vector<std::byte> bytes_;
};

}  // namespace wharf::codec
