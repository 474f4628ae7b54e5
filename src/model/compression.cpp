#include "model/compression.hpp"

#include <array>

#include "model/compression_codec.hpp"

namespace wharf {
namespace {

constexpr std::array<std::string_view, kLastCompression + 1> kNames = {"none", "gzip", "snappy", "lz4", "zstd"};

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
  switch (compression) {
    case Compression::kNone:
      if (packed.size() > limit) return codec::above_limit("uncompressed", limit);
      return std::vector<std::byte>(packed.begin(), packed.end());
    case Compression::kGzip:
      return codec::gunzip(packed, limit);
    case Compression::kSnappy:
      return codec::snappy_decompress(packed, limit);
    case Compression::kLz4:
      return codec::lz4_decompress(packed, limit);
    case Compression::kZstd:
      return codec::zstd_decompress(packed, limit);
  }
  return fail(ErrorCode::kUnsupportedCompression, "unknown compression codec");
}

}  // namespace wharf
