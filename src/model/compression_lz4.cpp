#include <lz4frame.h>

#include "model/compression_codec.hpp"

namespace wharf {

void Decoders::FreeLz4::operator()(LZ4F_dctx* context) const {
  LZ4F_freeDecompressionContext(context);
}

namespace codec {
Packed lz4_compress(ByteView plain, std::optional<int> level) {
  if (level && (*level < 1 || *level > 17)) return bad_level("lz4", *level);
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  // lz4-java counts levels of its high compression from 1; up to 2 liblz4 would take its fast mode. No level is that
  // mode.
  preferences.compressionLevel = level ? std::clamp(*level, 3, 12) : 0;
  std::vector<std::byte> packed(LZ4F_compressFrameBound(plain.size(), &preferences));
  std::size_t size = LZ4F_compressFrame(packed.data(), packed.size(), plain.data(), plain.size(), &preferences);
  WHARF_ASSERT(!LZ4F_isError(size));
  packed.resize(size);
  return packed;
}

Result<void> lz4_decompress(ByteView packed, PlainOutput& output, Decoders& decoders) {
  // Given back only after a whole frame: liblz4 1.9.4 goes on expecting the rest of a sized one, reset or not.
  std::unique_ptr<LZ4F_dctx, Decoders::FreeLz4> context = std::move(decoders.lz4);
  if (!context) {
    LZ4F_dctx* created = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&created, LZ4F_VERSION)))
      return fail(ErrorCode::kBusy, "no memory for lz4");
    context.reset(created);
  }
  while (true) {
    MutableBytes room = output.room();
    std::size_t wrote = room.size();
    std::size_t read = packed.size();
    std::size_t state = LZ4F_decompress(context.get(), room.data(), &wrote, packed.data(), &read, nullptr);
    if (LZ4F_isError(state)) return corrupt("lz4", LZ4F_getErrorName(state));
    if (Result<void> taken = output.wrote(wrote); !taken) return taken;
    packed = packed.subspan(read);
    if (state == 0) break;  // the frame's end; like the Java client, nothing behind it is read
    if (wrote < room.size() && packed.empty()) return corrupt("lz4", "it ends too early");
    if (wrote == 0 && read == 0) return corrupt("lz4", "it does not decode");
  }
  decoders.lz4 = std::move(context);
  return {};
}

}  // namespace codec
}  // namespace wharf
