#include "admin/v1/message_reading.hpp"

#include <algorithm>

#include "broker/record_cursor.hpp"

namespace wharf::v1 {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;
/// Offsets that are read at once on the way back.
constexpr std::int64_t kLongestStep = 500;

using Records = std::vector<broker::CursorRecord>;

std::size_t content_bytes(const Record& record) {
  return (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0) +
         record.headers.encoded().size();
}

/// What of some records is shown, made on the work pool.
struct Shown {
  boost::json::array messages;
  std::uint64_t looked = 0;
  std::uint64_t looked_bytes = 0;
  std::uint64_t shown_bytes = 0;
  std::optional<Offset> stopped;  // enough, with this one next
};

std::size_t shown_bytes(const Record& record, const ContentForm& form) {
  constexpr std::size_t kBeside = 128;
  std::size_t key = record.key ? std::min(record.key->size(), form.truncate) : 0;
  std::size_t value = record.value ? std::min(record.value->size(), form.truncate) : 0;
  return key + value + record.headers.encoded().size() + kBeside;
}

struct Wanted {
  MessageSearch search;
  ContentForm form;
  std::int32_t partition = 0;
  Offset below;
  std::size_t messages = 0;
  std::size_t bytes = 0;
};

Shown look_through(const Records& records, const Wanted& wanted) {
  Shown shown;
  for (const broker::CursorRecord& one : records) {
    if (one.record.offset >= wanted.below) break;
    if (shown.messages.size() >= wanted.messages || shown.shown_bytes >= wanted.bytes) {
      shown.stopped = one.record.offset;
      break;
    }
    ++shown.looked;
    shown.looked_bytes += content_bytes(one.record);
    if (!wanted.search.matches(one.record)) continue;
    shown.messages.push_back(message_json(wanted.partition, one.record, wanted.form));
    shown.shown_bytes += shown_bytes(one.record, wanted.form);
  }
  return shown;
}

runtime::Task<Shown> look_through_beside(Call* call, Records records, Wanted wanted) {
  auto work = [records = std::move(records), wanted = std::move(wanted)] { return look_through(records, wanted); };
  Shown shown = co_await runtime::run_on(call->ports.beside, call->here, std::move(work));
  co_return shown;
}

void count(Reading& reading, const Shown& shown) {
  reading.scanned_messages += shown.looked;
  reading.scanned_bytes += shown.looked_bytes;
  reading.shown_bytes += shown.shown_bytes;
}

/// Where a partition begins; its end where there is nothing at or after the time.
runtime::Task<Result<Offset>> start_of(Call* call, PartitionId partition, ForwardStart start,
                                       broker::PartitionMarks marks) {
  if (start.offset) co_return std::clamp(*start.offset, marks.log_start, marks.high_watermark);
  if (!start.time) co_return marks.log_start;
  Result<broker::FoundOffset> found = co_await call->ports.read.find_time(call->here, partition, *start.time);
  if (!found) co_return fail(found.error());
  co_return found->offset.value < 0 ? marks.high_watermark : found->offset;
}

runtime::Task<Result<void>> read_one_forward(Call* call, Reading* reading, ForwardStart start, std::int32_t index) {
  PartitionId partition = reading->topic->partition(index);
  Result<broker::PartitionMarks> marks = co_await call->ports.read.marks(call->here, partition);
  if (!marks) co_return fail(marks.error());
  Result<Offset> begin = co_await start_of(call, partition, start, *marks);
  if (!begin) co_return fail(begin.error());
  broker::RecordCursor cursor(call->ports.read, call->here, partition, *begin, kReadBytes);
  while (cursor.position() < marks->high_watermark) {
    if (reading->has_enough()) {
      reading->next = ReadPosition{false, index, cursor.position()};
      co_return Result<void>();
    }
    Offset before = cursor.position();
    Result<Records> records = co_await cursor.available();
    if (!records) co_return fail(records.error());
    if (cursor.position() == before) break;  // it was trimmed, or is not to be had now
    Wanted wanted{reading->search,
                  reading->form,
                  index,
                  marks->high_watermark,
                  reading->limits.messages - reading->messages.size(),
                  reading->limits.shown_bytes - std::min(reading->limits.shown_bytes, reading->shown_bytes)};
    Shown shown = co_await look_through_beside(call, std::move(*records), std::move(wanted));
    count(*reading, shown);
    for (boost::json::value& message : shown.messages) reading->messages.push_back(std::move(message));
    if (shown.stopped) {
      reading->next = ReadPosition{false, index, *shown.stopped};
      co_return Result<void>();
    }
  }
  co_return Result<void>();
}

/// A step of the way back: what matches in [from, below), in order. False: it has more bytes than one step may look at.
runtime::Task<Result<bool>> read_step(Call* call, Reading* reading, std::int32_t index, Offset from, Offset below,
                                      boost::json::array* into) {
  PartitionId partition = reading->topic->partition(index);
  broker::RecordCursor cursor(call->ports.read, call->here, partition, from, kReadBytes);
  std::uint64_t looked_bytes = 0;
  while (cursor.position() < below) {
    bool is_single = below.value - from.value == 1;
    if (looked_bytes >= reading->limits.scanned_bytes && !is_single) co_return false;
    Offset before = cursor.position();
    Result<Records> records = co_await cursor.available();
    if (!records) co_return fail(records.error());
    if (cursor.position() == before) break;
    constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
    Wanted wanted{reading->search, reading->form, index, below, kAll, kAll};
    Shown shown = co_await look_through_beside(call, std::move(*records), std::move(wanted));
    count(*reading, shown);
    looked_bytes += shown.looked_bytes;
    for (boost::json::value& message : shown.messages) into->push_back(std::move(message));
  }
  co_return true;
}

/// Takes from the back what is still wanted; where it leaves some, the reading ends there.
void take_newest(Reading& reading, boost::json::array found, std::int32_t partition) {
  while (!found.empty() && reading.messages.size() < reading.limits.messages) {
    reading.messages.push_back(std::move(found.back()));
    found.pop_back();
  }
  if (found.empty()) return;
  Offset last(reading.messages.back().at("offset").as_int64());
  reading.next = ReadPosition{true, partition, last};
}

}  // namespace

runtime::Task<Result<void>> read_forward(Call* call, Reading* reading, ForwardStart start, std::int32_t first,
                                         std::int32_t last) {
  for (std::int32_t index = first; index <= last; ++index) {
    if (index - first >= reading->limits.partitions || reading->has_enough()) {
      // Where the next partition begins is found when its turn comes: by the time that is asked for, or from its start.
      reading->next = ReadPosition{false, index, Offset(0)};
      co_return Result<void>();
    }
    Result<void> read = co_await read_one_forward(call, reading, start, index);
    if (!read || reading->next) co_return read;
    start.offset.reset();
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> read_backward(Call* call, Reading* reading, std::int32_t index,
                                          std::optional<Offset> below) {
  Result<broker::PartitionMarks> marks = co_await call->ports.read.marks(call->here, reading->topic->partition(index));
  if (!marks) co_return fail(marks.error());
  Offset at = std::min(below.value_or(marks->high_watermark), marks->high_watermark);
  const Offset begin = at;
  std::int64_t longest_step = kLongestStep;
  std::int64_t step = std::min<std::int64_t>(static_cast<std::int64_t>(reading->limits.messages), kLongestStep);
  while (at > marks->log_start) {
    // One step is taken whatever it costs: shorter ones come until one fits, or nobody would ever pass.
    if (reading->shows_enough() || (at < begin && reading->has_enough())) {
      reading->next = ReadPosition{true, index, at};
      co_return Result<void>();
    }
    Offset from = std::max(marks->log_start, Offset(at.value - step));
    boost::json::array found;
    std::uint64_t shown_before = reading->shown_bytes;
    Result<bool> whole = co_await read_step(call, reading, index, from, at, &found);
    if (!whole) co_return fail(whole.error());
    if (!*whole) {
      step = longest_step = std::max<std::int64_t>(1, (at.value - from.value) / 4);
      reading->shown_bytes = shown_before;
      continue;
    }
    take_newest(*reading, std::move(found), index);
    if (reading->next) co_return Result<void>();
    at = from;
    if (!reading->search.is_any()) step = longest_step;
  }
  co_return Result<void>();
}

}  // namespace wharf::v1
