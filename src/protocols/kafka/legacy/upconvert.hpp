#pragma once
// What producers from before Kafka 0.11 send, made into v2 batches: the log holds nothing else.
#include <cstddef>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"

namespace wharf::kafka::legacy {

/// Converts a message set of formats v0 and v1 into consecutive v2 batches: one per wrapper, with the wrapper's codec,
/// and one per run of uncompressed messages of one format. Each has base offset 0 and offsets without gaps, as a
/// producer of today would send it; the offsets in the set are the producer's guesses and count for nothing (but a v1
/// wrapper's may not be below its last inner one, unless 0). Keys, values, timestamps and the timestamp type are kept;
/// v0 has no timestamps (-1). A message cut by the end of the set is left out; no whole message at all gives no bytes.
///
/// At most `limit` bytes are decompressed, over all wrappers together.
/// Errors: as MessageReader's; kInvalidRecord for a wrapper that holds nothing, another format or another wrapper;
/// kTooLarge above the limit.
Result<std::vector<std::byte>> upconvert(ByteView message_set, std::size_t limit);

}  // namespace wharf::kafka::legacy
