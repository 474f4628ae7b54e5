#include <memory>

#include <zstd.h>

#include "model/compression_codec.hpp"

namespace wharf::codec {
namespace {

/// The largest window a frame may ask for: what zstd's own tools accept by default. Its memory is touched only as far
/// as data is decoded, so the limit on the output holds for it as well.
constexpr int kWindowLogMax = 27;

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

std::size_t first_guess(ByteView packed, std::size_t limit) {
  unsigned long long claimed = ZSTD_getFrameContentSize(packed.data(), packed.size());
  bool known = claimed != ZSTD_CONTENTSIZE_UNKNOWN && claimed != ZSTD_CONTENTSIZE_ERROR;
  // A true size saves growing; a lie gains no more than the ratio that data reaches anyway.
  std::size_t usual = packed.size() * 4;
  return known && claimed <= limit ? std::min<std::size_t>(claimed + 1, packed.size() * 64) : usual;
}

}  // namespace

Output zstd_compress(ByteView plain, std::optional<int> level) {
  if (level && (*level < ZSTD_minCLevel() || *level > ZSTD_maxCLevel())) return bad_level("zstd", *level);
  std::vector<std::byte> packed(ZSTD_compressBound(plain.size()));
  std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), level.value_or(ZSTD_CLEVEL_DEFAULT));
  WHARF_ASSERT(!ZSTD_isError(size));
  packed.resize(size);
  return packed;
}

Output zstd_decompress(ByteView packed, std::size_t limit) {
  std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (!context) return fail(ErrorCode::kBusy, "no memory for zstd");
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  BoundedOutput output(limit, first_guess(packed, limit));
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  while (true) {
    MutableBytes room = output.room();
    if (output.passed_limit()) return above_limit("zstd", limit);
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    std::size_t state = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(state)) return corrupt("zstd", ZSTD_getErrorName(state));
    output.wrote(out.pos);
    bool frame_ended = state == 0;
    if (frame_ended && in.pos == in.size) break;  // frames may follow each other
    if (!frame_ended && in.pos == in.size && out.pos < out.size) return corrupt("zstd", "it ends too early");
  }
  if (output.passed_limit()) return above_limit("zstd", limit);
  return output.take();
}

}  // namespace wharf::codec
