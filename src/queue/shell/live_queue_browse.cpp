// Looking through a queue's messages, to show them or to drop some: reads of its own beside those of the deliveries, so
// that a look changes nothing of the queue.
#include "model/record_batch.hpp"
#include "queue/shell/damage.hpp"
#include "queue/shell/live_queue.hpp"

namespace wharf::queue {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;
/// Looked at before others on this shard have a turn; of headers that a selector looks at, so many bytes.
constexpr int kMessagesPerSlice = 256;
constexpr std::size_t kHeaderBytesPerSlice = 256u << 10;

Error deleted() {
  return {ErrorCode::kNotFound, "the queue was deleted"};
}
Error stopping() {
  return {ErrorCode::kClosed, "the node stops"};
}

}  // namespace

/// Where it is, and what it has read of one level's log.
struct LiveQueue::Walk {
  std::optional<selector::MessageFilter> filter;
  MessageId at = kFrontOfQueue;
  MessageWindow window;
  std::optional<std::uint8_t> window_level;
  std::optional<MessageId> read_for;  // the last read was for it
  std::uint64_t read_bytes = 0;       // of the last read
  int looks = 0;                      // in this slice
  std::size_t header_bytes = 0;       // the same
  std::uint64_t found = 0;            // and dropped

  static Result<Walk> with(std::string_view selector) {
    Walk walk;
    if (selector.empty()) return walk;
    Result<selector::MessageFilter> filter = selector::MessageFilter::compile(selector);
    if (!filter) return fail(std::move(filter.error()));
    walk.filter = std::move(*filter);
    return walk;
  }

  void pass() { at.offset = at.offset.plus(1); }
  /// The message at its place. nullptr: it has gone on to another place, or the message has to be read first. What
  /// cannot be opened, or is not in the log, is passed over here and noted when its turn of delivery comes.
  const LoadedMessage* look() {
    if (window_level != at.level) return nullptr;
    Result<const LoadedMessage*> message = window.find(at.offset);
    if (!message) {
      at.offset = std::max(window.failed_next(), at.offset.plus(1));
      return nullptr;
    }
    if (*message == nullptr || (*message)->record.offset == at.offset) return *message;
    at.offset = (*message)->record.offset;
    return nullptr;
  }
  bool wants(const LoadedMessage& message) {
    if (!filter) return true;
    header_bytes += message.record.headers.encoded().size();
    return filter->matches(message.record);
  }
  bool ends_slice() {
    if (++looks < kMessagesPerSlice && header_bytes < kHeaderBytesPerSlice) return false;
    looks = 0;
    header_bytes = 0;
    return true;
  }
};

void LiveQueue::browse(BrowseRequest request, BrowseAnswer answered) {
  Result<Walk> walk = Walk::with(request.selector);
  if (!walk) return answered(fail(std::move(walk.error())));
  walk->at = request.from;
  auto answer = std::make_shared<BrowseAnswer>(std::move(answered));
  if (!with_.tasks.spawn("queue-browse", show(std::move(*walk), std::move(request), answer, alive_)))
    (*answer)(fail(stopping()));
}

runtime::Task<void> LiveQueue::show(Walk walk, BrowseRequest request, std::shared_ptr<BrowseAnswer> answer,
                                    std::shared_ptr<bool> alive) {
  if (!*alive) co_return (*answer)(fail(deleted()));
  Browsed browsed;
  std::uint64_t bytes = 0;  // of reads that `browsed` holds
  auto has_room = [&] {
    return browsed.messages.size() < request.messages && (browsed.messages.empty() || bytes < request.bytes);
  };
  while (has_room()) {
    std::optional<Standing> standing = core_.at_or_behind(walk.at);
    if (!standing) break;
    walk.at = standing->id;
    if (const LoadedMessage* message = walk.look()) {
      if (walk.wants(*message)) {
        const Offer offer{standing->id, standing->tries, standing->redelivered, {}, {}};
        browsed.messages.push_back({delivery_of(offer, *message), standing->where});
        bytes += std::exchange(walk.read_bytes, 0);
      }
      walk.pass();
    } else if (walk.at == standing->id) {
      std::optional<Error> error = co_await read_on(&walk, alive);
      if (error) co_return (*answer)(fail(std::move(*error)));
    }
    if (!walk.ends_slice()) continue;
    std::optional<Error> over = co_await let_others_run(alive);
    if (over) co_return (*answer)(fail(std::move(*over)));
  }
  if (std::optional<Standing> behind = core_.at_or_behind(walk.at)) browsed.next = behind->id;
  (*answer)(std::move(browsed));
}

/// As purge(): the lowest level first. What comes later stays, so it ends.
void LiveQueue::purge_selected(SelectivePurge purge, PurgeAnswer answered) {
  Result<Walk> walk = Walk::with(purge.selector);
  if (!walk) return answered(fail(std::move(walk.error())));
  Ends ends;
  for (const auto& [level, cursor] : core_.levels()) ends.emplace_back(level, cursor.end());
  auto answer = std::make_shared<PurgeAnswer>(std::move(answered));
  if (!with_.tasks.spawn("queue-purge", drop_matches(std::move(*walk), std::move(ends), purge.most, answer, alive_)))
    (*answer)(fail(stopping()));
}

runtime::Task<void> LiveQueue::drop_matches(Walk walk, Ends ends, std::uint64_t most,
                                            std::shared_ptr<PurgeAnswer> answer, std::shared_ptr<bool> alive) {
  if (!*alive) co_return (*answer)(fail(deleted()));
  for (auto [level, end] : ends) {
    std::optional<Error> error = co_await drop_matches_of(level, end, most, &walk, alive);
    if (error) co_return (*answer)(fail(std::move(*error)));
  }
  (*answer)(walk.found);
}

runtime::Task<std::optional<Error>> LiveQueue::drop_matches_of(std::uint8_t level, Offset end, std::uint64_t most,
                                                               Walk* walk, std::shared_ptr<bool> alive) {
  walk->at = {level, Offset{0}};
  while (walk->found < most) {
    std::optional<Standing> standing = core_.at_or_behind(walk->at);
    if (!standing || standing->id.level != level || standing->id.offset >= end) break;
    walk->at = standing->id;
    if (standing->where != Whereabouts::kReady) {
      walk->pass();
    } else if (const LoadedMessage* message = walk->look()) {
      note_second();
      if (walk->wants(*message) && core_.drop(standing->id, facts_of(*message).bytes)) {
        ++walk->found;
        mark_state();
      }
      walk->pass();
    } else if (walk->at == standing->id) {
      std::optional<Error> error = co_await read_on(walk, alive);
      if (error) co_return error;
    }
    if (!walk->ends_slice()) continue;
    std::optional<Error> over = co_await let_others_run(alive);
    if (over) co_return over;
  }
  co_return std::nullopt;
}

/// An error: there is no queue any more to look into.
runtime::Task<std::optional<Error>> LiveQueue::let_others_run(std::shared_ptr<bool> alive) {
  co_await runtime::next_turn(with_.shard);
  if (!*alive) co_return deleted();
  if (with_.tasks.stopping()) co_return stopping();
  co_return std::nullopt;
}

/// Cold ones off the shard. After an error nothing of the queue may be touched.
runtime::Task<std::optional<Error>> LiveQueue::read_on(Walk* walk, std::shared_ptr<bool> alive) {
  const MessageId id = walk->at;
  if (std::exchange(walk->read_for, id) == id) {  // it was read, and is not in what came
    walk->pass();
    co_return std::nullopt;
  }
  log::LogStore& store = with_.logs.store();
  PartitionId partition = log_of(id.level);
  const log::PartitionLog* log = store.find(partition);
  if (id.offset < log->log_start_offset()) {
    walk->at.offset = log->log_start_offset();
    co_return std::nullopt;
  }
  Result<SharedBytes> read = co_await store.read_bytes(partition, id.offset, kReadBytes, log->log_end_offset());
  if (!*alive) co_return deleted();
  if (read) {
    walk->read_bytes = read->size();
    walk->window_level = id.level;
    std::vector<SharedBytes> batches;
    batches.push_back(std::move(*read));
    walk->window.fill(id.offset, std::move(batches));
    co_return std::nullopt;
  }
  std::optional<Standing> now = core_.at_or_behind(id);
  if (!now || now->id != id) co_return std::nullopt;  // settled meanwhile, and gone from the log
  if (read.error().code != ErrorCode::kDamaged) co_return read.error();
  if (auto damage = damage_at(*store.find(partition), id.offset)) walk->at.offset = damage->next;
  co_return std::nullopt;
}

}  // namespace wharf::queue
