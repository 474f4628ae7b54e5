#pragma once
// What the codecs of compression.hpp share; for them only.
#include <cstddef>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "model/bytes.hpp"
#include "model/compression.hpp"
#include "model/error.hpp"

namespace wharf::codec {

using Packed = Result<std::vector<std::byte>>;

/// Where a decoder writes, up to a limit: a buffer that grows, or one that is handed on piece by piece.
class PlainOutput {
 public:
  explicit PlainOutput(std::size_t limit) : limit_(limit) {}
  virtual ~PlainOutput() = default;

  /// Room to write to: at least `least` bytes, never none.
  virtual MutableBytes room(std::size_t least = 1) = 0;
  /// So many bytes of room() are written. An error ends the decoding: kTooLarge, or the receiver's own.
  Result<void> wrote(std::size_t count) {
    if (Result<void> fits = expect(count); !fits) return fits;
    used_ += count;
    return take(count);
  }
  /// Before there is room for a block that claims so much.
  Result<void> expect(std::size_t count) const {
    if (count <= limit_ - used_) return {};
    return fail(ErrorCode::kTooLarge, fmt::format("the data decompresses to more than the limit of {} bytes", limit_));
  }

 protected:
  virtual Result<void> take(std::size_t count) = 0;
  std::size_t limit() const { return limit_; }
  std::size_t used() const { return used_; }

 private:
  std::size_t limit_;
  std::size_t used_ = 0;
};

Packed gzip(ByteView plain, std::optional<int> level);
Packed snappy_compress(ByteView plain);
Packed lz4_compress(ByteView plain, std::optional<int> level);
Packed zstd_compress(ByteView plain, std::optional<int> level);

Result<void> gunzip(ByteView packed, PlainOutput& output);
Result<void> snappy_decompress(ByteView packed, PlainOutput& output);
Result<void> lz4_decompress(ByteView packed, PlainOutput& output, Decoders& decoders);
Result<void> zstd_decompress(ByteView packed, PlainOutput& output, Decoders& decoders);

/// What a zstd frame says it holds; none, or an unlikely one, has no value.
std::optional<std::size_t> zstd_claimed_bytes(ByteView packed);

inline std::unexpected<Error> corrupt(std::string_view codec, std::string_view why) {
  return fail(ErrorCode::kCorruptMessage, fmt::format("{} data is damaged: {}", codec, why));
}
inline std::unexpected<Error> bad_level(std::string_view codec, int level) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} has no compression level {}", codec, level));
}

}  // namespace wharf::codec
