#pragma once
// The bytes of the two small files of a data folder: meta and clean-shutdown (docs/formats.md).
#include <cstdint>
#include <optional>
#include <vector>

#include "log/checkpoints.hpp"
#include "log/wal_format.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"

namespace wharf::log {

/// The format of the data folder as a whole. A change that an older Wharf must not touch raises it.
inline constexpr std::uint32_t kDataFolderVersion = 1;

struct FolderMeta {
  Uuid cluster_id;
  NodeId node_id;
};

inline constexpr std::size_t kMetaBytes = 32;
std::vector<std::byte> encode_meta(const FolderMeta& meta, std::uint32_t version = kDataFolderVersion);
/// kDamaged; kUnsupportedVersion when a newer Wharf wrote it.
Result<FolderMeta> decode_meta(ByteView bytes);

struct CleanShutdown {
  CheckpointMark checkpoint;     // the state of the checkpoint file that holds everything
  WalSequence last_wal_sequence;
};

inline constexpr std::size_t kCleanShutdownBytes = 36;
std::vector<std::byte> encode_clean_shutdown(const CleanShutdown& marker);
/// None when it cannot be read: then the stop was not clean.
std::optional<CleanShutdown> decode_clean_shutdown(ByteView bytes);

}  // namespace wharf::log
