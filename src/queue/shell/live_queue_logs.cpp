// A queue's logs: loading messages, keeping the state log.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "cluster/replication/keyed_records.hpp"
#include "model/deduplication_id.hpp"
#include "model/message.hpp"
#include "queue/shell/damage.hpp"
#include "queue/shell/live_queue.hpp"
#include "queue/shell/log_config.hpp"

namespace wharf::queue {
namespace {

/// Loaded ahead of the deliveries.
constexpr std::size_t kWindowBytes = 256u << 10;
/// A smaller state log is not replaced by a snapshot.
constexpr std::uint64_t kLeastStateBytes = 256u << 10;
/// After the disk failed or was full.
constexpr Milliseconds kRetryInterval{1'000};

/// The pieces as memory; none where one lies in a file.
std::optional<std::vector<SharedBytes>> in_memory(std::vector<runtime::OutPiece>& pieces) {
  std::vector<SharedBytes> batches;
  for (runtime::OutPiece& piece : pieces) {
    auto* bytes = std::get_if<SharedBytes>(&piece);
    if (bytes == nullptr) return std::nullopt;
    batches.push_back(std::move(*bytes));
  }
  return batches;
}

}  // namespace

Result<log::PartitionLog*> LiveQueue::open_level(std::uint8_t level) {
  Result<log::PartitionLog*> log = with_.logs.store().create(log_of(level), log_config(flush()));
  if (log) core_.open(level, (*log)->log_start_offset(), (*log)->log_end_offset());
  return log;
}

void LiveQueue::keep_state() {
  StateLog::Surroundings with{with_.shard, with_.logs, with_.leader_epoch};
  StateOwner& owner = *this;
  state_.emplace(with, owner, state_of(identity_.id), kLeastStateBytes);
}

Result<void> LiveQueue::open(const std::vector<std::uint8_t>& levels) {
  if (state_) {
    Result<log::PartitionLog*> state = state_->open();
    if (!state) return fail(state.error());
    if ((*state)->log_end_offset() > (*state)->log_start_offset()) {
      found_levels_ = levels;
      found_levels_.push_back(0);
      std::ranges::sort(found_levels_);
      found_levels_.erase(std::ranges::unique(found_levels_).begin(), found_levels_.end());
      for (std::uint8_t level : found_levels_) {
        auto opened = with_.logs.store().create(log_of(level), log_config(flush()));
        if (!opened) return fail(opened.error());
      }
      return {};  // recover() opens the core's levels
    }
  }
  Result<log::PartitionLog*> opened = open_level(0);
  if (!opened) return fail(opened.error());
  for (std::uint8_t level : levels) {
    if (level == 0) continue;
    opened = open_level(level);
    if (!opened) return fail(opened.error());
  }
  return {};
}

runtime::Task<void> LiveQueue::recover() {
  bool has_no_state = !core_.levels().empty();
  for (const auto& [level, cursor] : core_.levels()) {
    co_await count_uncounted(level);
    co_await know_ids(level);
    co_await know_values(level);
  }
  if (has_no_state) co_return;
  auto visit = [this](const Record& record) {
    if (!record.value) return;
    state_->found(*record.value);
    Result<void> replayed = core_.replay(*record.value);
    if (!replayed)
      with_.logger.error(
          "passed over a record of a queue's state",
          {{"queue", identity_.name}, {"offset", record.offset.value}, {"reason", replayed.error().message}});
  };
  Result<void> read = co_await cluster::replay(&with_.logs, state_->partition(), visit);
  if (!read) {
    with_.logger.error("a queue's state is damaged: messages may be delivered again",
                       {{"queue", identity_.name}, {"reason", read.error().message}});
    state_->distrust();  // what is written next replaces it
  }
  bool has_lost = false;
  std::vector<std::uint8_t> found_levels = std::exchange(found_levels_, {});
  std::set<std::uint8_t> levels(found_levels.begin(), found_levels.end());
  for (std::uint8_t level : core_.restored_levels()) levels.insert(level);  // also one whose log is gone
  for (std::uint8_t level : levels) {
    Result<log::PartitionLog*> found = with_.logs.store().create(log_of(level), log_config(flush()));
    WHARF_ASSERT(found.has_value());  // open() made those that are there, and the others are new
    const log::PartitionLog* messages = *found;
    if (!core_.open(level, messages->log_start_offset(), messages->log_end_offset())) {
      with_.logger.error("a queue's log has lost messages at its end",
                         {{"queue", identity_.name}, {"level", level}, {"end", messages->log_end_offset().value}});
      has_lost = true;
    }
    co_await count_uncounted(level);
    co_await know_ids(level);
    co_await know_values(level);
  }
  if (!has_lost) co_return;
  state_->distrust();
  write_state();
}

/// Each message that can be read: damage is passed over, a disk that cannot be read ends it.
template <class Visit>
runtime::Task<void> LiveQueue::look_through(std::uint8_t level, OffsetRange range, Visit visit) {
  MessageWindow window;
  log::LogStore& store = with_.logs.store();
  for (Offset at = range.first; at < range.next; at = at.plus(1)) {
    Result<const LoadedMessage*> found = window.find(at);
    if (found && *found == nullptr) {
      Result<SharedBytes> read = co_await store.read_bytes(log_of(level), at, kWindowBytes, range.next);
      if (!read) {
        auto damage = damage_at(*store.find(log_of(level)), at);
        with_.logger.error("messages of a queue could not be looked through",
                           {{"queue", identity_.name},
                            {"first", at.value},
                            {"next", damage ? damage->next.value : range.next.value},
                            {"reason", read.error().message}});
        if (!damage) break;
        at = damage->next.plus(-1);
        continue;
      }
      std::vector<SharedBytes> batches;
      batches.push_back(std::move(*read));
      window.fill(at, std::move(batches));
      found = window.find(at);
    }
    if (!found || *found == nullptr) continue;
    at = (*found)->record.offset;
    visit(**found);
  }
}

/// What came after the state log's last record of it: little (core). What cannot be read counts nothing.
runtime::Task<void> LiveQueue::count_uncounted(std::uint8_t level) {
  std::uint64_t bytes = 0;
  bool expiring = false;
  auto count = [&bytes, &expiring](const LoadedMessage& message) {
    bytes += message.record.value ? message.record.value->size() : 0;
    expiring = expiring || expiration_ms_of(message.record).has_value();
  };
  co_await look_through(level, core_.uncounted(level), count);
  core_.count_old(level, bytes, expiring);
}

/// All that waits is read: the price of a queue that drops duplicates.
runtime::Task<void> LiveQueue::know_ids(std::uint8_t level) {
  if (!core_.settings().deduplicates) co_return;
  const Cursor& cursor = core_.levels().at(level);
  auto note = [this, level, &cursor](const LoadedMessage& message) {
    if (cursor.settled().holds(message.record.offset)) return;
    std::optional<std::string> id = deduplication_id(message.record);
    if (id) core_.note_id(std::move(*id), {level, message.record.offset}, facts_of(message).expires);
  };
  co_await look_through(level, {cursor.floor(), cursor.end()}, note);
}

/// All that waits is read: one message of each key, those without one, and what a crash had kept from being replaced.
runtime::Task<void> LiveQueue::know_values(std::uint8_t level) {
  if (!core_.keeps_last_values()) co_return;
  const Cursor& cursor = core_.levels().at(level);
  auto note = [this, level, &cursor](const LoadedMessage& message) {
    Offset offset = message.record.offset;
    if (cursor.settled().holds(offset)) return;
    std::optional<std::string> key = property_key(message.record, *core_.settings().last_value_key);
    if (key) core_.note_value(std::move(*key), {level, offset}, facts_of(message).bytes);
  };
  co_await look_through(level, {cursor.floor(), cursor.end()}, note);
}

void LiveQueue::destroy() {
  end_life();
  for (auto& [id, outlet] : std::exchange(outlets_, {})) outlet->ended(ConsumerId(id), EndReason::kQueueDeleted);
  for (Waiting& waiting : std::exchange(getters_, {}))
    waiting.answered(fail(ErrorCode::kNotFound, "the queue was deleted"));
  for (const auto& [level, cursor] : core_.levels()) std::ignore = with_.logs.remove(log_of(level));
  if (state_) state_->remove();
}

LiveQueue::LevelWindow& LiveQueue::window_for(MessageId id, std::optional<SelectorId> reader) {
  bool is_waiting = core_.levels().at(id.level).is_waiting(id.offset);
  if (!reader) return is_waiting ? ahead_ : behind_;
  auto is_its = [&](const LookWindow& one) { return one.selector == *reader && one.of_waiting == is_waiting; };
  auto found = std::ranges::find_if(look_windows_, is_its);
  if (found == look_windows_.begin() && found != look_windows_.end()) return found->window;
  LookWindow window{*reader, is_waiting, {}};
  if (found != look_windows_.end()) {
    window = std::move(*found);
    look_windows_.erase(found);
  } else if (look_windows_.size() == kMostLookWindows) {
    look_windows_.pop_back();
  }
  look_windows_.push_front(std::move(window));
  return look_windows_.front().window;
}

const LoadedMessage* LiveQueue::load(MessageId id, bool& missing, std::optional<SelectorId> reader) {
  LevelWindow& window = window_for(id, reader);
  for (int round = 0; round < 2; ++round) {
    if (window.level == id.level) {
      Result<const LoadedMessage*> found = window.messages.find(id.offset);
      if (!found) {
        OffsetRange failed{std::max(window.messages.failed_first(), id.offset), window.messages.failed_next()};
        note_missing(id.level, failed, found.error().message);
        missing = true;
        return nullptr;
      }
      if (*found != nullptr) {
        if ((*found)->record.offset == id.offset) return *found;
        note_missing(id.level, {id.offset, (*found)->record.offset}, "not in the log");
        missing = true;
        return nullptr;
      }
    }
    if (round > 0 || loading(reader)) break;
    window.level = id.level;
    if (!load_now(id, window, missing, reader)) return nullptr;
  }
  return nullptr;
}

/// False: it comes later, or never (`missing`).
bool LiveQueue::load_now(MessageId id, LevelWindow& window, bool& missing, std::optional<SelectorId> reader) {
  PartitionId partition = log_of(id.level);
  log::PartitionLog* log = with_.logs.store().find(partition);
  if (id.offset < log->log_start_offset()) {
    note_missing(id.level, {id.offset, log->log_start_offset()}, "below the log's start");
    missing = true;
    return false;
  }
  Result<log::ReadResult> read = log->read(id.offset, kWindowBytes, log->log_end_offset(), true);
  if (read) {
    if (std::optional<std::vector<SharedBytes>> batches = in_memory(read->pieces)) {
      window.messages.fill(id.offset, std::move(*batches));
      return true;
    }
  } else if (read.error().code == ErrorCode::kDamaged) {
    if (auto damage = damage_at(*log, id.offset)) {
      note_missing(id.level, {id.offset, damage->next}, read.error().message);
      missing = true;
      return false;
    }
  }
  loading(reader) = true;
  with_.tasks.spawn("queue-load", load_cold(id, reader));
  return false;
}

runtime::Task<void> LiveQueue::load_cold(MessageId id, std::optional<SelectorId> reader) {
  std::shared_ptr<bool> alive = alive_;
  PartitionId partition = log_of(id.level);
  log::LogStore& store = with_.logs.store();
  Offset below = store.find(partition)->log_end_offset();
  Result<SharedBytes> bytes = co_await store.read_bytes(partition, id.offset, kWindowBytes, below);
  if (!*alive) co_return;
  loading(reader) = false;
  if (bytes) {
    LevelWindow& window = window_for(id, reader);
    window.level = id.level;
    std::vector<SharedBytes> batches;
    batches.push_back(std::move(*bytes));
    window.messages.fill(id.offset, std::move(batches));
    pump();
    co_return;
  }
  if (bytes.error().code == ErrorCode::kDamaged) {
    pump();  // load_now() finds the damaged range now
    co_return;
  }
  with_.logger.error("messages of a queue could not be read",
                     {{"queue", identity_.name}, {"offset", id.offset.value}, {"reason", bytes.error().message}});
  if (!reader) not_loaded_ = id;
  pump_in(kRetryInterval);
  if (!reader || core_.has_groups()) refuse_getters(bytes.error());
}

void LiveQueue::note_missing(std::uint8_t level, OffsetRange range, std::string_view why) {
  with_.logger.error("messages of a queue are lost", {{"queue", identity_.name},
                                                      {"level", level},
                                                      {"first", range.first.value},
                                                      {"next", range.next.value},
                                                      {"reason", why}});
  core_.missing(level, range);
  mark_state();
}

void LiveQueue::mark_state() {
  if (!std::exchange(marked_, true)) with_.state_changed(identity_.id);
}

/// Written at once, not with the settlements: deliveries wait for it.
void LiveQueue::keep_reserve() {
  if (core_.ready() == 0) return;
  while (std::optional<Queue::Reserve> reserve = core_.wanted_reserve()) {
    core_.reserve_asked(*reserve);
    auto kept = [this, alive = alive_, reserve = *reserve](Result<void> outcome) {
      if (!*alive) return;
      if (!outcome) return reserve_refused(reserve, outcome.error());
      core_.reserved(reserve);
      pump();
    };
    write_state_then(std::move(kept));
  }
}

/// It is tried again later; who waits for one message is told.
void LiveQueue::reserve_refused(Queue::Reserve reserve, const Error& why) {
  with_.shard.set_timer(with_.shard.now() + kRetryInterval, [this, alive = alive_, reserve] {
    if (!*alive) return;
    core_.reserve_failed(reserve);
    pump();
  });
  if (core_.is_held_back()) refuse_getters(why);
}

std::vector<std::byte> LiveQueue::take_change() {
  StateChange change = core_.take_change();
  return change.empty() ? std::vector<std::byte>() : encode(change);
}

std::vector<std::byte> LiveQueue::take_snapshot() {
  std::ignore = core_.take_change();
  StateChange all = core_.snapshot(ended_);
  return all.empty() ? std::vector<std::byte>() : encode(all);
}

void LiveQueue::state_refused(const Error& why) {
  with_.logger.error("a queue's state could not be written", {{"queue", identity_.name}, {"reason", why.message}});
}

void LiveQueue::write_state() {
  marked_ = false;
  write_state_then({});
}

void LiveQueue::write_state_then(Answered answered) {
  if (state_) return state_->write(std::move(answered), [this, floors = floors()] { trim(floors); });
  trim(floors());
  if (answered) answered({});
}

void LiveQueue::write_last_state() {
  ended_ = true;
  if (!state_) return;
  bool has_nothing_to_say = state_->is_empty() && core_.is_untouched();
  state_->write_last(has_nothing_to_say ? std::vector<std::byte>() : take_snapshot());
}

LiveQueue::Floors LiveQueue::floors() const {
  Floors floors;
  for (const auto& [level, cursor] : core_.levels()) floors.emplace_back(level, cursor.floor());
  return floors;
}

/// Not before the state log knows: a start counts from what it says.
void LiveQueue::trim(const Floors& floors) {
  for (auto [level, floor] : floors) with_.logs.store().trim(log_of(level), floor);
}

}  // namespace wharf::queue
