#include "log/wal_recovery.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "log/storage_error.hpp"
#include "log/wal_files.hpp"
#include "log/wal_scan.hpp"

namespace wharf::log {
namespace {

using Take = std::function<Result<void>(const RecoveredWalRecord&)>;

/// A record that goes on in the next block.
struct Unfinished {
  WalRecordHeader header;
  std::size_t missing = 0;
  std::vector<std::byte> payload;
};

/// A batch that records which follow may repeat.
struct SharedBatch {
  WalRepeat name;
  std::shared_ptr<std::byte[]> owner;
  std::size_t size = 0;
};

/// What one shard of one process wrote, block after block.
struct Stream {
  WalSequence file;  // the last one read
  WalGap gap = WalGap::kNone;
  std::optional<Unfinished> unfinished;
  std::optional<SharedBatch> shared;  // the newest that was read
};

class LogReader {
 public:
  LogReader(const Take& take, WalReport& report) : take_(take), report_(report) {}

  /// `covered`: the predecessor is not needed any more.
  Result<void> read(const WalScan& scan, bool predecessor_covered);

 private:
  void enter(const WalScan& scan, bool predecessor_covered);
  void miss(std::uint32_t first, std::uint32_t blocks, WalGap kind);
  void lose_unfinished();
  void lose(const WalRecordHeader& header);
  Result<bool> take_block(const WalBlockHeader& header, ByteView payload);
  Result<bool> finish(ByteView fragment);
  Result<void> deliver(const WalRecordHeader& header, ByteView payload);
  void keep_shared(const WalRecordHeader& header, ByteView payload);
  bool is_repeat(ByteView payload) const;

  const Take& take_;
  WalReport& report_;
  std::map<ShardIndex, Stream> streams_;
  const WalScan* scan_ = nullptr;
  Stream* stream_ = nullptr;
  std::unordered_map<PartitionId, Offset> next_offsets_;
};

Result<void> LogReader::read(const WalScan& scan, bool predecessor_covered) {
  enter(scan, predecessor_covered);
  scan_ = &scan;
  std::uint32_t end = scan.durable_blocks.value_or(std::max(scan.last_flush_end, scan.interesting_end));
  WalBlockReader reader(*scan.file, std::min<std::uint64_t>(scan.size_blocks, end));
  for (std::uint32_t number = 0; number < reader.blocks(); ++number) {
    WalBlockReader::Found found = reader.read(number);
    switch (wal_verdict(scan.zone(number), scan.found(found.block))) {
      case WalVerdict::kTake: {
        const WalBlockHeader& header = found.block.header;
        Result<bool> taken = take_block(header, found.bytes.subspan(kWalBlockHeaderBytes, header.used));
        if (!taken) return fail(taken.error());
        if (!*taken) miss(number, 1, WalGap::kDamage);
        break;
      }
      case WalVerdict::kDamage:
        miss(number, 1, WalGap::kDamage);
        break;
      case WalVerdict::kTorn:
        miss(number, 1, WalGap::kTorn);
        break;
      case WalVerdict::kNothing:
        break;
    }
  }
  if (scan.size_blocks < scan.file_blocks) {  // it had all its blocks before it was first written to
    miss(static_cast<std::uint32_t>(scan.size_blocks), scan.file_blocks - static_cast<std::uint32_t>(scan.size_blocks),
         WalGap::kDamage);
  }
  stream_->file = scan.sequence;
  return {};
}

void LogReader::enter(const WalScan& scan, bool predecessor_covered) {
  stream_ = &streams_[scan.shard];
  bool begins = scan.previous_blocks == 0 || predecessor_covered;
  if (!begins && scan.previous == stream_->file) return;
  lose_unfinished();
  *stream_ = Stream();
  if (begins) return;
  report_.damage.push_back({.file = {}, .sequence = scan.previous, .first_block = 0, .blocks = scan.previous_blocks});
  stream_->gap = WalGap::kDamage;
}

void LogReader::miss(std::uint32_t first, std::uint32_t blocks, WalGap kind) {
  stream_->gap = std::max(stream_->gap, kind);
  lose_unfinished();
  if (kind == WalGap::kDamage) report_.contents.back().damaged = true;
  WalDamage* last = report_.damage.empty() ? nullptr : &report_.damage.back();
  bool joins =
      last != nullptr && last->file == scan_->name && last->kind == kind && last->first_block + last->blocks == first;
  if (joins) {
    last->blocks += blocks;
  } else {
    report_.damage.push_back(
        {.file = scan_->name, .sequence = scan_->sequence, .first_block = first, .blocks = blocks, .kind = kind});
  }
}

void LogReader::lose_unfinished() {
  if (!stream_->unfinished) return;
  lose(stream_->unfinished->header);
  stream_->unfinished.reset();
}

void LogReader::lose(const WalRecordHeader& header) {
  if (stream_->gap != WalGap::kDamage) return;
  report_.losses.push_back({header.partition, header.base_offset, header.next_offset});
  next_offsets_[header.partition] = header.next_offset;
}

// False when the records contradict their block: no writer of ours does that.
Result<bool> LogReader::take_block(const WalBlockHeader& header, ByteView payload) {
  if (stream_->unfinished) {
    Result<bool> fits = finish(payload.first(header.first_record));
    if (!fits || !*fits) return fits;
  }
  ByteView rest = payload.subspan(header.first_record);
  while (!rest.empty()) {
    if (rest.size() < kWalRecordHeaderBytes) return false;
    std::optional<StoredWalRecord> record = decode_wal_record_header(rest.first<kWalRecordHeaderBytes>());
    if (!record) return false;
    rest = rest.subspan(kWalRecordHeaderBytes);
    if (record->payload_bytes > rest.size()) {
      Unfinished unfinished{record->header, record->payload_bytes - rest.size(), {rest.begin(), rest.end()}};
      stream_->unfinished = std::move(unfinished);
      return true;
    }
    if (Result<void> taken = deliver(record->header, rest.first(record->payload_bytes)); !taken)
      return fail(taken.error());
    rest = rest.subspan(record->payload_bytes);
  }
  return true;
}

// False when the fragment at the front of a block is not what the record still lacks.
Result<bool> LogReader::finish(ByteView fragment) {
  Unfinished& unfinished = *stream_->unfinished;
  bool goes_on = fragment.size() == kWalPayloadBytes && fragment.size() < unfinished.missing;
  if (!goes_on && fragment.size() != unfinished.missing) return false;
  unfinished.payload.insert(unfinished.payload.end(), fragment.begin(), fragment.end());
  unfinished.missing -= fragment.size();
  if (goes_on) return true;
  Unfinished finished = std::move(unfinished);
  stream_->unfinished.reset();
  if (Result<void> taken = deliver(finished.header, finished.payload); !taken) return fail(taken.error());
  return true;
}

void LogReader::keep_shared(const WalRecordHeader& header, ByteView payload) {
  SharedBatch shared{{header.partition, header.base_offset},
                     std::make_shared_for_overwrite<std::byte[]>(payload.size()),
                     payload.size()};
  std::ranges::copy(payload, shared.owner.get());
  stream_->shared = std::move(shared);
}

bool LogReader::is_repeat(ByteView payload) const {
  std::optional<WalRepeat> name = decode_wal_repeat(payload);
  return name && stream_->shared && stream_->shared->name == *name;
}

// A record whose batch lies in blocks that are missing is missing too. Without a gap its batch lies in a file that is
// not needed any more, and so is the record: the file would have been kept for it.
Result<void> LogReader::deliver(const WalRecordHeader& header, ByteView payload) {
  std::shared_ptr<std::byte[]> owner;
  if (header.kind == WalRecordKind::kShared) keep_shared(header, payload);
  if (header.kind == WalRecordKind::kRepeated && !is_repeat(payload)) {
    lose(header);
    return {};
  }
  if (header.kind == WalRecordKind::kShared || header.kind == WalRecordKind::kRepeated) {
    owner = stream_->shared->owner;
    payload = {owner.get(), stream_->shared->size};
  }
  auto [known, is_new] = next_offsets_.try_emplace(header.partition, header.next_offset);
  if (!is_new) {
    if (stream_->gap == WalGap::kDamage && known->second < header.base_offset) {
      report_.losses.push_back({header.partition, known->second, header.base_offset});
    }
    known->second = std::max(known->second, header.next_offset);
  }
  Offset& next = report_.contents.back().next_offsets[header.partition];
  next = std::max(next, header.next_offset);
  ++report_.records;
  report_.bytes += payload.size();
  return take_({.header = header, .payload = payload, .gap = stream_->gap, .owner = std::move(owner)});
}

/// What was last written to it may be confirmed records, and nothing else tells: they may come back with the disk.
bool may_hide_records(const WalScan& scan, const WalFloors& floors) {
  return scan.first_block_failure && (scan.sequence.value == 0 || floors.covers(scan.shard, scan.sequence));
}

std::unexpected<Error> hides_records(const WalScan& scan, const std::filesystem::path& folder) {
  return fail(ErrorCode::kStorage,
              fmt::format("{}; nothing else tells whether {} holds records that were confirmed: mend the disk, or move "
                          "the file away, and start again",
                          scan.first_block_failure->message, (folder / scan.name).string()));
}

/// What each file's successor says about it.
void link(std::vector<WalScan>& scans) {
  for (const WalScan& successor : scans) {
    if (successor.previous.value == 0) continue;
    for (WalScan& scan : scans) {
      if (scan.shard != successor.shard) continue;
      if (scan.sequence == successor.previous) scan.durable_blocks = successor.previous_blocks;
      if (successor.previous < scan.sequence && scan.sequence < successor.sequence) scan.superseded = true;
    }
  }
}

}  // namespace

bool WalFloors::covers(ShardIndex shard, WalSequence sequence) const {
  auto own = shards.find(shard);
  return sequence < all || (own != shards.end() && sequence < own->second);
}

WalSequence WalFloors::highest() const {
  WalSequence highest = all;
  for (const auto& [shard, floor] : shards) highest = std::max(highest, floor);
  return highest;
}

bool WalReport::has_damage() const {
  return std::ranges::any_of(damage, [](const WalDamage& one) { return one.kind == WalGap::kDamage; });
}

Result<WalReport> read_wal_files(runtime::FileSystem& files, const std::filesystem::path& folder,
                                 std::span<const std::string> names, const WalFloors& floors, const Take& take) {
  WalReport report;
  if (WalSequence floor = floors.highest(); floor.value > 0) report.last_sequence = WalSequence{floor.value - 1};
  std::vector<WalScan> scans;
  for (const std::string& name : names) {
    Result<WalScan> scan = scan_wal_file(files, folder, name);
    if (!scan && scan.error().code == ErrorCode::kNotFound) {
      report.damage.push_back({.file = name});
      continue;
    }
    if (!scan)
      return storage_failure(scan.error());  // it may be readable when the cause is mended: do not go on without it
    if (may_hide_records(*scan, floors)) return hides_records(*scan, folder);
    report.last_sequence = std::max(report.last_sequence, scan->sequence);
    bool is_used = scan->sequence.value > 0;
    bool is_unused = !is_used && scan->size_blocks > 0 && scan->interesting_end == 0;
    if (is_unused || (is_used && floors.covers(scan->shard, scan->sequence))) report.unneeded.push_back(name);
    if (is_used) {
      scans.push_back(std::move(*scan));
    } else if (scan->size_blocks == 0) {
      report.damage.push_back({.file = name});
    } else if (scan->interesting_end > 0) {  // the first flush of a new file was torn
      report.damage.push_back({.file = name, .blocks = scan->interesting_end, .kind = WalGap::kTorn});
    }
  }
  std::ranges::sort(scans, {},
                    [](const WalScan& scan) { return std::pair(scan.sequence, std::string_view(scan.name)); });
  link(scans);
  LogReader reader(take, report);
  for (WalScan& scan : scans) {
    if (floors.covers(scan.shard, scan.sequence)) continue;
    report.contents.push_back({scan.name, scan.sequence, scan.shard, {}, false});
    if (scan.superseded) continue;
    ++report.files;
    if (Result<void> read = reader.read(scan, floors.covers(scan.shard, scan.previous)); !read)
      return fail(read.error());
    scan.file.reset();
  }
  return report;
}

Result<WalReport> read_write_ahead_logs(runtime::FileSystem& files, const std::filesystem::path& folder,
                                        const WalFloors& floors, const Take& take) {
  Result<std::vector<runtime::FolderEntry>> entries = files.list(folder);
  if (!entries && entries.error().code == ErrorCode::kNotFound) return WalReport{};
  if (!entries) return storage_failure(entries.error());
  std::vector<std::string> names;
  for (const runtime::FolderEntry& entry : *entries) {
    if (!entry.is_folder && is_wal_file_name(entry.name)) names.push_back(entry.name);
  }
  return read_wal_files(files, folder, names, floors, take);
}

}  // namespace wharf::log
