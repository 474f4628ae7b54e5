#pragma once
// What people decided, as it is stored: one JSON object per record of the internal metadata log, keyed so that the newest
// record of a key is all that counts (the log is compacted). docs/formats.md shows each.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "model/bytes.hpp"
#include "model/default_namespace.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"

namespace wharf::cluster {

/// Key `topic/<id>`: a topic exists with these settings.
struct TopicRecord {
  TopicId id;
  std::string name;
  std::int32_t partitions = 0;
  bool internal = false;
  std::map<std::string, std::string> overrides;
  std::string name_space{kDefaultNamespace};
  friend bool operator==(const TopicRecord&, const TopicRecord&) = default;
};
/// Key `topic/<id>` without a value: it is gone.
struct TopicRemoved {
  TopicId id;
  friend bool operator==(const TopicRemoved&, const TopicRemoved&) = default;
};
/// Key `leader-epoch`: the epoch this node leads with since its last start.
struct LeaderEpochRecord {
  LeaderEpoch epoch;
  friend bool operator==(const LeaderEpochRecord&, const LeaderEpochRecord&) = default;
};
/// Key `producer-ids`: ids below `next` may have been handed out.
struct ProducerIdsRecord {
  std::int64_t next = 0;
  friend bool operator==(const ProducerIdsRecord&, const ProducerIdsRecord&) = default;
};
/// Key `<kind>/...` of any other kind: what an engine above keeps here and alone understands.
struct Definition {
  std::string key;
  std::optional<std::string> value;  // JSON; none: it is gone
  friend bool operator==(const Definition&, const Definition&) = default;
};
using MetadataRecord = std::variant<TopicRecord, TopicRemoved, LeaderEpochRecord, ProducerIdsRecord, Definition>;

struct StoredRecord {
  std::string key;
  std::optional<std::string> value;
};

StoredRecord encode(const MetadataRecord& record);
/// kMalformed for what this version cannot read; the caller decides whether to go on without it.
Result<MetadataRecord> decode(std::string_view key, std::optional<std::string_view> value);

}  // namespace wharf::cluster
