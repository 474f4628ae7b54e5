#include "cluster/metadata/metadata_copies.hpp"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "model/record.hpp"

namespace wharf::cluster {
namespace {

using Values = std::unordered_map<std::string_view, const KeyedRecord*>;

Values values_of(const StoredMetadata& stored) {
  Values values;
  for (const KeyedRecord& record : stored.newest) values[record.key] = &record;
  return values;
}

std::vector<KeyedRecord> newest_of(std::vector<KeyedRecord> all) {
  std::unordered_map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < all.size(); ++i) last[all[i].key] = i;
  std::vector<bool> counts(all.size());
  for (const auto& [key, number] : last) counts[number] = true;
  std::vector<KeyedRecord> newest;
  newest.reserve(last.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (counts[i]) newest.push_back(std::move(all[i]));
  }
  return newest;
}

}  // namespace

runtime::Task<StoredMetadata> read_metadata(ShardLogs* logs, PartitionId partition) {
  std::vector<KeyedRecord> all;
  auto visit = [&all](const Record& record) {
    if (!record.key) return;
    std::optional<std::string> value;
    if (record.value) value = as_text(*record.value);
    all.push_back({std::string(as_text(*record.key)), std::move(value)});
  };
  Result<void> read = co_await replay(logs, partition, visit);
  StoredMetadata stored{newest_of(std::move(all)), std::nullopt};
  if (!read) stored.damage = read.error();
  co_return stored;
}

StoredMetadata believed(const StoredMetadata& first, const StoredMetadata& second) {
  bool second_is_good = !second.damage && !second.newest.empty();
  if ((first.damage || first.newest.empty()) && second_is_good) return second;
  StoredMetadata believed = first;
  if (!first.damage) return believed;
  Values known = values_of(first);
  for (const KeyedRecord& record : second.newest) {
    if (!known.contains(record.key)) believed.newest.push_back(record);
  }
  return believed;
}

std::vector<KeyedRecord> missing(const StoredMetadata& held, const StoredMetadata& believed) {
  Values has = values_of(held);
  Values should = values_of(believed);
  std::vector<KeyedRecord> records;
  for (const KeyedRecord& record : believed.newest) {
    auto found = has.find(record.key);
    std::optional<std::string> value = found == has.end() ? std::nullopt : found->second->value;
    if (value != record.value) records.push_back(record);
  }
  for (const KeyedRecord& record : held.newest) {
    if (record.value && !should.contains(record.key)) records.push_back({record.key, std::nullopt});
  }
  return records;
}

}  // namespace wharf::cluster
