// The part of FaultyFileSystem that tests call: faults, crashes, damage, the record.
#include <algorithm>
#include <optional>

#include "runtime/path_parts.hpp"
#include "sim/disk_session.hpp"

namespace wharf::sim {
namespace {

std::shared_ptr<StoredFile> find_file(const StoredNames& names, const FaultyFileSystem::Path& path) {
  std::optional<StoredNode> node = names.node(runtime::path_parts(path));
  auto* file = node ? std::get_if<std::shared_ptr<StoredFile>>(&*node) : nullptr;
  return file == nullptr ? nullptr : *file;
}

}  // namespace

std::uint64_t FaultyFileSystem::operations() const {
  std::lock_guard guard(session_->disk->mutex);
  return session_->operations;
}

std::uint64_t FaultyFileSystem::changes() const {
  std::lock_guard guard(session_->disk->mutex);
  return session_->changes;
}

std::uint64_t FaultyFileSystem::injected() const {
  std::lock_guard guard(session_->disk->mutex);
  return session_->injected;
}

bool FaultyFileSystem::down() const {
  std::lock_guard guard(session_->disk->mutex);
  return session_->down;
}

void FaultyFileSystem::crash_at(std::uint64_t change) {
  std::lock_guard guard(session_->disk->mutex);
  session_->crash_at = change;
}

void FaultyFileSystem::halt() {
  std::lock_guard guard(session_->disk->mutex);
  session_->down = true;
}

void FaultyFileSystem::fail_at(std::uint64_t operation, ErrorCode code) {
  std::lock_guard guard(session_->disk->mutex);
  session_->fail_at = operation;
  session_->fail_code = code;
}

void FaultyFileSystem::set_errors(const DiskErrors& errors) {
  std::lock_guard guard(session_->disk->mutex);
  session_->errors = errors;
}

void FaultyFileSystem::set_capacity(std::uint64_t bytes) {
  std::lock_guard guard(session_->disk->mutex);
  session_->disk->capacity_pages = bytes / kPageBytes;
}

std::unique_ptr<FaultyFileSystem> FaultyFileSystem::crash(std::uint64_t seed, const CrashModel& model) {
  std::lock_guard guard(session_->disk->mutex);
  session_->down = true;
  SeededRandom random(seed, "crash");
  CrashModel drawn = model;
  if (model.fate == CrashModel::Fate::kMixed) {  // the extremes are rare when each page is drawn alone
    std::uint64_t kind = random.below(8);
    if (kind < 2) drawn.fate = CrashModel::Fate::kDropAll;
    if (kind == 2) drawn.fate = CrashModel::Fate::kKeepAll;
  }
  auto disk = std::make_shared<Disk>();
  disk->capacity_pages = session_->disk->capacity_pages;
  disk->names = session_->disk->names.survivor(random, drawn);
  for (const std::shared_ptr<StoredFile>& file : disk->names.files()) disk->used_pages += file->allocated_pages();
  auto session = std::make_shared<Session>(seed, std::move(disk));
  session->trace = session_->trace;
  if (session->trace != nullptr) session->trace->event("power loss", seed, session->disk->used_pages);
  return std::unique_ptr<FaultyFileSystem>(new FaultyFileSystem(std::move(session)));
}

std::unique_ptr<FaultyFileSystem> FaultyFileSystem::kill() {
  std::lock_guard guard(session_->disk->mutex);
  session_->down = true;
  auto session = std::make_shared<Session>(session_->random.next(), session_->disk);
  session->trace = session_->trace;
  return std::unique_ptr<FaultyFileSystem>(new FaultyFileSystem(std::move(session)));
}

bool FaultyFileSystem::flip_bit(const Path& path, std::uint64_t bit) {
  std::lock_guard guard(session_->disk->mutex);
  std::shared_ptr<StoredFile> file = find_file(session_->disk->names, path);
  std::byte byte{};
  if (!file || file->read(bit / 8, MutableBytes(&byte, 1)) == 0) return false;
  byte ^= static_cast<std::byte>(1u << (bit % 8));
  session_->disk->resize(*file, [&] { file->overwrite(bit / 8, ByteView(&byte, 1)); });
  return true;
}

bool FaultyFileSystem::truncate_file(const Path& path, std::uint64_t size) {
  std::lock_guard guard(session_->disk->mutex);
  std::shared_ptr<StoredFile> file = find_file(session_->disk->names, path);
  if (!file || file->size() < size) return false;
  session_->disk->resize(*file, [&] { file->damage_size(size); });
  return true;
}

bool FaultyFileSystem::zero_block(const Path& path, std::uint64_t position, std::uint64_t length) {
  std::lock_guard guard(session_->disk->mutex);
  std::shared_ptr<StoredFile> file = find_file(session_->disk->names, path);
  if (!file || position >= file->size()) return false;
  std::vector<std::byte> zeros(std::min(length, file->size() - position));
  session_->disk->resize(*file, [&] { file->overwrite(position, zeros); });
  return true;
}

bool FaultyFileSystem::swap_files(const Path& first, const Path& second) {
  std::lock_guard guard(session_->disk->mutex);
  StoredNames& names = session_->disk->names;
  std::shared_ptr<StoredFile> one = find_file(names, first);
  std::shared_ptr<StoredFile> two = find_file(names, second);
  if (!one || !two) return false;
  auto put = [&names](const Path& path, const std::shared_ptr<StoredFile>& file) {
    std::vector<std::string> parts = runtime::path_parts(path);
    std::shared_ptr<StoredFolder> folder = names.parent(parts);
    StoredNames::sync(*folder);
    folder->live.insert_or_assign(parts.back(), file);
    folder->durable.insert_or_assign(parts.back(), file);
  };
  put(first, two);
  put(second, one);
  return true;
}

bool FaultyFileSystem::lose_file(const Path& path) {
  std::lock_guard guard(session_->disk->mutex);
  StoredNames& names = session_->disk->names;
  std::shared_ptr<StoredFile> file = find_file(names, path);
  if (!file) return false;
  std::vector<std::string> parts = runtime::path_parts(path);
  std::shared_ptr<StoredFolder> folder = names.parent(parts);
  StoredNames::sync(*folder);
  folder->live.erase(parts.back());
  folder->durable.erase(parts.back());
  session_->disk->unname(file);
  return true;
}

std::vector<DiskOperation> FaultyFileSystem::recorded() const {
  std::lock_guard guard(session_->disk->mutex);
  return session_->recorded;
}

void FaultyFileSystem::note(std::string text) {
  std::lock_guard guard(session_->disk->mutex);
  session_->recorded.push_back({DiskCall::kNote, std::move(text)});
}

void FaultyFileSystem::set_trace(Trace* trace) {
  std::lock_guard guard(session_->disk->mutex);
  session_->trace = trace;
}

}  // namespace wharf::sim
