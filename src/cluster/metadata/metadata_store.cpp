#include "cluster/metadata/metadata_store.hpp"

#include <algorithm>

namespace wharf::cluster {
namespace {

/// The metadata log keeps the newest record of each key, and is on disk before a change is answered.
std::shared_ptr<const log::LogConfig> metadata_log_config() {
  auto config = std::make_shared<log::LogConfig>();
  config->flush = log::Flush::kSync;
  config->cleanup_delete = false;
  config->cleanup_compact = true;
  config->segment_bytes = 64 << 20;
  config->max_message_bytes = 64 << 20;
  return config;
}

/// Its logs know no other: the node's own epochs are written in them.
constexpr LeaderEpoch kMetadataEpoch{0};

/// Of whom the newest record says that they are gone.
std::set<TopicId> removed_topics(const std::vector<MetadataRecord>& records) {
  std::set<TopicId> removed;
  for (const MetadataRecord& record : records) {
    if (const auto* gone = std::get_if<TopicRemoved>(&record)) removed.insert(gone->id);
    if (const auto* there = std::get_if<TopicRecord>(&record)) removed.erase(there->id);
  }
  return removed;
}

}  // namespace

MetadataStore::MetadataStore(ShardLogs& logs, Catalogue catalogue, Spread spread, runtime::Logger& logger)
    : logs_(logs),
      catalogue_(std::move(catalogue)),
      spread_(std::move(spread)),
      logger_(logger),
      asked_(logs.shard()) {}

runtime::Task<Result<void>> MetadataStore::open() {
  for (PartitionId partition : {kMetadataPartition, kMetadataCopy}) {
    Result<log::PartitionLog*> created = logs_.store().create(partition, metadata_log_config());
    if (!created) co_return fail(created.error());
    (*created)->begin_leading(kMetadataEpoch);
  }
  StoredMetadata stored = co_await read_stored();
  adopt(stored.newest);
  co_return Result<void>();
}

/// What is believed of the two logs. The one that says less is told the rest.
runtime::Task<StoredMetadata> MetadataStore::read_stored() {
  StoredMetadata first = co_await read_metadata(&logs_, kMetadataPartition);
  StoredMetadata second = co_await read_metadata(&logs_, kMetadataCopy);
  StoredMetadata all = believed(first, second);
  if (first.damage || second.damage) {
    bool is_whole = !(first.damage && second.damage);
    logger_.error(is_whole ? "a metadata log is damaged; its copy is whole, and is used"
                           : "the metadata log and its copy are damaged; what can be read is used",
                  {{"reason", (first.damage ? first.damage : second.damage)->message}});
  }
  mend(kMetadataPartition, missing(first, all));
  mend(kMetadataCopy, missing(second, all));
  co_return all;
}

/// Best effort: the next start looks again.
void MetadataStore::mend(PartitionId partition, std::vector<KeyedRecord> records) {
  constexpr std::size_t kMostAtOnce = 1000;
  for (std::span<const KeyedRecord> rest = records; !rest.empty();) {
    std::span<const KeyedRecord> some = rest.first(std::min(rest.size(), kMostAtOnce));
    rest = rest.subspan(some.size());
    Result<log::Appended> appended = append(partition, some);
    if (appended) continue;
    logger_.warn("the copies of the metadata log are not the same yet", {{"reason", appended.error().message}});
    return;
  }
}

void MetadataStore::adopt(const std::vector<KeyedRecord>& stored) {
  std::vector<MetadataRecord> records;
  for (const KeyedRecord& one : stored) {
    std::optional<std::string_view> value;
    if (one.value) value = *one.value;
    Result<MetadataRecord> decoded = decode(one.key, value);
    if (!decoded) {
      logger_.error("passed over a metadata record", {{"key", one.key}, {"reason", decoded.error().message}});
    } else if (auto* definition = std::get_if<Definition>(&*decoded)) {
      if (definition->value) stored_definitions_.push_back(std::move(*definition));
    } else {
      records.push_back(std::move(*decoded));
    }
  }
  for (const Error& refusal : catalogue_.apply(records)) {
    logger_.error("a stored topic setting is refused and left out", {{"reason", refusal.message}});
  }
  removed_topics_ = removed_topics(records);
}

std::vector<Definition> MetadataStore::take_definitions(std::string_view kind) {
  std::vector<Definition> taken, left;
  for (Definition& one : stored_definitions_) {
    bool is_asked = one.key.starts_with(kind) && std::string_view(one.key).substr(kind.size()).starts_with('/');
    (is_asked ? taken : left).push_back(std::move(one));
  }
  stored_definitions_ = std::move(left);
  return taken;
}

runtime::Task<Result<void>> MetadataStore::change(Plan plan) {
  Result<void> outcome = co_await ask(std::move(plan));
  co_return outcome;
}

runtime::Task<Result<void>> MetadataStore::define(std::vector<Definition> definitions,
                                                  std::optional<std::string> emptied) {
  Result<void> outcome = co_await ask(Definitions{std::move(definitions), std::move(emptied)});
  co_return outcome;
}

void MetadataStore::give_up_waiting() {
  waits_for_disk_ = false;
  logs_.give_up_waiting();
}

std::optional<Error> MetadataStore::stuck() const {
  if (!writing_ || !waits_for_disk_) return std::nullopt;
  return logs_.store().refusing();
}

runtime::Task<Result<void>> MetadataStore::ask(What what) {
  if (std::optional<Error> why = stuck()) co_return fail(*why);
  auto start = [this, what = std::move(what)](runtime::Resume<Result<void>> resume) mutable {
    changes_.push_back({std::move(what), std::move(resume), {}});
    asked_.notify();
  };
  Result<void> outcome = co_await runtime::suspend<Result<void>>(std::move(start));
  co_return outcome;
}

runtime::Task<void> MetadataStore::run(std::stop_token stop) {
  std::stop_callback wake(stop, [this] { asked_.notify(); });
  while (!stop.stop_requested() || !changes_.empty()) {
    if (changes_.empty()) {
      co_await asked_.wait();
      continue;
    }
    co_await work_off();
  }
}

Result<std::vector<MetadataRecord>> MetadataStore::plan(What& what, const Catalogue& draft) {
  std::vector<MetadataRecord> records;
  if (auto* plan = std::get_if<Plan>(&what)) {
    Result<MetadataRecord> record = (*plan)(draft);
    if (!record) return fail(record.error());
    records.push_back(std::move(*record));
    return records;
  }
  Definitions& definitions = std::get<Definitions>(what);
  if (definitions.emptied) records = draft.remove_topics(*definitions.emptied);
  std::ranges::move(definitions.all, std::back_inserter(records));
  return records;
}

/// All changes asked for by now: planned on a draft, written as one batch, then made true and known.
runtime::Task<void> MetadataStore::work_off() {
  std::vector<Change> changes = std::move(changes_);
  changes_.clear();
  Catalogue draft = catalogue_;
  std::vector<MetadataRecord> records;
  bool changes_table = false;
  for (Change& change : changes) {
    Result<std::vector<MetadataRecord>> planned = plan(change.what, draft);
    if (!planned) {
      change.outcome = fail(planned.error());
      continue;
    }
    bool is_of_topics =
        std::ranges::any_of(*planned, [](const auto& one) { return !std::holds_alternative<Definition>(one); });
    if (is_of_topics) draft.apply(*planned);
    changes_table |= is_of_topics;
    std::ranges::move(*planned, std::back_inserter(records));
  }
  if (!records.empty()) {
    being_written_ = draft.table();
    Result<void> written = co_await write(&records);
    being_written_ = nullptr;
    if (written) {
      for (const MetadataRecord& record : records) tell(record);
      if (changes_table) {
        catalogue_ = std::move(draft);
        co_await spread_(catalogue_.table());
      }
    } else {
      for (Change& change : changes) {
        if (change.outcome) change.outcome = written;
      }
    }
  }
  for (Change& change : changes) {
    logs_.shard().post([resume = std::move(change.resume), outcome = change.outcome]() mutable {
      std::move(resume)(std::move(outcome));
    });
  }
}

/// Before the catalogue has it: what was there tells made from changed.
void MetadataStore::tell(const MetadataRecord& record) const {
  if (const auto* removed = std::get_if<TopicRemoved>(&record)) {
    std::shared_ptr<const Topic> topic = catalogue_.table()->find(removed->id);
    logger_.info("deleted a topic", {{"topic", topic ? topic->name : ""}, {"vhost", topic ? topic->name_space : ""}});
  }
  const auto* made = std::get_if<TopicRecord>(&record);
  if (made == nullptr) return;
  std::string settings;
  for (const auto& [key, value] : made->overrides) settings += (settings.empty() ? "" : ",") + key + "=" + value;
  logger_.info(
      catalogue_.table()->find(made->id) ? "changed a topic" : "created a topic",
      {{"topic", made->name}, {"vhost", made->name_space}, {"partitions", made->partitions}, {"settings", settings}});
}

runtime::Task<Result<void>> MetadataStore::write(const std::vector<MetadataRecord>* records) {
  std::vector<KeyedRecord> stored;
  for (const MetadataRecord& record : *records) {
    StoredRecord encoded = encode(record);
    stored.push_back({std::move(encoded.key), std::move(encoded.value)});
  }
  Result<log::Appended> appended = append(kMetadataPartition, stored);
  if (!appended) co_return fail(appended.error());
  std::ranges::move(stored, std::back_inserter(owed_to_copy_));
  if (append(kMetadataCopy, owed_to_copy_)) owed_to_copy_.clear();
  auto start = [this, next = appended->next](runtime::Resume<Result<void>> resume) {
    auto committed = [this, resume = std::move(resume)](Result<void> outcome) mutable {
      logs_.shard().post([resume = std::move(resume), outcome]() mutable { std::move(resume)(std::move(outcome)); });
    };
    if (waits_for_disk_) {
      logs_.when_decided(kMetadataPartition, next, std::move(committed));
    } else {
      logs_.when_committed(kMetadataPartition, next, std::move(committed));
    }
  };
  writing_ = true;
  Result<void> committed = co_await runtime::suspend<Result<void>>(std::move(start));
  writing_ = false;
  co_return committed;
}

Result<log::Appended> MetadataStore::append(PartitionId partition, std::span<const KeyedRecord> records) {
  Timestamp now = logs_.shard().clock().wall_now();
  Result<log::OwnedBatches> batch = batch_of(records, now);
  if (!batch) return fail(batch.error());
  log::AppendContext context{.leader_epoch = kMetadataEpoch, .now = now, .from_client = false};
  return logs_.append(partition, std::move(*batch), context);
}

}  // namespace wharf::cluster
