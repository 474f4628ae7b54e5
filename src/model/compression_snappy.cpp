#include <array>
#include <cstring>

#include <snappy.h>

#include "model/byte_order.hpp"
#include "model/compression_codec.hpp"

namespace wharf::codec {
namespace {

// xerial's stream header: magic, version 1, oldest compatible version 1. Big-endian whatever the machine: consumers
// that check it (ClickHouse) refetch for ever when it is not.
constexpr std::size_t kMagicBytes = 8;
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kBlockBytes = 32 * 1024;  // xerial's default
constexpr std::array<unsigned char, kHeaderBytes> kHeader = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0,
                                                             0,    0,   0,   1,   0,   0,   0,   1};
/// No snappy element yields more than 64 bytes, and none is shorter than one: a block that claims more lies.
constexpr std::size_t kMaxExpansion = 64;

const char* chars(const std::byte* bytes) {
  return reinterpret_cast<const char*>(bytes);
}  // NOLINT
char* chars(std::byte* bytes) {
  return reinterpret_cast<char*>(bytes);
}  // NOLINT

bool starts_with_magic(ByteView bytes) {
  return bytes.size() >= kHeaderBytes && std::memcmp(bytes.data(), kHeader.data(), kMagicBytes) == 0;
}

Result<void> append_block(PlainOutput& output, ByteView block) {
  std::size_t length = 0;
  if (!snappy::GetUncompressedLength(chars(block.data()), block.size(), &length))
    return corrupt("snappy", "a block has no length");
  if (length > block.size() * kMaxExpansion) return corrupt("snappy", "a block claims an impossible length");
  if (Result<void> fits = output.expect(length); !fits) return fits;
  MutableBytes room = output.room(length);
  if (!snappy::RawUncompress(chars(block.data()), block.size(), chars(room.data()))) {
    return corrupt("snappy", "a block does not decode");
  }
  return output.wrote(length);
}

}  // namespace

Packed snappy_compress(ByteView plain) {
  std::vector<std::byte> packed;
  packed.reserve(kHeaderBytes + snappy::MaxCompressedLength(plain.size()) + (plain.size() / kBlockBytes + 1) * 64);
  ByteView header = std::as_bytes(std::span(kHeader));
  packed.assign(header.begin(), header.end());
  while (!plain.empty()) {
    ByteView block = plain.first(std::min(plain.size(), kBlockBytes));
    std::size_t start = packed.size();
    packed.resize(start + kLengthBytes + snappy::MaxCompressedLength(block.size()));
    std::size_t length = 0;
    snappy::RawCompress(chars(block.data()), block.size(), chars(packed.data() + start + kLengthBytes), &length);
    store_big_endian(packed.data() + start, static_cast<std::int32_t>(length));
    packed.resize(start + kLengthBytes + length);
    plain = plain.subspan(block.size());
  }
  return packed;
}

Result<void> snappy_decompress(ByteView packed, PlainOutput& output) {
  if (!starts_with_magic(packed)) return append_block(output, packed);
  while (!packed.empty()) {
    if (starts_with_magic(packed)) {  // also between blocks: xerial's streams may be concatenated
      packed = packed.subspan(kHeaderBytes);
      continue;
    }
    if (packed.size() < kLengthBytes) return corrupt("snappy", "it ends inside a block's length");
    auto length = load_big_endian<std::uint32_t>(packed.data());
    packed = packed.subspan(kLengthBytes);
    if (length > packed.size()) return corrupt("snappy", "a block is longer than the bytes left");
    if (Result<void> done = append_block(output, packed.first(length)); !done) return done;
    packed = packed.subspan(length);
  }
  return {};
}

}  // namespace wharf::codec
