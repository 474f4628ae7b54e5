#include <zstd.h>

#include "model/compression_codec.hpp"

namespace wharf {

void Decoders::FreeZstd::operator()(ZSTD_DCtx* context) const {
  ZSTD_freeDCtx(context);
}

namespace codec {
namespace {

/// The largest window a frame may ask for: what zstd's own tools accept by default. Its memory is touched only as far
/// as data is decoded, so the limit on the output holds for it as well.
constexpr int kWindowLogMax = 27;

/// A context keeps the largest window it had: one above this is not kept.
constexpr std::size_t kMostKept = std::size_t{4} << 20;

}  // namespace

Packed zstd_compress(ByteView plain, std::optional<int> level) {
  if (level && (*level < ZSTD_minCLevel() || *level > ZSTD_maxCLevel())) return bad_level("zstd", *level);
  std::vector<std::byte> packed(ZSTD_compressBound(plain.size()));
  std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), level.value_or(ZSTD_CLEVEL_DEFAULT));
  WHARF_ASSERT(!ZSTD_isError(size));
  packed.resize(size);
  return packed;
}

std::optional<std::size_t> zstd_claimed_bytes(ByteView packed) {
  unsigned long long claimed = ZSTD_getFrameContentSize(packed.data(), packed.size());
  bool known = claimed != ZSTD_CONTENTSIZE_UNKNOWN && claimed != ZSTD_CONTENTSIZE_ERROR;
  // A true size saves growing; a lie gains no more than the ratio that data reaches anyway.
  if (!known || claimed > packed.size() * 64) return {};
  return claimed;
}

Result<void> zstd_decompress(ByteView packed, PlainOutput& output, Decoders& decoders) {
  // Given back only after a whole frame: what others may have left inside is nobody's to find out.
  std::unique_ptr<ZSTD_DCtx, Decoders::FreeZstd> context = std::move(decoders.zstd);
  if (!context) context.reset(ZSTD_createDCtx());
  if (!context) return fail(ErrorCode::kBusy, "no memory for zstd");
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  while (true) {
    MutableBytes room = output.room();
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    std::size_t state = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(state)) return corrupt("zstd", ZSTD_getErrorName(state));
    if (Result<void> taken = output.wrote(out.pos); !taken) return taken;
    bool frame_ended = state == 0;
    if (frame_ended && in.pos == in.size) break;  // frames may follow each other
    if (!frame_ended && in.pos == in.size && out.pos < out.size) return corrupt("zstd", "it ends too early");
  }
  if (ZSTD_sizeof_DCtx(context.get()) <= kMostKept) decoders.zstd = std::move(context);
  return {};
}

}  // namespace codec
}  // namespace wharf
