#include "broker/node/retained.hpp"

#include <utility>

#include "broker/node/kept_topic.hpp"
#include "cluster/metadata/key_partition.hpp"
#include "model/byte_order.hpp"
#include "model/message.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf::broker {
namespace {

constexpr std::size_t kReadBytes = 1u << 20;
constexpr Nanoseconds kCommitWait = std::chrono::seconds(5);
constexpr Nanoseconds kClearWait = std::chrono::seconds(30);  // for all of a namespace, in one partition
constexpr std::size_t kKeysPerSlice = 2'048;                  // that a shard looks at before it lets others run
constexpr Nanoseconds kExpiryInterval = std::chrono::minutes(1);
constexpr Nanoseconds kReadRetry = std::chrono::seconds(10);

std::optional<Timestamp> expiry_of(const Record& record) {
  std::optional<std::int64_t> ms = expiration_ms_of(record);
  return ms ? std::optional(Timestamp{record.timestamp.ms + *ms}) : std::nullopt;
}

}  // namespace

std::string retained_key(std::string_view name_space, std::string_view routing_key) {
  std::byte length[sizeof(std::uint16_t)];
  store_big_endian(length, static_cast<std::uint16_t>(name_space.size()));
  std::string key(as_text(length));
  key += name_space;
  key += routing_key;
  return key;
}

NodeRetained::NodeRetained(NodeShards& shards, Catalogue& catalogue, Read& read, std::size_t most,
                           runtime::Logger& logger)
    : shards_(shards),
      catalogue_(catalogue),
      read_(read),
      most_(most),
      logger_(logger),
      indexes_(kRetainedPartitions) {}

/// Begun with the first that asks.
NodeRetained::Index& NodeRetained::index_on(NodeShard& owner, PartitionId partition) {
  std::unique_ptr<Index>& index = indexes_[static_cast<std::size_t>(partition.index.value)];
  if (!index) {
    index = std::make_unique<Index>(owner, partition);
    index->cursor = std::make_unique<RecordCursor>(read_, owner.shard, partition, Offset(0), kReadBytes);
    index->tasks.spawn("retained-follow", follow(index.get()));
  }
  return *index;
}

runtime::Task<void> NodeRetained::begin(runtime::Shard& here) {
  std::shared_ptr<const cluster::Topic> topic = catalogue_.topics(here)->find(std::string(kRetainedTopic));
  for (std::int32_t i = 0; topic && i < topic->partitions; ++i) {
    PartitionId partition = topic->partition(i);
    NodeShard* owner = &shards_.owner(partition);
    co_await runtime::call_on(here, owner->shard, [this, owner, partition] { index_on(*owner, partition); });
  }
}

runtime::Task<void> NodeRetained::close(runtime::Shard& here) {
  for (const std::unique_ptr<Index>& one : indexes_) {
    if (!one) continue;
    Index* index = one.get();
    co_await runtime::await_on(here, index->owner.shard, [index] {
      index->stop.notify();
      return index->tasks.close();
    });
  }
}

/// Waits with a cursor of its own, so that who looks for messages meanwhile has the index.
runtime::Task<void> NodeRetained::follow(Index* index) {
  runtime::Shard& shard = index->owner.shard;
  MonotonicTime next_look = shard.now() + kExpiryInterval;
  while (!index->tasks.stopping()) {
    Result<void> caught_up = co_await catch_up(index, shard.now());
    if (index->expiring > 0 && shard.now() >= next_look) {
      next_look = shard.now() + kExpiryInterval;
      co_await clear_expired(index);
    }
    if (caught_up) {
      RecordCursor ahead(read_, shard, index->partition, index->cursor->position(), 1);
      co_await ahead.wait(shard.now() + kExpiryInterval, index->tasks.stop_token());
    } else {
      std::ignore = co_await index->stop.wait_until(shard.now() + kReadRetry);
    }
  }
}

/// On the owner's shard nothing comes between the look that the index knows all of the log and the append: a message
/// that is newer than the one that is over cannot be cleared.
Result<void> NodeRetained::append_cleared(Index& index, const std::vector<std::string>& keys) {
  const log::PartitionLog* log = index.owner.logs->store().find(index.partition);
  if (keys.empty() || log == nullptr || log->log_end_offset() != index.cursor->position()) return {};
  Timestamp now = index.owner.shard.clock().wall_now();
  BatchBuilder builder({});
  for (const std::string& key : keys)
    builder.append({.timestamp = now, .key = as_bytes(key), .value = {}, .headers = {}});
  log::AppendContext context{.leader_epoch = index.owner.topics->leader_epoch(), .now = now, .from_client = false};
  Result<log::Appended> appended = index.owner.logs->append(index.partition, log::own(*builder.finish()), context);
  if (!appended) return fail(appended.error());
  return {};
}

runtime::Task<void> NodeRetained::clear_expired(Index* index) {
  std::string at;
  while (!index->tasks.stopping()) {
    std::vector<std::string> over;
    Timestamp now = index->owner.shard.clock().wall_now();
    auto next = index->messages.lower_bound(at);
    for (std::size_t looked = 0; next != index->messages.end() && looked < kKeysPerSlice; ++looked, ++next) {
      if (next->second.expires && *next->second.expires <= now) over.push_back(next->first);
    }
    bool done = next == index->messages.end();
    if (!done) at = next->first;
    Result<void> cleared = append_cleared(*index, over);
    if (!cleared)
      logger_.warn("could not clear retained messages whose time is over", {{"reason", cleared.error().message}});
    if (done) co_return;
    std::ignore = co_await catch_up(index, index->owner.shard.now() + kCommitWait);
  }
}

runtime::Task<Result<void>> NodeRetained::clear_namespace(runtime::Shard& here, std::string name) {
  std::shared_ptr<const cluster::Topic> topic = catalogue_.topics(here)->find(std::string(kRetainedTopic));
  const std::string prefix = retained_key(name, {});
  for (std::int32_t i = 0; topic && i < topic->partitions; ++i) {
    PartitionId partition = topic->partition(i);
    NodeShard* owner = &shards_.owner(partition);
    Result<void> cleared;
    auto clear = [this, owner, partition, &prefix, &cleared] { return clear_on(owner, partition, &prefix, &cleared); };
    co_await runtime::await_on(here, owner->shard, clear);
    if (!cleared) co_return cleared;
  }
  co_return Result<void>();
}

/// Until the index knows that they are gone.
runtime::Task<void> NodeRetained::clear_on(NodeShard* owner, PartitionId partition, const std::string* prefix,
                                           Result<void>* into) {
  Index* index = &index_on(*owner, partition);
  const MonotonicTime deadline = owner->shard.now() + kClearWait;
  while (owner->shard.now() < deadline) {
    *into = co_await catch_up(index, owner->shard.now() + kCommitWait);
    if (!*into) co_return;
    std::vector<std::string> keys;
    for (auto at = index->messages.lower_bound(*prefix); at != index->messages.end(); ++at) {
      if (!at->first.starts_with(*prefix) || keys.size() == kKeysPerSlice) break;
      keys.push_back(at->first);
    }
    if (keys.empty()) co_return;
    *into = append_cleared(*index, keys);
    if (!*into) co_return;
  }
  *into = fail(ErrorCode::kBusy, "the retained messages of a vhost could not be cleared yet");
}

runtime::Task<bool> NodeRetained::has(runtime::Shard& here, std::string name_space, std::string routing_key) {
  std::shared_ptr<const cluster::Topic> topic = catalogue_.topics(here)->find(std::string(kRetainedTopic));
  if (!topic) co_return false;
  std::string key = retained_key(name_space, routing_key);
  PartitionId partition = cluster::partition_of_key(*topic, key);
  NodeShard& owner = shards_.owner(partition);
  bool known = false;
  auto look = [this, &owner, partition, &key, &known] { known = index_on(owner, partition).messages.contains(key); };
  co_await runtime::call_on(here, owner.shard, look);
  co_return known;
}

bool NodeRetained::is_open(runtime::Shard& here) const {
  return catalogue_.topics(here)->find(std::string(kRetainedTopic)) != nullptr;
}

runtime::Task<Result<void>> NodeRetained::open(runtime::Shard& here) {
  auto topic = co_await open_kept_topic(here, &catalogue_, std::string(kRetainedTopic), kRetainedPartitions);
  if (!topic) co_return fail(topic.error());
  co_await begin(here);
  co_return Result<void>();
}

runtime::Task<Result<std::vector<Offset>>> NodeRetained::marks(runtime::Shard& here) {
  std::vector<Offset> ends;
  std::shared_ptr<const cluster::Topic> topic = catalogue_.topics(here)->find(std::string(kRetainedTopic));
  for (std::int32_t i = 0; topic && i < topic->partitions; ++i) {
    Result<PartitionMarks> marks = co_await read_.marks(here, topic->partition(i));
    if (!marks) co_return fail(marks.error());
    ends.push_back(marks->log_end);
  }
  co_return ends;
}

runtime::Task<Result<RetainedPage>> NodeRetained::find(runtime::Shard& here, RetainedQuery query) {
  std::shared_ptr<const cluster::Topic> topic = catalogue_.topics(here)->find(std::string(kRetainedTopic));
  if (!topic || query.from.partition >= topic->partitions) co_return RetainedPage{};
  Asked asked{topic->partition(query.from.partition), std::move(query), {}};
  Asked* one = &asked;
  NodeShard* owner = &shards_.owner(asked.partition);
  co_await runtime::await_on(here, owner->shard, [this, owner, one] { return find_on(owner, one); });
  if (asked.answer && !asked.answer->next && asked.query.from.partition + 1 < topic->partitions)
    asked.answer->next = RetainedPlace{asked.query.from.partition + 1, {}};
  co_return std::move(asked.answer);
}

runtime::Task<void> NodeRetained::find_on(NodeShard* owner, Asked* asked) {
  Index* index = &index_on(*owner, asked->partition);
  const bool first_page = asked->query.from.after.empty();
  const MonotonicTime now = index->owner.shard.now();  // whoever waits for its turn meanwhile waits no longer than this
  Result<void> found = co_await catch_up(index, first_page ? now + kCommitWait : now);
  RetainedPage page;
  if (found) found = co_await collect(index, asked, &page);
  if (found) {
    asked->answer = std::move(page);
  } else {
    asked->answer = fail(found.error());
  }
}

/// What others hear of already may be on its way to the disk here, and is waited for. While the disk refuses, what was
/// kept before is found without it. What is damaged is passed over; the log has told of it.
runtime::Task<Result<void>> NodeRetained::catch_up(Index* index, MonotonicTime deadline) {
  runtime::Turns::Turn turn = co_await index->turns.take();
  RecordCursor* cursor = index->cursor.get();
  runtime::Shard& shard = index->owner.shard;
  Result<PartitionMarks> marks = co_await read_.marks(shard, index->partition);
  if (!marks) co_return fail(marks.error());
  while (cursor->position() < marks->log_end) {
    const Offset before = cursor->position();
    Result<std::vector<CursorRecord>> some = co_await cursor->available();
    if (some && cursor->position() == before) {
      some = co_await cursor->next_by(deadline);
      if (some && some->empty()) co_return Result<void>();
    }
    if (!some && some.error().code == ErrorCode::kDamaged && cursor->pass_over_damage()) continue;
    if (!some) co_return fail(some.error());
    take(index, *some);
    co_await runtime::next_turn(shard);
  }
  co_return Result<void>();
}

void NodeRetained::take(Index* index, const std::vector<CursorRecord>& records) {
  for (const CursorRecord& one : records) {
    std::string key(as_text(one.record.key.value_or(ByteView())));
    forget(index, key);
    if (!one.record.value) continue;
    Kept kept{one.record.offset, expiry_of(one.record)};
    index->expiring += kept.expires.has_value();
    ++kept_;
    index->messages.emplace(std::move(key), kept);
  }
}

void NodeRetained::forget(Index* index, const std::string& key) {
  auto known = index->messages.find(key);
  if (known == index->messages.end()) return;
  index->expiring -= known->second.expires.has_value();
  --kept_;
  index->messages.erase(known);
}

runtime::Task<Result<void>> NodeRetained::collect(Index* index, Asked* asked, RetainedPage* page) {
  const RetainedQuery& query = asked->query;
  const std::string space = retained_key(query.name_space, {}), prefix = space + query.prefix;
  std::string at = prefix;
  bool behind = false;
  if (!query.from.after.empty()) at = space + query.from.after, behind = true;
  std::size_t bytes = 0, looked = 0;
  while (true) {
    auto next = behind ? index->messages.upper_bound(at) : index->messages.lower_bound(at);
    if (next == index->messages.end() || !next->first.starts_with(prefix)) co_return Result<void>();
    at = next->first;
    behind = true;
    std::string routing_key = at.substr(space.size());
    auto partition = static_cast<std::size_t>(query.from.partition);
    bool is_later =
        !query.below.empty() && (partition >= query.below.size() || next->second.offset >= query.below[partition]);
    if (!is_later && query.matches(routing_key)) {
      RecordCursor cursor(read_, index->owner.shard, asked->partition, next->second.offset, 1);
      Result<std::vector<CursorRecord>> some = co_await cursor.available();
      bool damaged = !some && some.error().code == ErrorCode::kDamaged;
      if (!some && !damaged) co_return fail(some.error());
      bool is_it = some && !some->empty() && as_text(some->front().record.key.value_or(ByteView())) == at;
      if (is_it) {  // else it has been replaced since, and that one was published to who subscribed
        bytes += some->front().record.value.value_or(ByteView()).size();
        page->messages.push_back({routing_key, some->front().owner, some->front().record});
      }
    }
    bool is_full = page->messages.size() >= query.most || bytes >= query.most_bytes || ++looked >= kKeysPerSlice;
    if (!is_full) continue;
    page->next = RetainedPlace{query.from.partition, std::move(routing_key)};
    co_return Result<void>();
  }
}

}  // namespace wharf::broker
