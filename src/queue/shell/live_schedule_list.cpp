// What waits in a schedule: listed a page at a time, and cancelled.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "model/message.hpp"
#include "model/record_batch_builder.hpp"
#include "queue/shell/live_schedule.hpp"

namespace wharf::queue {
namespace {

/// A list looks at no more than this before it answers.
constexpr std::size_t kListedBytes = 4u << 20;
constexpr std::size_t kReadBytes = 256u << 10;

std::unexpected<Error> not_pending(const ScheduledId& id) {
  return fail(ErrorCode::kNotFound, fmt::format("no delayed message '{}' waits", id.text()));
}

MessageWindow window_over(Offset from, SharedBytes bytes) {
  MessageWindow window;
  std::vector<SharedBytes> batches;
  batches.push_back(std::move(bytes));
  window.fill(from, std::move(batches));
  return window;
}

}  // namespace

/// Its key says when it is due.
runtime::Task<Result<LoadedMessage>> LiveSchedule::load_waiting(BucketId bucket, Offset offset) {
  ScheduledId id{lane_, bucket, offset};
  PartitionId partition = messages_of(bucket, lane_);
  const log::PartitionLog* log = with_.logs.store().find(partition);
  if (log == nullptr || offset < log->log_start_offset() || offset >= log->log_end_offset()) co_return not_pending(id);
  Result<SharedBytes> bytes = co_await with_.logs.store().read_bytes(partition, offset, 1, log->log_end_offset());
  if (!bytes) co_return fail(bytes.error());
  MessageWindow window = window_over(offset, std::move(*bytes));
  Result<const LoadedMessage*> found = window.find(offset);
  if (!found) co_return fail(found.error());
  if (*found == nullptr || (*found)->record.offset != offset || !(*found)->record.key) co_return not_pending(id);
  Result<Timestamp> due = due_of(*(*found)->record.key);
  if (!due) co_return fail(due.error());
  if (stopping_) co_return fail(ErrorCode::kClosed, "the node stops");
  if (!core_.is_pending(bucket, {*due, offset})) co_return not_pending(id);
  co_return **found;
}

runtime::Task<Result<void>> LiveSchedule::cancel(BucketId bucket, Offset offset) {
  Result<LoadedMessage> waiting = co_await load_waiting(bucket, offset);
  if (!waiting) co_return fail(waiting.error());
  bool was_pending = core_.cancel(bucket, {*due_of(*waiting->record.key), offset});
  WHARF_ASSERT(was_pending);
  auto start = [this](runtime::Resume<Result<void>> resume) {
    write_state([shard = &with_.shard, resume = std::move(resume)](Result<void> kept) mutable {
      shard->post(
          [resume = std::move(resume), kept = std::move(kept)]() mutable { std::move(resume)(std::move(kept)); });
    });
  };
  Result<void> kept = co_await runtime::suspend<Result<void>>(std::move(start));
  co_return kept;
}

runtime::Task<Result<Delayed>> LiveSchedule::find(BucketId bucket, Offset offset) {
  Result<LoadedMessage> waiting = co_await load_waiting(bucket, offset);
  if (!waiting) co_return fail(waiting.error());
  Record record = waiting->record;
  Result<ScheduleEnvelope> envelope = decode_envelope(*record.key);
  if (!envelope) co_return fail(envelope.error());
  record.key = envelope->key ? std::optional(as_bytes(*envelope->key)) : std::nullopt;
  record.offset = Offset(0);
  BatchBuilder builder(BatchOptions{});
  builder.copy(record);
  co_return Delayed{.envelope = std::move(*envelope), .batch = *builder.finish()};
}

struct LiveSchedule::Listing {
  std::size_t limit;
  std::optional<std::string> name_space;
  ScheduledPage* page;
  std::size_t looked_at = 0;  // bytes

  bool is_over() const { return page->next.has_value(); }
};

runtime::Task<Result<void>> LiveSchedule::list(std::optional<ScheduledId> after, std::size_t limit,
                                               std::optional<std::string> name_space, ScheduledPage* page) {
  Listing listing{.limit = limit, .name_space = std::move(name_space), .page = page};
  auto order_of = [](const BucketId& id) { return std::pair(begin_of(id), id); };
  for (const BucketId& bucket : core_.buckets()) {
    if (after && order_of(bucket) < order_of(after->bucket)) continue;
    Offset from = after && after->bucket == bucket ? after->offset.plus(1) : Offset(0);
    Result<void> listed = co_await list_bucket(bucket, from, &listing);
    if (!listed || listing.is_over()) co_return listed;
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> LiveSchedule::list_bucket(BucketId bucket, Offset at, Listing* listing) {
  PartitionId partition = messages_of(bucket, lane_);
  while (true) {
    const log::PartitionLog* log = with_.logs.store().find(partition);
    if (log == nullptr || at >= log->log_end_offset()) co_return Result<void>();  // none left, or all of them are out
    Result<SharedBytes> bytes =
        co_await with_.logs.store().read_bytes(partition, at, kReadBytes, log->log_end_offset());
    if (!bytes && bytes.error().code == ErrorCode::kNotFound) co_return Result<void>();
    if (!bytes) co_return fail(bytes.error());
    listing->looked_at += bytes->size();
    MessageWindow window = window_over(at, std::move(*bytes));
    Offset next = list_window(bucket, at, window, *listing);
    if (next == at || listing->is_over()) co_return Result<void>();
    at = next;
    if (listing->looked_at >= kListedBytes) listing->page->next = ScheduledId{lane_, bucket, at.plus(-1)};
    if (listing->is_over()) co_return Result<void>();
  }
}

/// Where it ended.
Offset LiveSchedule::list_window(const BucketId& bucket, Offset at, MessageWindow& window, Listing& listing) {
  while (!listing.is_over()) {
    Result<const LoadedMessage*> found = window.find(at);
    if (found && *found == nullptr) return at;
    if (!found) {
      at = window.failed_next();  // damaged
      continue;
    }
    const Record& record = (*found)->record;
    at = record.offset.plus(1);
    Result<ScheduleEnvelope> envelope = decode_envelope(record.key.value_or(ByteView()));
    if (!envelope || !core_.is_pending(bucket, {envelope->due, record.offset})) continue;
    if (listing.name_space && envelope->name_space != *listing.name_space) continue;
    Result<MessageView> message = message_of(record);
    ScheduledId id{lane_, bucket, record.offset};
    listing.page->messages.push_back({.id = id,
                                      .due = envelope->due,
                                      .name_space = std::move(envelope->name_space),
                                      .exchange = std::move(envelope->exchange),
                                      .routing_key = message ? std::string(message->routing_key) : std::string(),
                                      .body_bytes = record.value ? record.value->size() : 0});
    if (listing.page->messages.size() >= listing.limit) listing.page->next = id;
  }
  return at;
}

}  // namespace wharf::queue
