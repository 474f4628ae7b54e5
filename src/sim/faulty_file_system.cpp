#include "sim/faulty_file_system.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "runtime/path_parts.hpp"
#include "sim/disk_session.hpp"

namespace wharf::sim {
namespace {

using runtime::path_parts;
using Parts = std::vector<std::string>;
using Path = FaultyFileSystem::Path;

std::shared_ptr<StoredFile>* file_of(std::optional<StoredNode>& node) {
  return node ? std::get_if<std::shared_ptr<StoredFile>>(&*node) : nullptr;
}
bool is_folder(const StoredNode& node) { return std::holds_alternative<std::shared_ptr<StoredFolder>>(node); }
std::string missing(const Path& path) { return fmt::format("{} does not exist", path.string()); }

}  // namespace

FaultyFileSystem::FaultyFileSystem(std::uint64_t seed, std::uint64_t capacity_bytes)
    : session_(std::make_shared<Session>(seed, std::make_shared<Disk>())) {
  session_->disk->capacity_pages = capacity_bytes / kPageBytes;
}
FaultyFileSystem::FaultyFileSystem(std::shared_ptr<Session> session) : session_(std::move(session)) {}
FaultyFileSystem::~FaultyFileSystem() = default;

Result<std::unique_ptr<runtime::File>> FaultyFileSystem::open(const Path& path, runtime::OpenMode mode) {
  return open_locked(path, mode, false);
}

Result<std::unique_ptr<runtime::File>> FaultyFileSystem::lock(const Path& path) {
  return open_locked(path, runtime::OpenMode::kCreate, true);
}

Result<std::unique_ptr<runtime::File>> FaultyFileSystem::open_locked(const Path& path, runtime::OpenMode mode, bool exclusive) {
  using runtime::OpenMode;
  Session& session = *session_;
  std::lock_guard guard(session.disk->mutex);
  Parts parts = path_parts(path);
  std::shared_ptr<StoredFolder> parent = session.disk->names.parent(parts);
  std::optional<StoredNode> node = session.disk->names.node(parts);
  bool creates = parent && !node && mode != OpenMode::kRead && mode != OpenMode::kReadWrite;
  DiskOperation operation{exclusive ? DiskCall::kLock : DiskCall::kOpen, path.string()};
  Session::Verdict verdict = session.begin(operation, Session::Class::kMetadata, creates);
  if (verdict.fate == Session::Fate::kDown || verdict.fate == Session::Fate::kFail) return verdict.failure(operation);
  if (node && mode == OpenMode::kCreateNew) return session.refuse(ErrorCode::kAlreadyExists, fmt::format("{} exists", path.string()));
  if (node && is_folder(*node)) return session.refuse(ErrorCode::kStorage, fmt::format("{} is a folder", path.string()));
  if (!node && !creates) return session.refuse(ErrorCode::kNotFound, missing(path));
  if (creates && (verdict.go() || session.random.coin())) {
    node = std::make_shared<StoredFile>();
    parent->change(++session.disk->sequence, parts.back(), node);
  }
  if (!verdict.go()) return verdict.failure(operation);
  std::shared_ptr<StoredFile> file = *file_of(node);
  if (exclusive && !session.locked.insert(file.get()).second) {
    return session.refuse(ErrorCode::kBusy, fmt::format("{} is locked", path.string()));
  }
  return std::make_unique<OpenFile>(session_, std::move(file), path.string(), mode, exclusive);
}

Result<void> FaultyFileSystem::rename(const Path& from, const Path& to) {
  Session& session = *session_;
  std::lock_guard guard(session.disk->mutex);
  DiskOperation operation{DiskCall::kRename, from.string(), to.string()};
  Session::Verdict verdict = session.begin(operation, Session::Class::kMetadata, true);
  if (verdict.fate == Session::Fate::kDown || verdict.fate == Session::Fate::kFail) return verdict.failure(operation);
  StoredNames& names = session.disk->names;
  Parts source = path_parts(from);
  Parts target = path_parts(to);
  std::optional<StoredNode> moved = source.empty() ? std::nullopt : names.node(source);
  if (!moved) return session.refuse(ErrorCode::kNotFound, missing(from));
  if (source == target) return {};
  if (target.size() > source.size() && std::ranges::equal(source, std::span(target).first(source.size()))) {
    return session.refuse(ErrorCode::kStorage, fmt::format("{} cannot move into itself", from.string()));
  }
  std::shared_ptr<StoredFolder> giver = names.parent(source);
  std::shared_ptr<StoredFolder> taker = names.parent(target);
  if (!taker) return session.refuse(ErrorCode::kNotFound, missing(to));
  std::optional<StoredNode> replaced = names.node(target);
  if (replaced) {
    if (replaced->index() != moved->index()) return session.refuse(ErrorCode::kStorage, to.string() + " is of another kind");
    auto* folder = std::get_if<std::shared_ptr<StoredFolder>>(&*replaced);
    if (folder != nullptr && !(*folder)->live.empty()) return session.refuse(ErrorCode::kStorage, to.string() + " is not empty");
  }
  if (verdict.go() || session.random.coin()) {
    std::uint64_t sequence = ++session.disk->sequence;
    bool between = giver != taker;
    taker->change(sequence, target.back(), moved, between ? giver : nullptr);
    giver->change(sequence, source.back(), std::nullopt, between ? taker : nullptr);
    if (replaced) session.disk->unname(*replaced);
  }
  if (!verdict.go()) return verdict.failure(operation);
  return {};
}

Result<void> FaultyFileSystem::remove(const Path& path) {
  Session& session = *session_;
  std::lock_guard guard(session.disk->mutex);
  DiskOperation operation{DiskCall::kRemove, path.string()};
  Session::Verdict verdict = session.begin(operation, Session::Class::kMetadata, true);
  if (verdict.fate == Session::Fate::kDown || verdict.fate == Session::Fate::kFail) return verdict.failure(operation);
  Parts parts = path_parts(path);
  std::optional<StoredNode> node = session.disk->names.node(parts);
  if (!node) return session.refuse(ErrorCode::kNotFound, missing(path));
  if (is_folder(*node)) return session.refuse(ErrorCode::kStorage, fmt::format("{} is a folder", path.string()));
  if (verdict.go() || session.random.coin()) {
    session.disk->names.parent(parts)->change(++session.disk->sequence, parts.back(), std::nullopt);
    session.disk->unname(*node);
  }
  if (!verdict.go()) return verdict.failure(operation);
  return {};
}

Result<void> FaultyFileSystem::remove_folder(const Path& path) {
  Session& session = *session_;
  std::lock_guard guard(session.disk->mutex);
  DiskOperation operation{DiskCall::kRemoveFolder, path.string()};
  Session::Verdict verdict = session.begin(operation, Session::Class::kMetadata, true);
  if (verdict.fate == Session::Fate::kDown || verdict.fate == Session::Fate::kFail) return verdict.failure(operation);
  Parts parts = path_parts(path);
  std::optional<StoredNode> node = session.disk->names.node(parts);
  // Depth first, a name at a time: a crash inside leaves a part of the folder.
  std::uint64_t left = verdict.go() ? ~std::uint64_t{0} : session.random.below(8);
  auto empty_out = [&session, &left](auto& self, StoredFolder& folder) -> void {
    while (!folder.live.empty() && left > 0) {
      auto [name, below] = *folder.live.begin();
      if (is_folder(below)) self(self, *std::get<std::shared_ptr<StoredFolder>>(below));
      if (left-- == 0) return;
      folder.change(++session.disk->sequence, name, std::nullopt);
      if (!is_folder(below)) session.disk->unname(below);
    }
  };
  if (node && is_folder(*node)) empty_out(empty_out, *std::get<std::shared_ptr<StoredFolder>>(*node));
  if (!verdict.go()) return verdict.failure(operation);
  std::shared_ptr<StoredFolder> parent = session.disk->names.parent(parts);
  if (node && parent) {
    parent->change(++session.disk->sequence, parts.back(), std::nullopt);
    session.disk->unname(*node);
  }
  return {};
}

Result<void> FaultyFileSystem::create_folders(const Path& path) {
  Session& session = *session_;
  std::lock_guard guard(session.disk->mutex);
  Parts parts = path_parts(path);
  bool changing = !session.disk->names.folder(parts);
  DiskOperation operation{DiskCall::kCreateFolders, path.string()};
  Session::Verdict verdict = session.begin(operation, Session::Class::kMetadata, changing);
  if (verdict.fate == Session::Fate::kDown || verdict.fate == Session::Fate::kFail) return verdict.failure(operation);
  std::size_t depth = verdict.go() ? parts.size() : session.random.below(parts.size() + 1);
  std::shared_ptr<StoredFolder> at = session.disk->names.root();
  for (std::size_t i = 0; i < depth; ++i) {
    auto found = at->live.find(parts[i]);
    if (found == at->live.end()) {
      at->change(++session.disk->sequence, parts[i], std::make_shared<StoredFolder>());
      found = at->live.find(parts[i]);
    }
    if (!is_folder(found->second)) return session.refuse(ErrorCode::kStorage, path.string() + " leads through a file");
    at = std::get<std::shared_ptr<StoredFolder>>(found->second);
  }
  if (!verdict.go()) return verdict.failure(operation);
  return {};
}

Result<std::vector<runtime::FolderEntry>> FaultyFileSystem::list(const Path& folder) {
  Session& session = *session_;
  std::lock_guard guard(session.disk->mutex);
  DiskOperation operation{DiskCall::kList, folder.string()};
  Session::Verdict verdict = session.begin(operation, Session::Class::kMetadata, false);
  if (!verdict.go()) return verdict.failure(operation);
  std::optional<StoredNode> node = session.disk->names.node(path_parts(folder));
  if (!node) return session.refuse(ErrorCode::kNotFound, missing(folder));
  if (!is_folder(*node)) return session.refuse(ErrorCode::kStorage, fmt::format("{} is not a folder", folder.string()));
  std::vector<runtime::FolderEntry> entries;
  for (const auto& [name, below] : std::get<std::shared_ptr<StoredFolder>>(*node)->live) {
    entries.push_back({name, is_folder(below), is_folder(below) ? 0 : std::get<std::shared_ptr<StoredFile>>(below)->size()});
  }
  return entries;
}

Result<bool> FaultyFileSystem::exists(const Path& path) {
  std::lock_guard guard(session_->disk->mutex);
  if (session_->down) return session_->down_error();
  return session_->disk->names.node(path_parts(path)).has_value();
}

Result<void> FaultyFileSystem::sync_folder(const Path& folder) {
  Session& session = *session_;
  std::lock_guard guard(session.disk->mutex);
  DiskOperation operation{DiskCall::kSyncFolder, folder.string()};
  Session::Verdict verdict = session.begin(operation, Session::Class::kSync, true);
  if (!verdict.go()) return verdict.failure(operation);
  std::shared_ptr<StoredFolder> found = session.disk->names.folder(path_parts(folder));
  if (!found) return session.refuse(ErrorCode::kNotFound, missing(folder));
  StoredNames::sync(*found);
  return {};
}

Result<void> FaultyFileSystem::sync_all(const Path& folder) {
  Session& session = *session_;
  std::lock_guard guard(session.disk->mutex);
  DiskOperation operation{DiskCall::kSyncAll, folder.string()};
  Session::Verdict verdict = session.begin(operation, Session::Class::kSync, true);
  std::vector<std::shared_ptr<StoredFile>> files = session.disk->names.files();
  if (verdict.fate == Session::Fate::kFail) {
    for (const std::shared_ptr<StoredFile>& file : files) file->fail_sync();
  }
  if (!verdict.go()) return verdict.failure(operation);
  if (!session.disk->names.folder(path_parts(folder))) return session.refuse(ErrorCode::kNotFound, missing(folder));
  for (const std::shared_ptr<StoredFile>& file : files) file->sync();
  for (const std::shared_ptr<StoredFolder>& each : session.disk->names.folders()) StoredNames::sync(*each);
  return {};
}

Result<runtime::DiskSpace> FaultyFileSystem::space(const Path&) {
  std::lock_guard guard(session_->disk->mutex);
  if (session_->down) return session_->down_error();
  const Disk& disk = *session_->disk;
  return runtime::DiskSpace{disk.capacity_pages * kPageBytes, disk.pages_left() * kPageBytes};
}

}  // namespace wharf::sim
