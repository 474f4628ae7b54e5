#include "model/compression.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "model/compression_codec.hpp"

namespace wharf {
namespace {

constexpr std::array<std::string_view, kLastCompression + 1> kNames = {"none", "gzip", "snappy", "lz4", "zstd"};

/// Grows by doubling as a decoder fills it, up to one byte above the limit: that byte tells "exactly the limit" from
/// "more than it".
class WholeOutput final : public codec::PlainOutput {
 public:
  WholeOutput(std::size_t limit, std::size_t first_guess) : PlainOutput(limit), first_guess_(first_guess) {}

  MutableBytes room(std::size_t least) override {
    if (bytes_.size() - used() < std::max(least, std::size_t{1})) {
      std::size_t wanted = std::max({used() * 2, first_guess_, std::size_t{512}});
      bytes_.resize(std::max(std::min(wanted, limit() + 1), used() + least));
    }
    return MutableBytes(bytes_).subspan(used());
  }
  std::vector<std::byte> take_all() {
    bytes_.resize(used());
    return std::move(bytes_);
  }

 private:
  Result<void> take(std::size_t) override { return {}; }

  std::size_t first_guess_;
  std::vector<std::byte> bytes_;
};

/// One buffer, whose bytes are handed on as soon as they are there.
class PiecesOutput final : public codec::PlainOutput {
 public:
  PiecesOutput(std::size_t limit, const TakePiece& take) : PlainOutput(limit), take_(take) {}

  MutableBytes room(std::size_t least) override {
    if (std::size_t wanted = std::max(least, kPieceBytes); size_ < wanted) {
      bytes_ = std::make_unique_for_overwrite<std::byte[]>(wanted);
      size_ = wanted;
    }
    return {bytes_.get(), size_};
  }

 private:
  Result<void> take(std::size_t count) override { return take_(ByteView(bytes_.get(), count)); }

  const TakePiece& take_;
  std::size_t size_ = 0;
  std::unique_ptr<std::byte[]> bytes_;
};

Result<void> copy(ByteView plain, codec::PlainOutput& output) {
  if (Result<void> fits = output.expect(plain.size()); !fits) return fits;
  std::ranges::copy(plain, output.room(plain.size()).begin());
  return output.wrote(plain.size());
}

Result<void> decode(Compression compression, ByteView packed, Decoders& decoders, codec::PlainOutput& output) {
  switch (compression) {
    case Compression::kNone:
      return copy(packed, output);
    case Compression::kGzip:
      return codec::gunzip(packed, output);
    case Compression::kSnappy:
      return codec::snappy_decompress(packed, output);
    case Compression::kLz4:
      return codec::lz4_decompress(packed, output, decoders);
    case Compression::kZstd:
      return codec::zstd_decompress(packed, output, decoders);
  }
  return fail(ErrorCode::kUnsupportedCompression, "unknown compression codec");
}

}  // namespace

std::string_view to_string(Compression compression) {
  return kNames[static_cast<std::size_t>(compression)];
}

std::optional<Compression> compression_from(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Compression>(i);
  }
  return {};
}

Result<std::vector<std::byte>> compress(Compression compression, ByteView plain, std::optional<int> level) {
  switch (compression) {
    case Compression::kNone:
    case Compression::kSnappy:
      if (level) return codec::bad_level(to_string(compression), *level);
      if (compression == Compression::kSnappy) return codec::snappy_compress(plain);
      return std::vector<std::byte>(plain.begin(), plain.end());
    case Compression::kGzip:
      return codec::gzip(plain, level);
    case Compression::kLz4:
      return codec::lz4_compress(plain, level);
    case Compression::kZstd:
      return codec::zstd_compress(plain, level);
  }
  return fail(ErrorCode::kUnsupportedCompression, "unknown compression codec");
}

Result<std::vector<std::byte>> decompress(Compression compression, ByteView packed, std::size_t limit) {
  std::size_t guess = packed.size() * 4;
  if (compression == Compression::kZstd) {
    if (std::optional<std::size_t> claimed = codec::zstd_claimed_bytes(packed)) guess = *claimed + 1;
  }
  WholeOutput output(limit, guess);
  Decoders decoders;
  if (Result<void> decoded = decode(compression, packed, decoders, output); !decoded)
    return fail(std::move(decoded.error()));
  return output.take_all();
}

Result<void> decompress_in_pieces(Compression compression, ByteView packed, std::size_t limit, Decoders& decoders,
                                  const TakePiece& take) {
  PiecesOutput output(limit, take);
  return decode(compression, packed, decoders, output);
}

}  // namespace wharf
