#pragma once
// Ties the catalogue to its log: one internal partition on the first shard. Changes asked for in the same turn are
// written as one batch; each is answered once the batch is committed and every shard has the new table.
//
// When the disk fails under a batch, that is still to be written (log/write_ahead_log.hpp): to say that it failed would
// be a lie at the next start. So its changes wait for the disk; those asked for meanwhile are refused.
//
// All of it is written twice (cluster/metadata/metadata_copies.hpp). A change is answered once the first has it; both are in one
// write to the disk.
//
// The log also keeps definitions for the engines above, which it does not understand: engines take what was stored when
// the node starts, and hold it themselves from then on.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cluster/metadata/catalogue.hpp"
#include "cluster/metadata/metadata_copies.hpp"
#include "cluster/replication/shard_logs.hpp"
#include "runtime/logger.hpp"
#include "runtime/signal.hpp"

namespace wharf::cluster {

/// Of a change that comes while another waits for the disk: it is refused, or waits behind it.
enum class Patience : std::uint8_t { kNone, kUntilDone };

class MetadataStore {
 public:
  /// Decides on a change by what the catalogue holds when its turn comes.
  using Plan = std::move_only_function<Result<MetadataRecord>(const Catalogue&)>;
  /// Makes a new table known on every shard; returns when all have it.
  using Spread = std::function<runtime::Task<void>(TopicTable::Pointer)>;

  MetadataStore(ShardLogs& logs, Catalogue catalogue, Spread spread, runtime::Logger& logger);

  /// Opens the logs and reads them. Damage and records this version cannot read are logged and skipped.
  runtime::Task<Result<void>> open();
  /// Works off changes until `stop`.
  runtime::Task<void> run(std::stop_token stop);
  /// From now on changes wait for a disk that fails under them. Before, while the node starts, they fail with it.
  void wait_for_disk() { waits_for_disk_ = true; }
  /// What waits for the disk now, or would, is told why. The node stops, and the next start finds what became of it.
  void give_up_waiting();
  /// Why a change that is under way waits for the disk. Those behind it need not.
  std::optional<Error> stuck() const;

  /// On the store's own shard. The change is durable and everywhere when this returns.
  runtime::Task<Result<void>> change(Plan plan);
  /// On the store's own shard. Writes all of them or, with an error, none; in the order of the calls and of changes. With
  /// them go the topics that the namespace `emptied`, if any, has when their turn comes.
  runtime::Task<Result<void>> define(std::vector<Definition> definitions,
                                     std::optional<std::string> emptied = std::nullopt);
  /// What open() found under keys that begin with `<kind>/`: the newest of each key, where it has a value, in the order
  /// in which they were written. They are forgotten here.
  std::vector<Definition> take_definitions(std::string_view kind);
  /// Topics that open() found to be removed: their records say so, which is more than that there are none. Their logs
  /// may still be there after a crash. Forgotten here.
  std::set<TopicId> take_removed_topics() { return std::exchange(removed_topics_, {}); }
  const Catalogue& catalogue() const { return catalogue_; }
  /// With the topics that are being written: whether they come to be is not known yet.
  const TopicTable& planned() const { return being_written_ ? *being_written_ : *catalogue_.table(); }

 private:
  struct Definitions {
    std::vector<Definition> all;
    std::optional<std::string> emptied;  // a namespace
  };
  using What = std::variant<Plan, Definitions>;
  struct Change {
    What what;
    runtime::Resume<Result<void>> resume;
    Result<void> outcome;
  };

  runtime::Task<Result<void>> ask(What what);
  runtime::Task<void> work_off();
  static Result<std::vector<MetadataRecord>> plan(What& what, const Catalogue& draft);
  void tell(const MetadataRecord& record) const;
  runtime::Task<StoredMetadata> read_stored();
  void adopt(const std::vector<KeyedRecord>& stored);
  void mend(PartitionId partition, std::vector<KeyedRecord> records);
  runtime::Task<Result<void>> write(const std::vector<MetadataRecord>* records);
  Result<log::Appended> append(PartitionId partition, std::span<const KeyedRecord> records);

  ShardLogs& logs_;
  Catalogue catalogue_;
  Spread spread_;
  runtime::Logger& logger_;
  runtime::Signal asked_;
  std::vector<Change> changes_;
  std::vector<Definition> stored_definitions_;  // found by open() and not taken yet
  std::set<TopicId> removed_topics_;            // likewise
  std::vector<KeyedRecord> owed_to_copy_;       // which refused them: the next write has them too
  bool waits_for_disk_ = false;
  bool writing_ = false;
  TopicTable::Pointer being_written_;  // null: none
};

}  // namespace wharf::cluster
