#pragma once
// Records for consumers from before Kafka 0.11 (Fetch v0 to v3): read into memory and converted down, off everybody
// else's path.
#include "protocols/kafka/api/fetch.hpp"
#include "protocols/kafka/handlers/door.hpp"
#include "protocols/kafka/handlers/response_frame.hpp"

namespace wharf::kafka {

/// Message format v2 from here on; before, records are converted down.
inline constexpr std::int16_t kFirstFetchOfV2 = 4;

/// Replaces the answer's records by message sets of the version's format. Records that the format cannot say
/// (zstd) become UNSUPPORTED_COMPRESSION_TYPE. Returns where a reader of them goes on from.
runtime::Task<Offset> convert_down(const Door* door, std::int16_t version, Offset fetch_offset, FetchResponse::Partition* answer,
                                   ExternalRecords* records);

}  // namespace wharf::kafka
