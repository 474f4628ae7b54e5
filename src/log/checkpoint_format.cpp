#include "log/checkpoint_format.hpp"

#include <algorithm>
#include <cstring>

#include "model/byte_order.hpp"
#include "model/crc32c.hpp"

namespace wharf::log {
namespace {

constexpr std::uint32_t kFileMagic = 0x57434B46;   // "WCKF"
constexpr std::uint32_t kEntryMagic = 0x57434B45;  // "WCKE"
constexpr std::size_t kAlignment = 8;
constexpr std::size_t kEntryHeaderBytes = 48;
constexpr std::size_t kTrailerBytes = 24;
constexpr std::size_t kFileChecksum = kCheckpointFileHeaderBytes - 4;

// Where each field of an entry's header begins.
constexpr std::size_t kMagic = 0;
constexpr std::size_t kKind = 4;
constexpr std::size_t kAppendBegin = 8;
constexpr std::size_t kPartition = 16;
constexpr std::size_t kStateBytes = 36;
constexpr std::size_t kStateChecksum = 40;
constexpr std::size_t kHeaderChecksum = 44;
constexpr std::size_t kTrailerChecksum = 20;

std::size_t padded(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

void store_partition(std::byte* at, const PartitionId& partition) {
  std::memcpy(at, partition.topic.bytes.data(), partition.topic.bytes.size());
  store_big_endian(at + partition.topic.bytes.size(), partition.index.value);
}

PartitionId load_partition(const std::byte* at) {
  PartitionId partition;
  std::memcpy(partition.topic.bytes.data(), at, partition.topic.bytes.size());
  partition.index.value = load_big_endian<std::int32_t>(at + partition.topic.bytes.size());
  return partition;
}

/// The entry that begins `rest`; its state is not checked yet.
struct Header {
  StoredCheckpoint entry;
  std::size_t total_bytes = 0;
};
std::optional<Header> header_at(ByteView rest, std::uint64_t position) {
  const std::byte* at = rest.data();
  if (rest.size() < checkpoint_entry_bytes(0) || load_big_endian<std::uint32_t>(at + kMagic) != kEntryMagic) return std::nullopt;
  if (load_big_endian<std::uint32_t>(at + kHeaderChecksum) != crc32c(rest.first(kHeaderChecksum))) return std::nullopt;
  Header header;
  std::size_t state_bytes = load_big_endian<std::uint32_t>(at + kStateBytes);
  auto kind = static_cast<std::uint8_t>(at[kKind]);
  header.entry.kind = static_cast<StoredCheckpointKind>(kind);
  header.entry.append_begin = load_big_endian<std::uint64_t>(at + kAppendBegin);
  header.entry.partition = load_partition(at + kPartition);
  header.total_bytes = checkpoint_entry_bytes(state_bytes);
  bool known = kind >= 1 && kind <= 4;
  if (!known || header.entry.append_begin > position || header.total_bytes > rest.size()) return std::nullopt;
  header.entry.state = rest.subspan(kEntryHeaderBytes, state_bytes);
  return header;
}

ByteView state_of(ByteView entry) { return entry.subspan(kEntryHeaderBytes, entry.size() - kEntryHeaderBytes - kTrailerBytes); }

bool state_is_good(ByteView entry) {
  std::uint32_t checksum = load_big_endian<std::uint32_t>(entry.data() + kStateChecksum);
  return checksum == crc32c(state_of(entry));
}

/// Whose entry the unreadable bytes are, if they are just one: its length or its state's checksum fits, and its trailer is good.
std::optional<PartitionId> owner_of(ByteView bytes) {
  if (bytes.size() < checkpoint_entry_bytes(0)) return std::nullopt;
  std::uint32_t stated = load_big_endian<std::uint32_t>(bytes.data() + kStateBytes);
  if (checkpoint_entry_bytes(stated) != bytes.size() && !state_is_good(bytes)) return std::nullopt;
  ByteView trailer = bytes.last(kTrailerBytes);
  if (load_big_endian<std::uint32_t>(trailer.data() + kTrailerChecksum) != crc32c(trailer.first(kTrailerChecksum))) return std::nullopt;
  return load_partition(trailer.data());
}

}  // namespace

void encode_checkpoint_file_header(const CheckpointFileHeader& header, std::vector<std::byte>& into) {
  std::size_t begin = into.size();
  into.resize(begin + kCheckpointFileHeaderBytes);
  std::byte* at = into.data() + begin;
  store_big_endian(at, kFileMagic);
  store_big_endian(at + 4, kCheckpointVersion);
  store_big_endian(at + 8, header.generation);
  store_big_endian(at + 16, header.synced_bytes);
  store_big_endian(at + kFileChecksum, crc32c(ByteView(into).subspan(begin, kFileChecksum)));
}

Result<CheckpointFileHeader> decode_checkpoint_file_header(ByteView file) {
  bool good = file.size() >= kCheckpointFileHeaderBytes && load_big_endian<std::uint32_t>(file.data()) == kFileMagic &&
              load_big_endian<std::uint32_t>(file.data() + kFileChecksum) == crc32c(file.first(kFileChecksum));
  if (!good) return fail(ErrorCode::kDamaged, "the checkpoint file's header cannot be read");
  if (load_big_endian<std::uint32_t>(file.data() + 4) != kCheckpointVersion) {
    return fail(ErrorCode::kUnsupportedVersion, "the checkpoint file was written by a newer version of Wharf");
  }
  return CheckpointFileHeader{.generation = load_big_endian<std::uint64_t>(file.data() + 8),
                              .synced_bytes = load_big_endian<std::uint64_t>(file.data() + 16)};
}

std::size_t checkpoint_entry_bytes(std::size_t state_bytes) { return kEntryHeaderBytes + padded(state_bytes) + kTrailerBytes; }

void encode_checkpoint_entry(const StoredCheckpoint& entry, std::vector<std::byte>& into) {
  std::size_t begin = into.size();
  into.resize(begin + checkpoint_entry_bytes(entry.state.size()));
  MutableBytes bytes = MutableBytes(into).subspan(begin);
  std::byte* at = bytes.data();
  store_big_endian(at + kMagic, kEntryMagic);
  at[kKind] = static_cast<std::byte>(entry.kind);
  store_big_endian(at + kAppendBegin, entry.append_begin);
  store_partition(at + kPartition, entry.partition);
  store_big_endian(at + kStateBytes, static_cast<std::uint32_t>(entry.state.size()));
  if (!entry.state.empty()) std::memcpy(at + kEntryHeaderBytes, entry.state.data(), entry.state.size());
  store_big_endian(at + kStateChecksum, crc32c(bytes.subspan(kEntryHeaderBytes, padded(entry.state.size()))));
  store_big_endian(at + kHeaderChecksum, crc32c(bytes.first(kHeaderChecksum)));
  MutableBytes trailer = bytes.last(kTrailerBytes);
  store_partition(trailer.data(), entry.partition);
  store_big_endian(trailer.data() + kTrailerChecksum, crc32c(trailer.first(kTrailerChecksum)));
}

std::optional<StoredCheckpoint> parse_checkpoint_entry(ByteView bytes, std::uint64_t position) {
  std::optional<Header> header = header_at(bytes, position);
  if (!header || header->total_bytes != bytes.size() || !state_is_good(bytes)) return std::nullopt;
  return header->entry;
}

std::vector<CheckpointPiece> parse_checkpoint_entries(ByteView file) {
  std::vector<CheckpointPiece> pieces;
  std::uint64_t at = kCheckpointFileHeaderBytes;
  while (at < file.size()) {
    std::optional<Header> header = header_at(file.subspan(at), at);
    if (header && state_is_good(file.subspan(at, header->total_bytes))) {
      pieces.push_back({.begin = at, .end = at + header->total_bytes, .entry = header->entry, .partition = header->entry.partition});
    } else if (header) {
      pieces.push_back({.begin = at, .end = at + header->total_bytes, .entry = {}, .partition = header->entry.partition, .state = header->entry.state});
    } else {
      std::uint64_t next = at + kAlignment;
      while (next < file.size() && !header_at(file.subspan(next), next)) next += kAlignment;
      next = std::min<std::uint64_t>(next, file.size());
      ByteView bytes = file.subspan(at, next - at);
      std::optional<PartitionId> owner = owner_of(bytes);
      pieces.push_back({.begin = at, .end = next, .entry = {}, .partition = owner});
      if (owner) pieces.back().state = state_of(bytes);
      if (owner) pieces.back().state_is_sound = state_is_good(bytes);
    }
    at = pieces.back().end;
  }
  return pieces;
}

}  // namespace wharf::log
