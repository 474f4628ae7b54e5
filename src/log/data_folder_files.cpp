#include "log/data_folder_files.hpp"

#include <cstring>

#include <fmt/format.h>

#include "model/byte_order.hpp"
#include "model/crc32c.hpp"

namespace wharf::log {
namespace {

constexpr std::uint32_t kMetaMagic = 0x57484152;           // "WHAR"
constexpr std::uint32_t kCleanShutdownMagic = 0x57434C4E;  // "WCLN"
constexpr std::uint32_t kCleanShutdownVersion = 1;

void seal(MutableBytes bytes) { store_big_endian(bytes.last(4).data(), crc32c(bytes.first(bytes.size() - 4))); }

bool sealed(ByteView bytes, std::size_t size, std::uint32_t magic) {
  return bytes.size() == size && load_big_endian<std::uint32_t>(bytes.data()) == magic &&
         load_big_endian<std::uint32_t>(bytes.last(4).data()) == crc32c(bytes.first(size - 4));
}

}  // namespace

std::vector<std::byte> encode_meta(const FolderMeta& meta, std::uint32_t version) {
  std::vector<std::byte> bytes(kMetaBytes);
  store_big_endian(bytes.data(), kMetaMagic);
  store_big_endian(bytes.data() + 4, version);
  std::memcpy(bytes.data() + 8, meta.cluster_id.bytes.data(), meta.cluster_id.bytes.size());
  store_big_endian(bytes.data() + 24, meta.node_id.value);
  seal(bytes);
  return bytes;
}

Result<FolderMeta> decode_meta(ByteView bytes) {
  // The version first: a newer one may have another size and another checksum.
  bool ours = bytes.size() >= 8 && load_big_endian<std::uint32_t>(bytes.data()) == kMetaMagic;
  std::uint32_t version = ours ? load_big_endian<std::uint32_t>(bytes.data() + 4) : 0;
  if (sealed(bytes, kMetaBytes, kMetaMagic) && version == kDataFolderVersion) {
    FolderMeta meta;
    std::memcpy(meta.cluster_id.bytes.data(), bytes.data() + 8, meta.cluster_id.bytes.size());
    meta.node_id.value = load_big_endian<std::int32_t>(bytes.data() + 24);
    return meta;
  }
  bool readable = ours && (bytes.size() != kMetaBytes || sealed(bytes, kMetaBytes, kMetaMagic));
  if (readable && version > kDataFolderVersion) {
    return fail(ErrorCode::kUnsupportedVersion, fmt::format("the data has format version {}, which a newer Wharf wrote; this one reads "
                                                            "versions up to {}", version, kDataFolderVersion));
  }
  return fail(ErrorCode::kDamaged, "the file is damaged: its checksum does not match");
}

std::vector<std::byte> encode_clean_shutdown(const CleanShutdown& marker) {
  std::vector<std::byte> bytes(kCleanShutdownBytes);
  store_big_endian(bytes.data(), kCleanShutdownMagic);
  store_big_endian(bytes.data() + 4, kCleanShutdownVersion);
  store_big_endian(bytes.data() + 8, marker.checkpoint.generation);
  store_big_endian(bytes.data() + 16, marker.checkpoint.size);
  store_big_endian(bytes.data() + 24, marker.last_wal_sequence.value);
  seal(bytes);
  return bytes;
}

std::optional<CleanShutdown> decode_clean_shutdown(ByteView bytes) {
  if (!sealed(bytes, kCleanShutdownBytes, kCleanShutdownMagic)) return std::nullopt;
  if (load_big_endian<std::uint32_t>(bytes.data() + 4) != kCleanShutdownVersion) return std::nullopt;
  return CleanShutdown{.checkpoint = {.generation = load_big_endian<std::uint64_t>(bytes.data() + 8),
                                      .size = load_big_endian<std::uint64_t>(bytes.data() + 16)},
                       .last_wal_sequence = WalSequence{load_big_endian<std::uint64_t>(bytes.data() + 24)}};
}

}  // namespace wharf::log
