#pragma once
// Looks at a producer's bytes before a log takes them, as Kafka does: batches that parse, match their checksum, are not too
// large, carry plausible counts and times (check_batches), and records that can be read, one by one, also inside compressed
// bodies (prepare_batches): a record that cannot be read would stop every consumer behind it. Pure functions.
#include <vector>

#include "log/log_config.hpp"
#include "log/owned_batches.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/record_batch.hpp"
#include "model/time.hpp"

namespace wharf::log {

struct AppendContext {
  LeaderEpoch leader_epoch;     // stamped into every batch; at least the log's latest
  Timestamp now;                // wall clock: LogAppendTime, timestamp bounds, age of producer ids
  bool from_client = true;      // false: our own records: no sequence checks, no timestamp bounds
  bool allow_control = false;   // control batches (transaction markers)
};

/// The headers of all batches, or why they cannot be taken: kCorruptMessage, kUnsupportedVersion, kTooLarge, kInvalidRecord,
/// kInvalidTimestamp, kUnsupportedCompression. Does not look into records: prepare_batches() does.
Result<void> check_batches(const OwnedBatches& batches, const LogConfig& config, const AppendContext& context,
                           std::vector<BatchHeader>& headers);

/// How much work prepare_batches() may be.
enum class Effort : std::uint8_t {
  kShort,  // what a shard may do between two requests: kBusy, and the batches as they were, when it is more
  kAny,
};

struct PrepareOptions {
  Effort effort = Effort::kAny;
  bool verify_compressed = true;  // log.verify.compressed.records; compacted topics are looked into all the same
};

/// What must be done with the records of a client's batches: each is looked at (kInvalidRecord: it lies, or has no key
/// on a compacted topic), the header's largest timestamp becomes that of the records, and they are compressed by the
/// topic's compression.type where that is not the producer's. Any thread. Errors are those of check_batches(), except
/// for times; then `batches` are as they were.
Result<void> prepare_batches(OwnedBatches& batches, const LogConfig& config, const PrepareOptions& options, Decoders& decoders);

}  // namespace wharf::log
