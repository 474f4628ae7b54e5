#pragma once
// Which records of a refused batch were the reason (KIP-467): looked for only after the log has refused it.
#include <vector>

#include "cluster/metadata/topic_table.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "protocols/kafka/api/produce.hpp"

namespace wharf::kafka {

/// Records without a key on a compacted topic, or with a time out of the topic's bounds; empty for any other refusal.
std::vector<ProduceResponse::RecordError> refused_records(const Error& refusal, ByteView batch, const cluster::Topic& topic,
                                                          Timestamp now);

}  // namespace wharf::kafka
