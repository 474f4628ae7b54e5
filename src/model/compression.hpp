#pragma once
// Kafka's four codecs in Kafka's framings, over whole buffers. Only the records part of a batch is ever compressed.
//
//   gzip    RFC 1952, members may follow each other
//   snappy  written as the Java client does (xerial's stream: a 16-byte header, then big-endian length + raw block of
//   32 KiB
//           each); read in that form and as one raw block, which other clients send
//   lz4     the LZ4 frame format, independent blocks of 64 KiB (the Java client refuses dependent ones)
//   zstd    zstd frames (KIP-110)
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"

struct LZ4F_dctx_s;  // of the codecs' libraries
struct ZSTD_DCtx_s;

namespace wharf {

/// The codec's number in a batch's attributes.
enum class Compression : std::uint8_t { kNone = 0, kGzip = 1, kSnappy = 2, kLz4 = 3, kZstd = 4 };

inline constexpr std::uint8_t kLastCompression = 4;

/// "none", "gzip", "snappy", "lz4", "zstd": as in Kafka's compression.type.
std::string_view to_string(Compression compression);
std::optional<Compression> compression_from(std::string_view name);

/// Compresses all of `plain`. `level` is the codec's own (gzip 1..9, lz4 1..17, zstd -131072..22; KIP-390), its default
/// when not given; the other two take none. Errors: kInvalidArgument for a level outside of that.
Result<std::vector<std::byte>> compress(Compression compression, ByteView plain, std::optional<int> level = {});

/// No more than this is decompressed of one batch, or of one old message set, whoever asks.
inline constexpr std::size_t kMostInflatedBytes = 128u << 20;

/// The plain bytes, never more than `limit` of them: the output grows with what is really decoded, so a lying length or
/// a bomb costs at most `limit` bytes (twice that for the moment in which the buffer grows). Errors: kTooLarge above
/// the limit, kCorruptMessage for bytes that do not decode or end too early.
Result<std::vector<std::byte>> decompress(Compression compression, ByteView packed, std::size_t limit);

/// What lz4 and zstd need 8 and 14 us to set up: whoever unpacks many small batches keeps it from one to the next. Made
/// when first used, of no more than some MiB; one thread at a time.
struct Decoders {
  struct FreeLz4 {
    void operator()(LZ4F_dctx_s* context) const;
  };
  struct FreeZstd {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<LZ4F_dctx_s, FreeLz4> lz4;
  std::unique_ptr<ZSTD_DCtx_s, FreeZstd> zstd;
};

/// Takes the plain bytes in their order; they are gone when it returns. An error ends the decompression with it.
using TakePiece = std::function<Result<void>(ByteView piece)>;
inline constexpr std::size_t kPieceBytes = 64 * 1024;

/// As decompress() without all of it in memory: at most kPieceBytes at a time, or a block that snappy's raw form makes
/// larger. The codec's own window comes on top, as far as it is filled. What was taken of bytes that turn out damaged
/// stays taken.
Result<void> decompress_in_pieces(Compression compression, ByteView packed, std::size_t limit, Decoders& decoders,
                                  const TakePiece& take);

}  // namespace wharf
