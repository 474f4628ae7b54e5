#include "log/segment.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "log/storage_error.hpp"
#include "model/time_span.hpp"

namespace wharf::log {

using runtime::File;
using runtime::OpenMode;

std::string segment_file_name(Offset base, std::string_view suffix) { return fmt::format("{:020}{}", base.value, suffix); }

Segment::Segment(FileCache& cache, const std::filesystem::path& logs, PartitionId partition, Offset base, std::uint32_t size)
    : logs_(logs), partition_(partition), base_(base), size_(size), synced_size_(size), log_(cache), index_(cache), time_index_(cache) {}

std::filesystem::path Segment::path(std::string_view suffix) const {
  return logs_ / partition_.folder() / segment_file_name(base_, suffix);
}

Result<std::shared_ptr<File>> Segment::log_file(OpenMode mode) {
  return log_.get(mode, [this] { return path(kLogSuffix); });
}

Result<std::shared_ptr<File>> Segment::index_file() {
  return index_.get(OpenMode::kCreate, [this] { return path(kIndexSuffix); });
}

Result<std::shared_ptr<File>> Segment::time_index_file() {
  return time_index_.get(OpenMode::kCreate, [this] { return path(kTimeIndexSuffix); });
}

/// They are needed once in many appends: the descriptors are for .log files.
void Segment::close_indexes() {
  index_.close();
  time_index_.close();
}

void Segment::close_files() {
  log_.close();
  close_indexes();
}

Result<void> Segment::create() {
  Result<std::shared_ptr<File>> file = log_file(OpenMode::kCreate);
  if (!file) return storage_failure(file.error());
  Result<std::uint64_t> old = (*file)->size();
  if (!old) return storage_failure(old.error());
  if (*old > 0) {
    if (Result<void> emptied = (*file)->truncate(0); !emptied) return storage_failure(emptied.error());
  }
  size_ = synced_size_ = 0;
  max_ = MaxTimestamp{};
  indexes_open_ = true;
  return {};
}

Result<void> Segment::open_indexes() {
  if (indexes_open_) return {};
  Result<std::shared_ptr<File>> index = index_file();
  if (!index) return storage_failure(index.error());
  Result<std::shared_ptr<File>> time_index = time_index_file();
  if (!time_index) return storage_failure(time_index.error());
  Result<std::uint64_t> index_bytes = (*index)->size();
  if (!index_bytes) return storage_failure(index_bytes.error());
  Result<std::uint64_t> time_index_bytes = (*time_index)->size();
  if (!time_index_bytes) return storage_failure(time_index_bytes.error());
  offsets_.adopt(*index_bytes);
  times_.adopt(*time_index_bytes);

  if (times_.size() > 0) {
    TimeIndexView view{*time_index, times_.stored(), {}};
    Result<TimeEntry> last = view.entry(times_.size() - 1, Waiting::kAllowed);
    if (!last) return storage_failure(last.error());
    last_indexed_timestamp_ = last->timestamp;
    last_entry_ = MaxTimestamp{last->timestamp, base_.plus(last->relative_offset)};
  }
  close_indexes();
  bytes_since_index_ = size_;  // at least one entry since: the next batch gets one
  indexes_open_ = true;
  return {};
}

Result<void> Segment::cut_tail(File& file) {
  if (!tail_uncut_) return {};
  Result<void> cut = file.truncate(size_);
  if (!cut) return storage_failure(cut.error());
  tail_uncut_ = false;
  return {};
}

Result<void> Segment::append(std::span<const ByteView> parts, std::span<const AppendedBatch> batches, const LogConfig& config) {
  Result<std::shared_ptr<File>> file = log_file();
  if (!file) return storage_failure(file.error());
  if (Result<void> opened = open_indexes(); !opened) return opened;
  if (Result<void> cut = cut_tail(**file); !cut) return cut;
  if (Result<void> written = (*file)->write_at(size_, parts); !written) {
    tail_uncut_ = true;
    std::ignore = cut_tail(**file);  // now if the disk lets us, else before the next append
    return storage_failure(written.error());
  }
  std::uint32_t begin = size_;
  for (const AppendedBatch& batch : batches) {
    index(batch, size_, config);
    size_ += batch.bytes;
  }
  verified_.add({begin, size_});
  // An index that cannot be written now is written later; appends do not depend on it.
  if (offsets_.wants_writing()) {
    std::ignore = write_indexes();
    close_indexes();
  }
  return {};
}

void Segment::index(const AppendedBatch& batch, std::uint32_t position, const LogConfig& config) {
  if (position == 0) first_timestamp_ = batch.max_timestamp;
  if (!max_) max_ = last_entry_;
  if (batch.max_timestamp > max_->timestamp) max_ = MaxTimestamp{batch.max_timestamp, batch.last};
  if (bytes_since_index_ > static_cast<std::uint32_t>(config.index_interval_bytes)) {
    offsets_.add({static_cast<std::int32_t>(batch.last.value - base_.value), static_cast<std::int32_t>(position)});
    add_time_entry();
    bytes_since_index_ = 0;
  }
  bytes_since_index_ += batch.bytes;
}

bool Segment::add_time_entry() {
  if (!max_ || max_->timestamp <= last_indexed_timestamp_) return false;
  times_.add({max_->timestamp, static_cast<std::int32_t>(max_->offset.value - base_.value)});
  last_indexed_timestamp_ = max_->timestamp;
  return true;
}

Result<bool> Segment::must_roll_before(std::uint32_t bytes, Offset last, Timestamp max_timestamp, const LogConfig& config) {
  if (size_ == 0) return false;
  if (std::int64_t{size_} + bytes > config.segment_bytes) return true;
  if (last.value - base_.value > std::numeric_limits<std::int32_t>::max()) return true;
  if (Result<void> opened = open_indexes(); !opened) return fail(opened.error());
  auto index_bytes = static_cast<std::uint32_t>(config.segment_index_bytes);
  if (offsets_.size() >= index_bytes / OffsetEntry::kBytes || times_.size() >= index_bytes / TimeEntry::kBytes) return true;
  Result<std::optional<Timestamp>> first = first_timestamp();
  if (!first) return fail(first.error());
  std::int64_t longest_ms = config.cleanup_compact ? std::min(config.segment_ms, config.max_compaction_lag_ms) : config.segment_ms;
  return *first && (*first)->ms >= 0 && passed(**first, longest_ms, max_timestamp);
}

Result<void> Segment::seal() {
  if (size_ == 0) return {};
  if (Result<void> opened = open_indexes(); !opened) return opened;
  add_time_entry();
  return write_indexes();
}

void Segment::note_cold_read(Interval range) {
  if (range.begin >= range.end) return;
  bool goes_on = range.end > cold_.end && cold_before_.end > cold_before_.begin && cold_.begin >= cold_before_.begin;
  if (goes_on && cold_before_.end <= range.begin) {
    if (Result<std::shared_ptr<File>> file = log_file()) (*file)->drop_cached(cold_before_.begin, cold_before_.end - cold_before_.begin);
  }
  cold_before_ = cold_;
  cold_ = range;
}

bool Segment::is_sealed() const {
  if (!indexes_open_) return true;
  bool has_closing_entry = !max_ || max_->timestamp <= last_indexed_timestamp_;
  return offsets_.pending().empty() && times_.pending().empty() && has_closing_entry;
}

/// Their files come with their first entries: a new partition costs one file, not three. Both come at once, as Kafka's tools expect.
Result<void> Segment::write_indexes() {
  if (offsets_.pending().empty() && times_.pending().empty()) return {};
  indexes_unsynced = true;
  Result<std::shared_ptr<File>> index = index_file();
  if (!index) return storage_failure(index.error());
  Result<std::shared_ptr<File>> time_index = time_index_file();
  if (!time_index) return storage_failure(time_index.error());
  // What an earlier segment of that name left is no entry of this one.
  if (offsets_.stored() == 0) std::ignore = (*index)->truncate(0);
  if (times_.stored() == 0) std::ignore = (*time_index)->truncate(0);
  if (Result<void> written = offsets_.write_pending(**index); !written) return storage_failure(written.error());
  if (Result<void> written = times_.write_pending(**time_index); !written) return storage_failure(written.error());
  return {};
}

/// So few entries are of a segment in which any batch is found by a short walk. Where there are many partitions that get little each, as state
/// logs of queues do, making files is most of what a checkpoint takes.
Result<void> Segment::write_indexes_if_worth_it() {
  constexpr std::size_t kFirstEntries = 16;
  bool have_files = offsets_.stored() > 0 || times_.stored() > 0;
  if (!have_files && offsets_.pending().size() < kFirstEntries) return {};
  return write_indexes();
}

void Segment::replace_indexes(const IndexBuilder& built, std::uint32_t indexed_bytes) {
  std::vector<OffsetEntry> offsets = built.offsets();
  std::vector<TimeEntry> times = built.times();
  MaxTimestamp max = built.max();
  for (const OffsetEntry& entry : offsets_.pending()) {
    if (std::cmp_greater_equal(entry.position, indexed_bytes)) offsets.push_back(entry);
  }
  for (const TimeEntry& entry : times_.pending()) {
    if (times.empty() || (entry.timestamp > times.back().timestamp && entry.relative_offset > times.back().relative_offset)) times.push_back(entry);
  }
  if (max_ && max_->timestamp > max.timestamp && size_ > indexed_bytes) max = *max_;
  if (max.timestamp > (times.empty() ? kNoTimestamp : times.back().timestamp)) {
    times.push_back({max.timestamp, static_cast<std::int32_t>(max.offset.value - base_.value)});
  }
  last_indexed_timestamp_ = times.empty() ? kNoTimestamp : times.back().timestamp;
  max_ = max;
  offsets_.replace(std::move(offsets));
  times_.replace(std::move(times));
  indexes_open_ = true;
  // Shorter files first: what is left of the old entries must not stand behind the new ones.
  if (Result<std::shared_ptr<File>> file = index_file()) std::ignore = (*file)->truncate(0);
  if (Result<std::shared_ptr<File>> file = time_index_file()) std::ignore = (*file)->truncate(0);
  std::ignore = write_indexes();
}

Result<std::optional<Timestamp>> Segment::first_timestamp() {
  if (size_ == 0) return std::nullopt;
  if (!first_timestamp_) {
    Result<std::shared_ptr<File>> file = log_file();
    if (!file) return storage_failure(file.error());
    std::array<std::byte, kBatchHeaderBytes> bytes;
    Result<std::size_t> got = (*file)->read_at(0, bytes);
    if (!got) return storage_failure(got.error());
    Result<BatchHeader> header = read_batch_header(ByteView(bytes).first(*got));
    first_timestamp_ = header ? header->max_timestamp : kNoTimestamp;  // a damaged first batch gives no age
  }
  return first_timestamp_;
}

Result<SegmentView> Segment::view(Offset end, bool may_have_gaps) {
  SegmentView view;
  view.base = base_;
  view.end = end;
  view.size = size_;
  view.may_have_gaps = may_have_gaps;
  view.damage = damage_;
  Result<std::shared_ptr<File>> file = log_file();
  if (!file) return storage_failure(file.error());
  view.log = std::move(*file);
  if (Result<void> opened = open_indexes(); !opened) return fail(opened.error());
  view.offsets = {nullptr, offsets_.stored(), offsets_.pending()};
  if (offsets_.stored() > 0) {
    Result<std::shared_ptr<File>> index = index_file();
    if (!index) return storage_failure(index.error());
    view.offsets.file = std::move(*index);
  }
  view.times = {nullptr, times_.stored(), times_.pending()};
  if (times_.stored() > 0) {
    Result<std::shared_ptr<File>> time_index = time_index_file();
    if (!time_index) return storage_failure(time_index.error());
    view.times.file = std::move(*time_index);
  }
  return view;
}

}  // namespace wharf::log
