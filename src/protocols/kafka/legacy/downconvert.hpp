#pragma once
// v2 batches made into what consumers from before Kafka 0.11 can read, by the rules of Kafka 3.9's RecordsUtil.
#include <cstddef>
#include <limits>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "protocols/kafka/legacy/message.hpp"

namespace wharf::kafka::legacy {

struct DownconvertOptions {
  Magic magic = Magic::kV1;  // v0 for Fetch v0 and v1, v1 for Fetch v2 and v3
  /// Uncompressed records below the offset that was asked for are left out; compressed ones come whole.
  Offset first_offset{0};
  /// What one batch may decompress to; what is built of it can be five times as long while it is compressed again.
  std::size_t batch_limit = std::size_t{256} << 20;
  /// No further batch is begun once the message set is this long.
  std::size_t max_bytes = std::numeric_limits<std::int32_t>::max();
};

struct MessageSet {
  std::vector<std::byte> bytes;
  /// Behind the last batch that was looked at. With no bytes (control batches only), an answer has to come from there
  /// on.
  Offset next_offset{0};
};

/// Converts consecutive v2 batches; a batch cut by the end of `batches` is left out. Offsets, keys, values, codec and
/// (v1) timestamps with their type are kept, record headers are dropped, control batches are left out. Errors:
/// kUnsupportedCompression at a zstd batch (KIP-110: Kafka answers UNSUPPORTED_COMPRESSION_TYPE), as the batch's and
/// record's readers' else. Checksums are not compared: the log did.
Result<MessageSet> downconvert(ByteView batches, const DownconvertOptions& options);

}  // namespace wharf::kafka::legacy
