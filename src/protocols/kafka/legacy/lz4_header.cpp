#include "protocols/kafka/legacy/lz4_header.hpp"

#include <bit>
#include <cstring>

namespace wharf::kafka::legacy {
namespace {

constexpr std::size_t kFrameMagicBytes = 4;
constexpr std::uint32_t kFrameMagic = 0x184D2204;  // little-endian
constexpr std::size_t kDescriptorBytes = 2;        // FLG and BD; then what FLG says
constexpr std::uint8_t kContentSizeFlag = 0x08;
constexpr std::uint8_t kDictionaryFlag = 0x01;

std::uint32_t load_little_endian(const std::byte* from) {
  std::uint32_t value;
  std::memcpy(&value, from, sizeof value);
  return std::endian::native == std::endian::little ? value : std::byteswap(value);
}

/// XXH32 with seed 0, for ranges shorter than its 16-byte stripes (all that a frame header needs).
std::uint32_t xxh32_short(ByteView bytes) {
  constexpr std::uint32_t kPrime1 = 2654435761u, kPrime2 = 2246822519u, kPrime3 = 3266489917u, kPrime4 = 668265263u,
                          kPrime5 = 374761393u;
  WHARF_ASSERT(bytes.size() < 16);
  std::uint32_t hash = kPrime5 + static_cast<std::uint32_t>(bytes.size());
  for (; bytes.size() >= 4; bytes = bytes.subspan(4)) {
    hash = std::rotl(hash + load_little_endian(bytes.data()) * kPrime3, 17) * kPrime4;
  }
  for (std::byte byte : bytes) hash = std::rotl(hash + static_cast<std::uint32_t>(byte) * kPrime5, 11) * kPrime1;
  hash = (hash ^ hash >> 15) * kPrime2;
  hash = (hash ^ hash >> 13) * kPrime3;
  return hash ^ hash >> 16;
}

}  // namespace

Result<void> set_lz4_header_checksum(MutableBytes frame, Lz4Checksum kind) {
  auto corrupt = [](const char* why) { return fail(ErrorCode::kCorruptMessage, why); };
  if (frame.size() < kFrameMagicBytes + kDescriptorBytes || load_little_endian(frame.data()) != kFrameMagic) {
    return corrupt("lz4 data without a frame's header");
  }
  auto flags = static_cast<std::uint8_t>(frame[kFrameMagicBytes]);
  if ((flags & kDictionaryFlag) != 0) return corrupt("lz4 data with a dictionary");
  std::size_t checksum_at =
      kFrameMagicBytes + kDescriptorBytes + ((flags & kContentSizeFlag) != 0 ? sizeof(std::uint64_t) : 0);
  if (checksum_at >= frame.size()) return corrupt("lz4 data cut inside its header");
  std::size_t from = kind == Lz4Checksum::kStandard ? kFrameMagicBytes : 0;
  frame[checksum_at] = static_cast<std::byte>(xxh32_short(frame.subspan(from, checksum_at - from)) >> 8);
  return {};
}

}  // namespace wharf::kafka::legacy
