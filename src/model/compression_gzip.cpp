#include <zlib.h>

#include "model/compression_codec.hpp"

namespace wharf::codec {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // zlib's way to ask for the gzip wrapper
constexpr uInt kPart = uInt{1} << 30;     // zlib counts in 32 bits: longer ranges go in parts

Bytef* bytes_of(const std::byte* data) {
  return reinterpret_cast<Bytef*>(const_cast<std::byte*>(data));  // NOLINT: zlib reads through a mutable pointer
}
uInt part_of(std::size_t size) {
  return size < kPart ? static_cast<uInt>(size) : kPart;
}

/// Ends the stream whichever way the function returns.
struct Inflater {
  z_stream stream{};
  ~Inflater() { inflateEnd(&stream); }
};
struct Deflater {
  z_stream stream{};
  ~Deflater() { deflateEnd(&stream); }
};

bool another_member(const z_stream& stream) {
  return stream.avail_in >= 2 && stream.next_in[0] == 0x1f && stream.next_in[1] == 0x8b;
}

}  // namespace

Packed gzip(ByteView plain, std::optional<int> level) {
  if (level && (*level < 1 || *level > 9)) return bad_level("gzip", *level);
  if (plain.size() > kPart) return fail(ErrorCode::kTooLarge, "more than 1 GiB cannot be compressed as one batch");
  Deflater deflater;
  z_stream& stream = deflater.stream;
  int started =
      deflateInit2(&stream, level.value_or(Z_DEFAULT_COMPRESSION), Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY);
  WHARF_ASSERT(started == Z_OK);
  std::vector<std::byte> packed(deflateBound(&stream, plain.size()));
  stream.next_in = bytes_of(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = bytes_of(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  int ended = deflate(&stream, Z_FINISH);
  WHARF_ASSERT(ended == Z_STREAM_END);
  packed.resize(stream.total_out);
  return packed;
}

Result<void> gunzip(ByteView packed, PlainOutput& output) {
  Inflater inflater;
  z_stream& stream = inflater.stream;
  int started = inflateInit2(&stream, kGzipWindowBits);
  WHARF_ASSERT(started == Z_OK);
  if (packed.size() > kPart) return fail(ErrorCode::kTooLarge, "more than 1 GiB cannot be decompressed as one batch");
  stream.next_in = bytes_of(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  while (true) {
    MutableBytes room = output.room();
    uInt offered = part_of(room.size());
    stream.next_out = bytes_of(room.data());
    stream.avail_out = offered;
    int state = inflate(&stream, Z_NO_FLUSH);
    if (Result<void> taken = output.wrote(offered - stream.avail_out); !taken) return taken;
    if (state == Z_STREAM_END) {
      // What follows the last member and does not start like one is ignored, as java.util.zip does.
      if (!another_member(stream)) return {};
      inflateReset(&stream);
    } else if (state == Z_BUF_ERROR || (state == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)) {
      return corrupt("gzip", "it ends too early");
    } else if (state != Z_OK) {
      return corrupt("gzip", stream.msg != nullptr ? stream.msg : "it does not decode");
    }
  }
}

}  // namespace wharf::codec
