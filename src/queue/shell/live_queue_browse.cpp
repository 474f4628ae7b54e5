// Looking at a queue's messages: reads of its own beside those of the deliveries, so that nothing of the queue changes.
#include "model/record_batch.hpp"
#include "queue/shell/live_queue.hpp"

namespace wharf::queue {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;
/// Looked at before others on this shard have a turn.
constexpr int kMessagesPerSlice = 256;

}  // namespace

/// The messages that a walk has read from one level's log.
struct LiveQueue::Walk {
  BrowseRequest request;
  MessageId at;
  MessageWindow window;
  std::optional<std::uint8_t> window_level;
  std::optional<MessageId> read_for;  // the last read was for it
  std::uint64_t bytes = 0;            // read
  Browsed browsed;

  bool has_room() const {
    if (browsed.messages.empty()) return request.messages > 0;
    return browsed.messages.size() < request.messages && bytes < request.bytes;
  }
};

void LiveQueue::browse(BrowseRequest request, BrowseAnswer answered) {
  auto answer = std::make_shared<BrowseAnswer>(std::move(answered));
  if (!with_.tasks.spawn("queue-browse", walk(request, answer, alive_)))
    (*answer)(fail(ErrorCode::kClosed, "the node stops"));
}

runtime::Task<void> LiveQueue::walk(BrowseRequest request, std::shared_ptr<BrowseAnswer> answer,
                                    std::shared_ptr<bool> alive) {
  if (!*alive) co_return (*answer)(fail(ErrorCode::kNotFound, "the queue was deleted"));
  runtime::Shard& shard = with_.shard;
  Walk walk{.request = request, .at = request.from};
  std::optional<Error> error;
  for (int looked = 1; !error && walk.has_room(); ++looked) {
    std::optional<Standing> standing = core_.at_or_behind(walk.at);
    if (!standing) break;
    walk.at = standing->id;
    if (!look_at(*standing, walk)) error = co_await read_on(&walk, alive);
    if (*alive && looked % kMessagesPerSlice == 0) co_await runtime::next_turn(shard);
    if (!*alive) co_return (*answer)(fail(ErrorCode::kNotFound, "the queue was deleted"));
  }
  if (error) co_return (*answer)(fail(*error));
  if (std::optional<Standing> rest = core_.at_or_behind(walk.at)) walk.browsed.next = rest->id;
  (*answer)(std::move(walk.browsed));
}

/// False: its message has to be read first. What cannot be opened, or is not in the log, is passed over here and noted
/// when its turn of delivery comes.
bool LiveQueue::look_at(const Standing& standing, Walk& walk) const {
  const MessageId id = standing.id;
  if (walk.window_level != id.level) return false;
  Result<const LoadedMessage*> found = walk.window.find(id.offset);
  if (!found) {
    walk.at.offset = std::max(walk.window.failed_next(), id.offset.plus(1));
    return true;
  }
  if (*found == nullptr) return false;
  if ((*found)->record.offset != id.offset) {
    walk.at.offset = (*found)->record.offset;
    return true;
  }
  walk.browsed.messages.push_back({delivery_of({id, standing.tries, standing.redelivered, {}, {}}, **found), standing.where});
  walk.at.offset = id.offset.plus(1);
  return true;
}

/// Cold ones off the shard. Nothing of the queue may be touched after it unless `alive`.
runtime::Task<std::optional<Error>> LiveQueue::read_on(Walk* walk, std::shared_ptr<bool> alive) {
  const MessageId id = walk->at;
  if (std::exchange(walk->read_for, id) == id) {  // it was read, and is not in what came
    walk->at.offset = id.offset.plus(1);
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
  if (!*alive) co_return std::nullopt;
  if (read) {
    walk->bytes += read->size();
    walk->window_level = id.level;
    std::vector<SharedBytes> batches;
    batches.push_back(std::move(*read));
    walk->window.fill(id.offset, std::move(batches));
    co_return std::nullopt;
  }
  std::optional<Standing> now = core_.at_or_behind(id);
  if (!now || now->id != id) co_return std::nullopt;  // settled meanwhile, and gone from the log
  if (read.error().code != ErrorCode::kDamaged) co_return read.error();
  for (const log::DamagedRange& range : store.find(partition)->damage()) {
    if (range.first <= id.offset && id.offset < range.next) walk->at.offset = range.next;
  }
  co_return std::nullopt;
}

}  // namespace wharf::queue
