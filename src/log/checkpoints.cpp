#include "log/checkpoints.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "log/durable_folder.hpp"
#include "log/storage_error.hpp"
#include "model/byte_order.hpp"

namespace wharf::log {
namespace {

constexpr std::string_view kSuffix = ".checkpoint";
constexpr std::size_t kDigits = 20;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
constexpr std::size_t kPageBytes = 4096;
constexpr std::uint64_t kMostWaiting = 256u << 20;  // grows no more for want of an entry: a start reads all of it
constexpr std::uint64_t kSmallFile = 256u << 10;  // not worth writing anew

std::optional<std::uint64_t> generation_of(std::string_view name) {
  if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  std::uint64_t generation = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, generation);
  if (error != std::errc() || end != name.data() + kDigits) return std::nullopt;
  return generation;
}

/// The whole file, with zeros for blocks that the disk does not give: a bad sector must not cost every partition its entry.
Result<std::vector<std::byte>> read_what_can_be_read(runtime::FileSystem& files, const std::filesystem::path& path) {
  Result<std::unique_ptr<runtime::File>> file = files.open(path, runtime::OpenMode::kRead);
  if (!file) return fail(file.error());
  Result<std::uint64_t> size = (*file)->size();
  if (!size) return fail(size.error());
  if (*size > kMostBytes) return fail(ErrorCode::kTooLarge, fmt::format("{} has {} bytes", path.string(), *size));
  // What is believed must not go with the page cache: entries that nobody synced, and those whose sync failed, which the
  // kernel calls clean.
  if (Result<void> synced = (*file)->sync_data(); !synced) return fail(synced.error());
  (*file)->drop_cached(0, 0);
  std::vector<std::byte> bytes(*size);
  Result<std::size_t> read = (*file)->read_at(0, bytes);
  if (read && *read == bytes.size()) return bytes;
  for (std::size_t at = 0; at < bytes.size(); at += kPageBytes) {
    MutableBytes page = MutableBytes(bytes).subspan(at, std::min(kPageBytes, bytes.size() - at));
    Result<std::size_t> one = (*file)->read_at(at, page);
    if (!one || *one < page.size()) std::ranges::fill(page, std::byte{0});
  }
  return bytes;
}

/// Floors name no partition.
bool is_of_partition(const StoredCheckpoint& entry) {
  return entry.kind == StoredCheckpointKind::kState || entry.kind == StoredCheckpointKind::kRemoved;
}

}  // namespace

Checkpoints::Checkpoints(runtime::FileSystem& files, Path folder, runtime::Logger& logger)
    : files_(files), folder_(std::move(folder)), logger_(logger) {}

Checkpoints::Path Checkpoints::path_of(std::uint64_t generation) const {
  return folder_ / fmt::format("{:020}{}", generation, kSuffix);
}

Result<Checkpoints::Opened> Checkpoints::open(runtime::FileSystem& files, Path folder, runtime::Logger& logger,
                                              std::optional<CheckpointMark> known) {
  std::unique_ptr<Checkpoints> checkpoints(new Checkpoints(files, std::move(folder), logger));
  if (Result<void> made = create_durable_folder(files, checkpoints->folder_); !made) return fail(made.error());
  Result<std::shared_ptr<const LoadedCheckpoints>> loaded = checkpoints->load(known.value_or(CheckpointMark{}));
  if (!loaded) return fail(loaded.error());
  return Opened{std::move(checkpoints), std::move(*loaded)};
}

// The newest file is whole as far as it was when it got its name; older ones are left over from a crash.
Result<std::shared_ptr<const LoadedCheckpoints>> Checkpoints::load(const CheckpointMark& known) {
  auto loaded = std::make_shared<LoadedCheckpoints>();
  Result<std::vector<runtime::FolderEntry>> entries = files_.list(folder_);
  if (!entries) return storage_failure(entries.error());
  std::string newest;
  for (const runtime::FolderEntry& entry : *entries) {
    std::optional<std::uint64_t> generation = generation_of(entry.name);
    if (!generation) continue;
    generation_ = *generation;
    newest = entry.name;
  }
  if (generation_ < known.generation) {
    loaded->damage.push_back({.file = path_of(known.generation).filename(), .begin = 0, .end = known.size});
    report(loaded->damage.back());
  }
  if (newest.empty()) return loaded;
  for (const runtime::FolderEntry& entry : *entries) {
    if (!entry.is_folder && entry.name != newest) static_cast<void>(files_.remove(folder_ / entry.name));
  }
  Result<std::vector<std::byte>> bytes = read_what_can_be_read(files_, folder_ / newest);
  if (!bytes) return storage_failure(bytes.error());
  loaded->bytes = std::move(*bytes);
  Result<CheckpointFileHeader> header = decode_checkpoint_file_header(loaded->bytes);
  if (!header && header.error().code == ErrorCode::kUnsupportedVersion) return fail(header.error());
  load_checkpoints(*loaded, newest, known.generation == generation_ ? known.size : 0);
  adopt(*loaded);
  if (!loaded->damage.empty()) return loaded;
  // Its name may be as new as a crash in write_anew() leaves it.
  if (Result<void> synced = files_.sync_folder(folder_); !synced) return loaded;
  Result<std::unique_ptr<runtime::File>> file = files_.open(folder_ / newest, runtime::OpenMode::kReadWrite);
  if (!file) return loaded;
  file_ = std::move(*file);
  write_anew_ = false;
  return loaded;
}

void Checkpoints::adopt(const LoadedCheckpoints& loaded) {
  size_ = loaded.bytes.size();
  floors_ = loaded.floors;
  for (const LoadedCheckpoint& entry : loaded.partitions) {
    places_[entry.partition] = {entry.begin, entry.bytes};
    live_bytes_ += entry.bytes;
    if (entry.is_salvaged) rescued_[entry.partition] = std::vector<std::byte>(entry.state.begin(), entry.state.end());
  }
  for (const CheckpointDamage& damage : loaded.damage) report(damage);
}

void Checkpoints::report(const CheckpointDamage& damage) {
  std::string partition = damage.partition ? damage.partition->folder() : "not known";
  std::initializer_list<runtime::LogField> fields = {
      {"file", damage.file}, {"begin", damage.begin}, {"end", damage.end}, {"partition", partition}};
  if (damage.torn) {
    logger_.info("the last checkpoint was cut by a crash; the one before it counts", fields);
  } else if (damage.is_salvaged) {
    logger_.error("a checkpoint is damaged; what it carried of the partition is taken out of it, batch by batch", fields);
  } else {
    logger_.error("a checkpoint is damaged; the partition is scanned instead, what was carried in it is lost", fields);
  }
}

Result<void> Checkpoints::append(std::span<const PartitionCheckpoint> entries, std::optional<WalFloor> floor) {
  std::lock_guard lock(mutex_);
  std::vector<StoredCheckpoint> encoded;
  encoded.reserve(entries.size() + 1);
  for (const PartitionCheckpoint& entry : entries) {
    StoredCheckpointKind kind = entry.state ? StoredCheckpointKind::kState : StoredCheckpointKind::kRemoved;
    encoded.push_back({.kind = kind, .partition = entry.partition, .state = entry.state.value_or(ByteView())});
  }
  std::array<std::byte, 8> sequence{};
  if (floor) {
    store_big_endian(sequence.data(), floor->sequence.value);
    PartitionId shard{.topic = {}, .index = PartitionIndex{static_cast<std::int32_t>(floor->shard.value)}};
    encoded.push_back({.kind = StoredCheckpointKind::kShardFloor, .partition = shard, .state = sequence});
  }
  return append_entries(encoded);
}

Result<void> Checkpoints::raise_floor(WalSequence floor) {
  std::lock_guard lock(mutex_);
  std::array<std::byte, 8> sequence{};
  store_big_endian(sequence.data(), floor.value);
  StoredCheckpoint entry{.kind = StoredCheckpointKind::kFloor, .partition = {}, .state = sequence};
  return append_entries(std::span(&entry, 1));
}

CheckpointMark Checkpoints::mark() const {
  std::lock_guard lock(mutex_);
  return {generation_, size_};
}

std::vector<PartitionId> Checkpoints::take_unreadable(const std::function<bool(const PartitionId&)>& ours) {
  std::lock_guard lock(mutex_);
  auto taken = std::ranges::partition(unreadable_, [&](const PartitionId& id) { return ours && !ours(id); });
  std::vector<PartitionId> all(taken.begin(), taken.end());
  unreadable_.erase(taken.begin(), taken.end());
  has_unreadable_ = !unreadable_.empty();
  return all;
}

void Checkpoints::give_up(const PartitionId& partition) {
  std::lock_guard lock(mutex_);
  given_up_.insert(partition);
}

Result<void> Checkpoints::append_entries(std::span<const StoredCheckpoint> entries) {
  bool grown = size_ > kSmallFile && size_ > 2 * live_bytes_;
  Result<void> done = write_anew_ || grown ? write_anew(entries) : append_in_place(entries);
  if (!done) return storage_failure(done.error());
  return {};
}

Result<void> Checkpoints::append_in_place(std::span<const StoredCheckpoint> entries) {
  std::vector<std::byte> bytes;
  std::vector<Added> added;
  for (StoredCheckpoint entry : entries) {
    entry.append_begin = size_;
    encode(entry, bytes, added);
  }
  write_anew_ = true;  // unless all goes well: a file that failed is not written to again
  if (Result<void> written = file_->write_at(size_, bytes); !written) return written;
  if (Result<void> synced = file_->sync_data(); !synced) return synced;
  write_anew_ = false;
  note(added, size_);
  size_ += bytes.size();
  rescue(entries);
  return {};
}

Result<void> Checkpoints::write_anew(std::span<const StoredCheckpoint> entries) {
  std::vector<std::byte> bytes;
  std::vector<Added> added;
  encode_checkpoint_file_header({}, bytes);
  if (Result<void> copied = copy_live_entries(entries, bytes, added); !copied) {
    // A file that merely grew takes more, until what could not be copied has another entry in it.
    bool takes_more = !write_anew_ && size_ < kMostWaiting;
    return takes_more ? append_in_place(entries) : copied;
  }
  for (const StoredCheckpoint& entry : entries) encode(entry, bytes, added);
  std::vector<std::byte> header;
  encode_checkpoint_file_header({.generation = generation_ + 1, .synced_bytes = bytes.size()}, header);
  std::ranges::copy(header, bytes.begin());

  Path unfinished = path_of(generation_ + 1);
  unfinished += ".new";
  auto write = [&]() -> Result<std::unique_ptr<runtime::File>> {
    Result<std::unique_ptr<runtime::File>> file = files_.open(unfinished, runtime::OpenMode::kCreate);
    if (!file) return file;
    if (Result<void> cut = (*file)->truncate(0); !cut) return fail(cut.error());
    if (Result<void> written = (*file)->write_at(0, bytes); !written) return fail(written.error());
    if (Result<void> synced = (*file)->sync_data(); !synced) return fail(synced.error());
    Result<void> renamed = files_.rename(unfinished, path_of(generation_ + 1));
    if (!renamed) write_anew_ = true;  // it may have been done all the same, and the next start would find that file
    if (!renamed) return fail(renamed.error());
    return file;
  };
  Result<std::unique_ptr<runtime::File>> file = write();
  if (!file) {
    static_cast<void>(files_.remove(unfinished));
    return fail(file.error());
  }
  // From here on the new file may be what the next start finds, so it is the one to go on from, even if its name is not durable
  // yet: then another one follows before anything is promised.
  Path old = path_of(generation_);
  ++generation_;
  file_ = std::move(*file);
  size_ = bytes.size();
  places_.clear();
  rescued_.clear();
  given_up_.clear();
  live_bytes_ = 0;
  floors_ = {};
  note(added, 0);
  write_anew_ = true;
  if (Result<void> synced = files_.sync_folder(folder_); !synced) return synced;
  write_anew_ = false;
  static_cast<void>(files_.remove(old));
  return {};
}

/// An entry that cannot be read costs nothing yet: who has the partition in memory is asked for another first.
Result<void> Checkpoints::copy_entry(const PartitionId& partition, Place place, ByteView bytes,
                                     std::vector<std::byte>& into, std::vector<Added>& added) {
  std::optional<StoredCheckpoint> entry = parse_checkpoint_entry(bytes, place.position);
  auto rescued = rescued_.find(partition);
  if (entry && entry->partition == partition) {
    entry->append_begin = 0;
  } else if (rescued != rescued_.end() && rescued->second) {
    entry = {.kind = StoredCheckpointKind::kState, .partition = partition, .state = *rescued->second};
  } else if (given_up_.contains(partition)) {
    report({.file = path_of(generation_).filename(), .begin = place.position, .end = place.position + place.bytes, .partition = partition});
    return {};
  } else {
    if (rescued_.try_emplace(partition).second) unreadable_.push_back(partition);
    has_unreadable_ = !unreadable_.empty();
    return fail(ErrorCode::kStorage, fmt::format("the checkpoint of partition {} cannot be read", partition.folder()));
  }
  encode(*entry, into, added);
  return {};
}

/// Keeps what is newer of those that could not be read, for a file that has them all may come only later.
void Checkpoints::rescue(std::span<const StoredCheckpoint> newer) {
  if (rescued_.empty()) return;
  for (const StoredCheckpoint& entry : newer) {
    auto rescued = rescued_.find(entry.partition);
    if (rescued == rescued_.end() || !is_of_partition(entry)) continue;
    if (entry.kind == StoredCheckpointKind::kState) rescued->second.emplace(entry.state.begin(), entry.state.end());
    if (entry.kind == StoredCheckpointKind::kRemoved) rescued_.erase(rescued);
  }
}

// In the order of the file, so that it is read in one sweep.
Result<void> Checkpoints::copy_live_entries(std::span<const StoredCheckpoint> newer, std::vector<std::byte>& into,
                                            std::vector<Added>& added) {
  std::vector<std::pair<PartitionId, Place>> live(places_.begin(), places_.end());
  std::ranges::sort(live, {}, [](const auto& one) { return one.second.position; });
  rescue(newer);
  std::set<PartitionId> replaced;
  for (const StoredCheckpoint& entry : newer) {
    if (is_of_partition(entry)) replaced.insert(entry.partition);
  }
  std::unique_ptr<runtime::File> file;
  if (!live.empty()) {
    Result<std::unique_ptr<runtime::File>> opened = files_.open(path_of(generation_), runtime::OpenMode::kRead);
    if (!opened) return fail(opened.error());
    file = std::move(*opened);
  }
  Result<void> copied;
  std::vector<std::byte> bytes;
  for (const auto& [partition, place] : live) {
    if (replaced.contains(partition)) continue;
    bytes.resize(place.bytes);
    Result<std::size_t> got = file->read_at(place.position, bytes);
    if (!got) got = file->read_at(place.position, bytes);
    if (!got || *got != bytes.size()) bytes.clear();
    Result<void> one = copy_entry(partition, place, bytes, into, added);  // each that cannot be read is asked for
    if (!one) copied = one;
  }
  if (!copied) return copied;
  auto add_floor = [&](StoredCheckpointKind kind, ShardIndex shard, WalSequence floor) {
    std::array<std::byte, 8> sequence{};
    store_big_endian(sequence.data(), floor.value);
    PartitionId id{.topic = {}, .index = PartitionIndex{static_cast<std::int32_t>(shard.value)}};
    encode({.kind = kind, .partition = id, .state = sequence}, into, added);
  };
  if (floors_.all.value > 0) add_floor(StoredCheckpointKind::kFloor, ShardIndex{0}, floors_.all);
  for (const auto& [shard, floor] : floors_.shards) {
    if (floors_.all < floor) add_floor(StoredCheckpointKind::kShardFloor, shard, floor);
  }
  return {};
}

void Checkpoints::encode(const StoredCheckpoint& entry, std::vector<std::byte>& into, std::vector<Added>& added) {
  Added one{.kind = entry.kind, .partition = entry.partition, .offset = into.size()};
  if (entry.state.size() == 8) one.floor = WalSequence{load_big_endian<std::uint64_t>(entry.state.data())};
  encode_checkpoint_entry(entry, into);
  one.bytes = static_cast<std::uint32_t>(into.size() - one.offset);
  added.push_back(one);
}

void Checkpoints::note(std::span<const Added> added, std::uint64_t begin) {
  for (const Added& one : added) {
    auto forget = [&] {
      auto place = places_.find(one.partition);
      if (place == places_.end()) return;
      live_bytes_ -= place->second.bytes;
      places_.erase(place);
    };
    switch (one.kind) {
      case StoredCheckpointKind::kState:
        forget();
        places_[one.partition] = {begin + one.offset, one.bytes};
        live_bytes_ += one.bytes;
        break;
      case StoredCheckpointKind::kRemoved: forget(); break;
      case StoredCheckpointKind::kShardFloor: floors_.shards[ShardIndex{static_cast<std::uint32_t>(one.partition.index.value)}] = one.floor; break;
      case StoredCheckpointKind::kFloor: floors_.all = one.floor; break;
    }
  }
}

}  // namespace wharf::log
