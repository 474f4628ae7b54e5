#pragma once
// The groups' log, record by record, in the formats of Kafka's __consumer_offsets (OffsetCommitKey/Value,
// GroupMetadataKey/Value of the group coordinator's schemas), so that tools which read that topic read ours.
//
// Written: offset key 1; offset value 3, or 1 with a client's own expiry (which leaves no room for leader epoch and topic id), or 4
// with a topic id (its tagged field 0). Group key 2, group value 3. Read: all versions from 0 to 4. Keys above 2 (the newer
// groups of Kafka) and values above 4 are UnknownRecord.
#include "groups/core/actions.hpp"
#include "groups/core/stored.hpp"
#include "model/error.hpp"

namespace wharf::groups {

/// The change as it will be read back: what its format cannot hold is dropped. Live state is made of this, so it equals a replay.
StoredChange as_stored(StoredChange change);

/// Strings are at most kMaxStringBytes. An UnknownRecord cannot be encoded.
LogRecord encode(const StoredChange& change);

/// kMalformed for bytes that are not what their version says.
Result<StoredChange> decode(ByteView key, std::optional<ByteView> value);

}  // namespace wharf::groups
