#include "broker/node_retained.hpp"

#include <utility>

#include "broker/kept_topic.hpp"
#include "model/byte_order.hpp"

namespace wharf::broker {
namespace {

constexpr std::size_t kReadBytes = 1u << 20;
constexpr Nanoseconds kCommitWait = std::chrono::seconds(5);
constexpr std::size_t kKeysPerSlice = 2'048;  // that a shard looks at before it lets others run

}  // namespace

std::string retained_key(std::string_view name_space, std::string_view routing_key) {
  std::byte length[sizeof(std::uint16_t)];
  store_big_endian(length, static_cast<std::uint16_t>(name_space.size()));
  std::string key(as_text(length));
  key += name_space;
  key += routing_key;
  return key;
}

NodeRetained::NodeRetained(NodeShards& shards, Catalogue& catalogue, Read& read)
    : shards_(shards), catalogue_(catalogue), read_(read), indexes_(kRetainedPartitions) {}

bool NodeRetained::is_open(runtime::Shard& here) const {
  return catalogue_.topics(here)->find(std::string(kRetainedTopic)) != nullptr;
}

runtime::Task<Result<void>> NodeRetained::open(runtime::Shard& here) {
  auto topic = co_await open_kept_topic(here, &catalogue_, std::string(kRetainedTopic), kRetainedPartitions);
  if (!topic && topic.error().code != ErrorCode::kAlreadyExists) co_return fail(topic.error());
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
  std::unique_ptr<Index>& index = indexes_[static_cast<std::size_t>(asked->partition.index.value)];
  if (!index) index = std::make_unique<Index>(owner->shard);
  const bool first_page = asked->query.from.after.empty();
  const MonotonicTime now = owner->shard.now();  // whoever waits for its turn meanwhile waits no longer than this
  Result<void> found = co_await catch_up(owner, index.get(), asked->partition, first_page ? now + kCommitWait : now);
  RetainedPage page;
  if (found) found = co_await collect(owner, index.get(), asked, &page);
  if (found) {
    asked->answer = std::move(page);
  } else {
    asked->answer = fail(found.error());
  }
}

/// What others hear of already may be on its way to the disk here, and is waited for. While the disk refuses, what was
/// kept before is found without it. What is damaged is passed over; the log has told of it.
runtime::Task<Result<void>> NodeRetained::catch_up(NodeShard* owner, Index* index, PartitionId partition,
                                                   MonotonicTime deadline) {
  runtime::Turns::Turn turn = co_await index->turns.take();
  if (!index->cursor)
    index->cursor = std::make_unique<RecordCursor>(read_, owner->shard, partition, Offset(0), kReadBytes);
  RecordCursor* cursor = index->cursor.get();
  Result<PartitionMarks> marks = co_await read_.marks(owner->shard, partition);
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
    co_await runtime::next_turn(owner->shard);
  }
  co_return Result<void>();
}

void NodeRetained::take(Index* index, const std::vector<CursorRecord>& records) {
  for (const CursorRecord& one : records) {
    std::string key(as_text(one.record.key.value_or(ByteView())));
    if (one.record.value) {
      index->offsets.insert_or_assign(std::move(key), one.record.offset);
    } else {
      index->offsets.erase(key);
    }
  }
}

runtime::Task<Result<void>> NodeRetained::collect(NodeShard* owner, Index* index, Asked* asked, RetainedPage* page) {
  const RetainedQuery& query = asked->query;
  const std::string space = retained_key(query.name_space, {}), prefix = space + query.prefix;
  std::string at = prefix;
  bool behind = false;
  if (!query.from.after.empty()) at = space + query.from.after, behind = true;
  std::size_t bytes = 0, looked = 0;
  while (true) {
    auto next = behind ? index->offsets.upper_bound(at) : index->offsets.lower_bound(at);
    if (next == index->offsets.end() || !next->first.starts_with(prefix)) co_return Result<void>();
    at = next->first;
    behind = true;
    std::string routing_key = at.substr(space.size());
    auto partition = static_cast<std::size_t>(query.from.partition);
    bool is_later = !query.below.empty() && (partition >= query.below.size() || next->second >= query.below[partition]);
    if (!is_later && query.matches(routing_key)) {
      RecordCursor cursor(read_, owner->shard, asked->partition, next->second, 1);
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
