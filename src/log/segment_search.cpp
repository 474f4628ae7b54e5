#include "log/segment_search.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "log/storage_error.hpp"

namespace wharf::log {

Result<ByteView> HeaderWalk::header_bytes() {
  std::size_t left = segment_->size - position_;
  std::size_t needed = std::min(kBatchHeaderBytes, left);
  bool inside = position_ >= window_begin_ && position_ + needed <= window_begin_ + window_bytes_;
  if (!inside) {
    window_.resize(std::min(wanted_window_, left));
    Result<std::size_t> got = read_bytes_at(*segment_->log, position_, window_, waiting_);
    if (!got) return storage_failure(got.error());
    window_begin_ = position_;
    window_bytes_ = *got;
  }
  std::size_t at = position_ - window_begin_;
  return ByteView(window_).subspan(at, std::min(needed, window_bytes_ - at));
}

void HeaderWalk::skip_known_damage() {
  for (const DamagedSpan& span : segment_->damage) {
    if (position_ < span.begin || position_ >= span.end) continue;
    position_ = span.end;
    expected_ = span.next;
  }
}

Result<std::optional<BatchAt>> HeaderWalk::next() {
  skip_known_damage();
  if (position_ >= segment_->size) return std::nullopt;
  Result<ByteView> bytes = header_bytes();
  if (!bytes) return fail(bytes.error());
  Result<BatchHeader> header = read_batch_header(*bytes);
  if (!header) return fail(ErrorCode::kDamaged, fmt::format("position {}: {}", position_, header.error().message));
  bool fits = header->size_bytes <= segment_->size - position_;
  bool in_order = !expected_ || (segment_->may_have_gaps ? header->base_offset >= *expected_ : header->base_offset == *expected_);
  if (!fits || !in_order || header->base_offset < segment_->base || header->next_offset() > segment_->end) {
    return fail(ErrorCode::kDamaged, fmt::format("position {}: a batch of offset {} and {} bytes cannot be there", position_,
                                                 header->base_offset.value, header->size_bytes));
  }
  BatchAt found{position_, *header};
  position_ = found.end();
  expected_ = header->next_offset();
  wanted_window_ = header->size_bytes > 4096 ? kBatchHeaderBytes : 8192;
  return found;
}

namespace {

/// A walk that begins at an index entry: none when the batch there is not the entry's. kBusy, kStorage.
Result<std::optional<HeaderWalk>> walk_from(const SegmentView& segment, const OffsetEntry& entry, Waiting waiting) {
  Offset last = segment.base.plus(entry.relative_offset);
  for (const DamagedSpan& span : segment.damage) {  // the entry is right, and its batch is gone: of a file that was cut, say
    if (last >= span.first && last < span.next) return HeaderWalk(segment, span.end, span.next, waiting);
  }
  if (entry.position < 0 || static_cast<std::uint32_t>(entry.position) >= segment.size || entry.relative_offset < 0) return std::nullopt;
  auto position = static_cast<std::uint32_t>(entry.position);
  for (const DamagedSpan& span : segment.damage) {
    if (position >= span.begin && position < span.end) return HeaderWalk(segment, span.end, span.next, waiting);
  }
  std::byte bytes[kBatchHeaderBytes];
  Result<std::size_t> got = read_bytes_at(*segment.log, position, bytes, waiting);
  if (!got) return storage_failure(got.error());
  Result<BatchHeader> header = read_batch_header(ByteView(bytes).first(*got));
  if (!header || header->last_offset() != last) return std::nullopt;
  return HeaderWalk(segment, position, header->base_offset, waiting);
}

}  // namespace

Result<Located> find_batch_at(const SegmentView& segment, Offset target, std::uint32_t index_interval_bytes, Waiting waiting) {
  Located located;
  std::int64_t relative = target.value - segment.base.value;
  auto is_before = [relative](const OffsetEntry& entry) { return entry.relative_offset <= relative; };
  Result<std::optional<OffsetEntry>> entry = segment.offsets.last_where(is_before, waiting);
  if (!entry && entry.error().code != ErrorCode::kDamaged) return storage_failure(entry.error());

  std::optional<HeaderWalk> walk;
  if (entry && *entry) {
    Result<std::optional<HeaderWalk>> from = walk_from(segment, **entry, waiting);
    if (!from) return fail(from.error());
    walk = std::move(*from);
  }
  located.index_is_wrong = !entry || (*entry && !walk);
  if (located.index_is_wrong && waiting == Waiting::kNever) return fail(ErrorCode::kBusy, "an index is to be rebuilt");
  if (!walk) walk.emplace(segment, 0, segment.base, waiting);

  std::uint64_t walked = 0;
  while (true) {
    Result<std::optional<BatchAt>> batch = walk->next();
    if (!batch) return fail(batch.error());
    if (!*batch || (*batch)->header.last_offset() >= target) {
      located.batch = *batch;
      return located;
    }
    if (walked > far_from_entry(index_interval_bytes)) {
      if (waiting == Waiting::kNever) return fail(ErrorCode::kBusy, "far from an index entry");
      located.index_is_wrong = true;
    }
    walked += (*batch)->header.size_bytes;
  }
}

RunEnd find_run_end(const SegmentView& segment, const BatchAt& first, std::size_t max_bytes, Offset below, std::uint32_t limit,
                    Waiting waiting) {
  std::uint64_t target = std::max<std::uint64_t>(std::uint64_t{first.position} + max_bytes, first.end());
  if (target >= limit && limit == segment.size && below >= segment.end) return {limit, segment.end};
  // Below the limit, never at it: damage that begins there is stepped over by a walk, to behind the limit.
  auto is_before = [&](const OffsetEntry& entry) {
    return std::cmp_less_equal(entry.position, target) && std::cmp_less(entry.position, limit) &&
           segment.base.plus(entry.relative_offset) < below;
  };
  // What cannot be looked at without waiting makes the run shorter, nothing more.
  Result<std::optional<OffsetEntry>> entry = segment.offsets.last_where(is_before, waiting);
  std::optional<HeaderWalk> walk;
  if (entry && *entry && std::cmp_greater((*entry)->position, first.position)) {
    if (Result<std::optional<HeaderWalk>> from = walk_from(segment, **entry, waiting)) walk = std::move(*from);
  }
  if (!walk) walk.emplace(segment, first.position, first.header.base_offset, waiting);
  RunEnd end{first.end(), first.header.next_offset()};
  if (walk->position() != first.position) end = {walk->position(), walk->expected().value_or(end.next)};
  while (true) {
    Result<std::optional<BatchAt>> batch = walk->next();
    if (!batch || !*batch || (*batch)->end() > std::min<std::uint64_t>(target, limit) || (*batch)->header.next_offset() > below) return end;
    end = {(*batch)->end(), (*batch)->header.next_offset()};
  }
}

Result<void> probe_cached(runtime::File& file, std::uint32_t begin, std::uint32_t end) {
  constexpr std::uint32_t kStep = 128u << 10;
  std::byte byte[1];
  for (std::uint64_t position = begin; position < end; position += kStep) {
    Result<std::size_t> got = file.read_cached_at(position, byte);
    if (!got) return storage_failure(got.error());
  }
  Result<std::size_t> got = file.read_cached_at(end - 1, byte);
  if (!got) return storage_failure(got.error());
  return {};
}

}  // namespace wharf::log
