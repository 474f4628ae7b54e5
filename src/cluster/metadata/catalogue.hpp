#pragma once
// The rules of the metadata: what may be created, changed, removed, and what a record means. A core: commands and
// records go in, records and tables come out; writing them is metadata_store's.
//
//   Result<MetadataRecord> record = catalogue.create_topic({...});   // checks, decides, changes nothing
//   ...written and committed...
//   catalogue.apply({&*record, 1});                                    // a new table; a replay does the same
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cluster/metadata/metadata_record.hpp"
#include "cluster/metadata/topic_table.hpp"
#include "model/error.hpp"

namespace wharf::cluster {

/// Builds a topic's settings from its overrides, over the server's defaults; kInvalidArgument names the bad one.
using TopicConfigBuilder =
    std::function<Result<std::shared_ptr<const config::TopicConfig>>(const std::map<std::string, std::string>& overrides)>;

struct NewTopic {
  std::string name;
  TopicId id;  // random, from the caller
  std::int32_t partitions = 1;
  bool internal = false;
  std::map<std::string, std::string> overrides;
  std::string name_space{kDefaultNamespace};
};

class Catalogue {
 public:
  explicit Catalogue(TopicConfigBuilder build_config);

  /// kAlreadyExists, kInvalidArgument (partitions, settings).
  Result<MetadataRecord> create_topic(const NewTopic& topic) const;
  /// kUnknownTopicId.
  Result<MetadataRecord> remove_topic(TopicId id) const;
  /// All of a namespace.
  std::vector<MetadataRecord> remove_topics(std::string_view name_space) const;
  /// To `total` partitions, more than now: kInvalidArgument otherwise.
  Result<MetadataRecord> grow_topic(TopicId id, std::int32_t total) const;
  /// Replaces all overrides.
  Result<MetadataRecord> configure_topic(TopicId id, std::map<std::string, std::string> overrides) const;
  MetadataRecord next_leader_epoch() const;
  /// The block of `count` producer ids that starts at `first`.
  struct ProducerIdBlock {
    std::int64_t first = 0;
    MetadataRecord record;
  };
  ProducerIdBlock next_producer_ids(std::int64_t count) const;

  /// Takes committed records, all in one new table. A topic whose settings this version refuses keeps the ones it
  /// understands; the refusals are returned for the log, the records still count. Definitions are not the catalogue's.
  std::vector<Error> apply(std::span<const MetadataRecord> records);
  TopicTable::Pointer table() const { return table_; }

 private:
  Result<std::shared_ptr<const Topic>> known(TopicId id) const;
  std::shared_ptr<const Topic> build(const TopicRecord& record, std::vector<Error>& refusals) const;

  TopicConfigBuilder build_config_;
  TopicTable::Pointer table_ = std::make_shared<const TopicTable>();
  std::int64_t next_producer_id_ = 0;
};

}  // namespace wharf::cluster
