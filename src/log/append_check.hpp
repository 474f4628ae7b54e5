#pragma once
// Looks at a producer's bytes before a log takes them: batches that parse, match their checksum, are not too large, carry
// plausible counts and times. Records are opened only where the topic's configuration makes it necessary. Pure functions.
#include <memory>
#include <vector>

#include "log/log_config.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/record_batch.hpp"
#include "model/time.hpp"

namespace wharf::log {

/// Whole batches of a producer, one after the other, on their way into a log. `bytes` is the log's to stamp in place
/// (base offset, leader epoch, append time); `owner` keeps it alive.
struct OwnedBatches {
  std::shared_ptr<std::byte[]> owner;
  MutableBytes bytes;
  bool prepared = false;  // by prepare_batches(), with the configuration of the topic
};

struct AppendContext {
  LeaderEpoch leader_epoch;     // stamped into every batch; at least the log's latest
  Timestamp now;                // wall clock: LogAppendTime, timestamp bounds, age of producer ids
  bool from_client = true;      // false: our own records: no sequence checks, no timestamp bounds
  bool allow_control = false;   // control batches (transaction markers)
};

/// No more than this is decompressed of one batch.
inline constexpr std::size_t kMostInflatedBytes = 128u << 20;

/// The headers of all batches in `bytes`, or why they cannot be taken: kCorruptMessage, kUnsupportedVersion, kTooLarge,
/// kInvalidRecord, kInvalidTimestamp, kUnsupportedCompression. Does not look into records: prepare_batches() does.
Result<void> check_batches(ByteView bytes, const LogConfig& config, const AppendContext& context, std::vector<BatchHeader>& headers);

/// Whether prepare_batches() would have something to do that takes longer than a shard should: records to decompress or
/// compress. `bytes` may be anything.
bool needs_long_preparation(ByteView bytes, const LogConfig& config);
/// What must be done with the records themselves: refuses null keys on a compacted topic (kInvalidRecord), and compresses by
/// the topic's compression.type where it is not the producer's. Any thread. `batches` come back changed or not.
Result<OwnedBatches> prepare_batches(OwnedBatches batches, const LogConfig& config);

}  // namespace wharf::log
