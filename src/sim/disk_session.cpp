#include "sim/disk_session.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wharf::sim {
namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 43;  // EFBIG beyond, as file systems have it

}  // namespace

std::string_view to_string(DiskCall call) {
  switch (call) {
    case DiskCall::kOpen: return "open";
    case DiskCall::kRead: return "read";
    case DiskCall::kWrite: return "write";
    case DiskCall::kSyncData: return "sync_data";
    case DiskCall::kTruncate: return "truncate";
    case DiskCall::kRename: return "rename";
    case DiskCall::kRemove: return "remove";
    case DiskCall::kRemoveFolder: return "remove_folder";
    case DiskCall::kCreateFolders: return "create_folders";
    case DiskCall::kList: return "list";
    case DiskCall::kSyncFolder: return "sync_folder";
    case DiskCall::kSyncAll: return "sync_all";
    case DiskCall::kLock: return "lock";
    case DiskCall::kNote: return "note";
  }
  return "unknown";
}

void FaultyFileSystem::Disk::unname(const StoredNode& node) {
  if (const auto* file = std::get_if<std::shared_ptr<StoredFile>>(&node)) {
    (*file)->named = false;
    release_if_unused(**file);
    return;
  }
  for (const auto& [name, below] : std::get<std::shared_ptr<StoredFolder>>(node)->live) unname(below);
}

std::unexpected<Error> FaultyFileSystem::Session::Verdict::failure(const DiskOperation& operation) const {
  if (fate != Fate::kFail) return fail(ErrorCode::kClosed, "the machine is down");
  return fail(code, fmt::format("{} {}: injected", to_string(operation.call), operation.path));
}

FaultyFileSystem::Session::Verdict FaultyFileSystem::Session::begin(const DiskOperation& operation, Class kind, bool changing) {
  if (down) return {Fate::kDown, ErrorCode::kClosed};
  std::uint64_t number = operations++;
  std::uint64_t change = changing ? changes++ : changes;
  recorded.push_back(operation);
  Verdict verdict{Fate::kGo, ErrorCode::kInternal};
  std::uint32_t one_in = kind == Class::kRead    ? errors.read_one_in
                         : kind == Class::kWrite ? errors.write_one_in
                         : kind == Class::kSync  ? errors.sync_one_in
                                                 : errors.metadata_one_in;
  if (operation.path.contains(errors.path_part) && random.one_in(one_in)) verdict = {Fate::kFail, errors.code};
  if (fail_at == number) verdict = {Fate::kFail, fail_code};
  if (changing && crash_at == change) {
    verdict = {Fate::kDieInside, ErrorCode::kClosed};
    down = true;
  }
  if (verdict.fate == Fate::kFail) ++injected;
  recorded.back().failed = !verdict.go();
  if (trace != nullptr) {
    trace->event(operation.path, operation.position, operation.length, static_cast<std::uint64_t>(verdict.fate));
    trace->event(to_string(operation.call), number, change);
  }
  return verdict;
}

std::unexpected<Error> FaultyFileSystem::Session::refuse(ErrorCode code, std::string sentence) {
  recorded.back().failed = true;
  return fail(code, std::move(sentence));
}

FaultyFileSystem::OpenFile::OpenFile(std::shared_ptr<Session> session, std::shared_ptr<StoredFile> file, std::string path,
                                     runtime::OpenMode mode, bool exclusive)
    : session_(std::move(session)), file_(std::move(file)), path_(std::move(path)), mode_(mode), exclusive_(exclusive) {
  ++file_->handles;
}

FaultyFileSystem::OpenFile::~OpenFile() {
  std::lock_guard guard(session_->disk->mutex);
  --file_->handles;
  session_->disk->release_if_unused(*file_);
  if (exclusive_) session_->locked.erase(file_.get());
}

bool FaultyFileSystem::OpenFile::aligned(std::uint64_t position, ByteView bytes) {
  constexpr std::uint64_t kMask = runtime::kDirectAlignment - 1;
  auto address = reinterpret_cast<std::uintptr_t>(bytes.data());  // NOLINT: only its low bits
  return ((position | bytes.size() | address) & kMask) == 0;
}

Result<std::size_t> FaultyFileSystem::OpenFile::read_at(std::uint64_t position, MutableBytes into) {
  std::lock_guard guard(session_->disk->mutex);
  DiskOperation operation{DiskCall::kRead, path_, {}, position, into.size()};
  Session::Verdict verdict = session_->begin(operation, Session::Class::kRead, false);
  if (!verdict.go()) return verdict.failure(operation);
  if (direct() && !aligned(position, into)) return session_->refuse(ErrorCode::kStorage, "read " + path_ + ": unaligned");
  return file_->read(position, into);
}

Result<std::size_t> FaultyFileSystem::OpenFile::read_cached_at(std::uint64_t position, MutableBytes into) {
  std::lock_guard guard(session_->disk->mutex);
  DiskOperation operation{DiskCall::kRead, path_, {}, position, into.size()};
  Session::Verdict verdict = session_->begin(operation, Session::Class::kRead, false);
  if (!verdict.go()) return verdict.failure(operation);
  if (session_->random.one_in(session_->errors.not_cached_one_in)) file_->drop_cached(position, into.size());
  if (!file_->cached(position, into.size())) return session_->refuse(ErrorCode::kBusy, "read " + path_ + ": not cached");
  return file_->read(position, into);
}

bool FaultyFileSystem::OpenFile::put(std::uint64_t position, std::span<const ByteView> parts, std::uint64_t length,
                                     SeededRandom* torn) {
  Disk& disk = *session_->disk;
  std::uint64_t sequence = ++disk.sequence;
  for (ByteView part : parts) {
    ByteView left = part.first(std::min<std::uint64_t>(part.size(), length));
    length -= left.size();
    while (!left.empty()) {  // page by page: the disk may fill in the middle
      std::size_t count = std::min<std::size_t>(kPageBytes - position % kPageBytes, left.size());
      if (file_->pages_missing(position, count) > disk.pages_left()) return false;
      disk.resize(*file_, [&] {
        if (direct()) file_->write_direct(sequence, position, left.first(count), torn);
        if (!direct()) file_->write(sequence, position, left.first(count));
      });
      position += count;
      left = left.subspan(count);
    }
  }
  return true;
}

Result<void> FaultyFileSystem::OpenFile::write_at(std::uint64_t position, std::span<const ByteView> parts) {
  std::lock_guard guard(session_->disk->mutex);
  std::uint64_t length = 0;
  for (ByteView part : parts) length += part.size();
  DiskOperation operation{DiskCall::kWrite, path_, {}, position, length};
  Session::Verdict verdict = session_->begin(operation, Session::Class::kWrite, true);
  if (verdict.fate == Session::Fate::kDown) return verdict.failure(operation);
  if (mode_ == runtime::OpenMode::kRead) return session_->refuse(ErrorCode::kStorage, "write " + path_ + ": open for reading only");
  if (position > kLargestFile || length > kLargestFile - position) return session_->refuse(ErrorCode::kStorage, "write " + path_ + ": too far");
  for (ByteView part : parts) {
    if (direct() && !aligned(position, part)) return session_->refuse(ErrorCode::kStorage, "write " + path_ + ": unaligned");
  }
  if (!verdict.go()) {
    std::uint64_t written = session_->random.below(length + 1);
    if (direct()) written -= written % kSectorBytes;
    bool torn = verdict.fate == Session::Fate::kDieInside && direct();
    put(position, parts, torn ? length : written, torn ? &session_->random : nullptr);
    return verdict.failure(operation);
  }
  if (!put(position, parts, length, nullptr)) return session_->refuse(ErrorCode::kDiskFull, "write " + path_ + ": the disk is full");
  return {};
}

Result<void> FaultyFileSystem::OpenFile::sync_data() {
  std::lock_guard guard(session_->disk->mutex);
  DiskOperation operation{DiskCall::kSyncData, path_};
  Session::Verdict verdict = session_->begin(operation, Session::Class::kSync, true);
  if (verdict.fate == Session::Fate::kFail) file_->fail_sync();
  if (!verdict.go()) return verdict.failure(operation);
  file_->sync();
  return {};
}

Result<std::uint64_t> FaultyFileSystem::OpenFile::size() {
  std::lock_guard guard(session_->disk->mutex);
  if (session_->down) return session_->down_error();
  return file_->size();
}

Result<void> FaultyFileSystem::OpenFile::truncate(std::uint64_t size) {
  std::lock_guard guard(session_->disk->mutex);
  DiskOperation operation{DiskCall::kTruncate, path_, {}, size, 0};
  Session::Verdict verdict = session_->begin(operation, Session::Class::kMetadata, true);
  if (verdict.fate == Session::Fate::kDown || verdict.fate == Session::Fate::kFail) return verdict.failure(operation);
  if (mode_ == runtime::OpenMode::kRead) return session_->refuse(ErrorCode::kStorage, "truncate " + path_ + ": open for reading only");
  if (size > kLargestFile) return session_->refuse(ErrorCode::kStorage, "truncate " + path_ + ": too far");
  if (verdict.go() || session_->random.coin()) {
    std::uint64_t sequence = ++session_->disk->sequence;
    session_->disk->resize(*file_, [&] { file_->truncate(sequence, size); });
  }
  if (!verdict.go()) return verdict.failure(operation);
  return {};
}

void FaultyFileSystem::OpenFile::drop_cached(std::uint64_t position, std::uint64_t length) {
  std::lock_guard guard(session_->disk->mutex);
  if (session_->down) return;
  session_->disk->resize(*file_, [&] { file_->drop_cached(position, length); });
}

}  // namespace wharf::sim
