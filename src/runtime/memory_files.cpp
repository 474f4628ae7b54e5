#include "runtime/memory_files.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include <fmt/format.h>

#include "runtime/memory_file.hpp"
#include "runtime/path_parts.hpp"

namespace wharf::runtime {
namespace {

using Path = FileSystem::Path;
using Parts = std::vector<std::string>;

struct Folder;
using Content = std::shared_ptr<MemoryContent>;
using Node = std::variant<Content, std::shared_ptr<Folder>>;
struct Folder {
  std::map<std::string, Node> entries;
};

std::unexpected<Error> missing(const Path& path) {
  return fail(ErrorCode::kNotFound, fmt::format("{} does not exist", path.string()));
}
std::unexpected<Error> wrong_kind(const Path& path, const char* what) {
  return fail(ErrorCode::kStorage, fmt::format("{} {}", path.string(), what));
}

class MemoryFile final : public File {
 public:
  MemoryFile(Content content, bool writable, bool holds_lock)
      : content_(std::move(content)), writable_(writable), holds_lock_(holds_lock) {}
  ~MemoryFile() override {
    if (holds_lock_) content_->release_lock();
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) override { return content_->read_at(position, into); }
  Result<std::size_t> read_cached_at(std::uint64_t position, MutableBytes into) override {
    return content_->read_at(position, into);
  }
  Result<void> write_at(std::uint64_t position, std::span<const ByteView> parts) override {
    if (!writable_) return fail(ErrorCode::kStorage, "the file is open for reading only");
    return content_->write_at(position, parts);
  }
  Result<void> sync_data() override { return {}; }
  Result<std::uint64_t> size() override { return content_->size(); }
  Result<void> truncate(std::uint64_t size) override {
    if (!writable_) return fail(ErrorCode::kStorage, "the file is open for reading only");
    return content_->truncate(size);
  }
  void drop_cached(std::uint64_t, std::uint64_t) override {}

 private:
  Content content_;
  bool writable_;
  bool holds_lock_;
};

}  // namespace

struct MemoryFileSystem::Tree {
  explicit Tree(std::uint64_t limit_bytes) : budget(std::make_shared<MemoryBudget>(limit_bytes)) {}

  /// The folder that `parts` leads to, or null.
  Folder* folder(std::span<const std::string> parts) {
    Folder* at = root.get();
    for (const std::string& name : parts) {
      auto found = at->entries.find(name);
      if (found == at->entries.end()) return nullptr;
      auto* next = std::get_if<std::shared_ptr<Folder>>(&found->second);
      if (next == nullptr) return nullptr;
      at = next->get();
    }
    return at;
  }
  Node* node(const Parts& parts) {
    if (parts.empty()) return nullptr;
    Folder* parent = folder(std::span(parts).first(parts.size() - 1));
    if (parent == nullptr) return nullptr;
    auto found = parent->entries.find(parts.back());
    return found == parent->entries.end() ? nullptr : &found->second;
  }
  Result<Content> open(const Path& path, OpenMode mode);

  std::mutex mutex;  // guards the names; contents have their own
  std::shared_ptr<MemoryBudget> budget;
  std::shared_ptr<Folder> root = std::make_shared<Folder>();
};

MemoryFileSystem::MemoryFileSystem(std::uint64_t limit_bytes) : tree_(std::make_unique<Tree>(limit_bytes)) {}
MemoryFileSystem::~MemoryFileSystem() = default;

Result<Content> MemoryFileSystem::Tree::open(const Path& path, OpenMode mode) {
  std::lock_guard guard(mutex);
  Parts parts = path_parts(path);
  Folder* parent = parts.empty() ? nullptr : folder(std::span(parts).first(parts.size() - 1));
  if (parent == nullptr) return missing(path);
  auto found = parent->entries.find(parts.back());
  if (found != parent->entries.end()) {
    if (mode == OpenMode::kCreateNew) return fail(ErrorCode::kAlreadyExists, fmt::format("{} exists", path.string()));
    auto* content = std::get_if<Content>(&found->second);
    if (content == nullptr) return wrong_kind(path, "is a folder");
    return *content;
  }
  if (mode == OpenMode::kRead || mode == OpenMode::kReadWrite) return missing(path);
  auto content = std::make_shared<MemoryContent>(budget);
  parent->entries.emplace(parts.back(), content);
  return content;
}

Result<std::unique_ptr<File>> MemoryFileSystem::open(const Path& path, OpenMode mode) {
  Result<Content> content = tree_->open(path, mode);
  if (!content) return fail(content.error());
  return std::make_unique<MemoryFile>(std::move(*content), mode != OpenMode::kRead, false);
}

Result<std::unique_ptr<File>> MemoryFileSystem::lock(const Path& path) {
  Result<Content> content = tree_->open(path, OpenMode::kCreate);
  if (!content) return fail(content.error());
  if (!(*content)->take_lock()) return fail(ErrorCode::kBusy, fmt::format("{} is locked", path.string()));
  return std::make_unique<MemoryFile>(std::move(*content), true, true);
}

Result<void> MemoryFileSystem::rename(const Path& from, const Path& to) {
  std::lock_guard guard(tree_->mutex);
  Parts source = path_parts(from);
  Parts target = path_parts(to);
  Node* moved = tree_->node(source);
  if (moved == nullptr) return missing(from);
  if (source == target) return {};
  if (target.size() > source.size() && std::ranges::equal(source, std::span(target).first(source.size()))) {
    return wrong_kind(from, "cannot move into itself");
  }
  Folder* parent = target.empty() ? nullptr : tree_->folder(std::span(target).first(target.size() - 1));
  if (parent == nullptr) return missing(to);
  if (auto replaced = parent->entries.find(target.back()); replaced != parent->entries.end()) {
    if (replaced->second.index() != moved->index()) return wrong_kind(to, "is of another kind");
    auto* folder = std::get_if<std::shared_ptr<Folder>>(&replaced->second);
    if (folder != nullptr && !(*folder)->entries.empty()) return wrong_kind(to, "is not empty");
  }
  Node node = *moved;
  tree_->folder(std::span(source).first(source.size() - 1))->entries.erase(source.back());
  parent->entries.insert_or_assign(target.back(), std::move(node));
  return {};
}

Result<void> MemoryFileSystem::remove(const Path& path) {
  std::lock_guard guard(tree_->mutex);
  Parts parts = path_parts(path);
  Node* node = tree_->node(parts);
  if (node == nullptr) return missing(path);
  if (std::holds_alternative<std::shared_ptr<Folder>>(*node)) return wrong_kind(path, "is a folder");
  tree_->folder(std::span(parts).first(parts.size() - 1))->entries.erase(parts.back());
  return {};
}

Result<void> MemoryFileSystem::remove_folder(const Path& path) {
  std::lock_guard guard(tree_->mutex);
  Parts parts = path_parts(path);
  Folder* parent = parts.empty() ? nullptr : tree_->folder(std::span(parts).first(parts.size() - 1));
  if (parent != nullptr) parent->entries.erase(parts.back());
  return {};
}

Result<void> MemoryFileSystem::create_folders(const Path& path) {
  std::lock_guard guard(tree_->mutex);
  Folder* at = tree_->root.get();
  for (const std::string& name : path_parts(path)) {
    auto [entry, fresh] = at->entries.try_emplace(name, std::shared_ptr<Folder>());
    auto* next = std::get_if<std::shared_ptr<Folder>>(&entry->second);
    if (next == nullptr) return wrong_kind(path, "leads through a file");
    if (fresh) *next = std::make_shared<Folder>();
    at = next->get();
  }
  return {};
}

Result<std::vector<FolderEntry>> MemoryFileSystem::list(const Path& folder) {
  std::lock_guard guard(tree_->mutex);
  Parts parts = path_parts(folder);
  Node* node = tree_->node(parts);
  if (node == nullptr && !parts.empty()) return missing(folder);
  Folder* found = tree_->folder(parts);
  if (found == nullptr) return wrong_kind(folder, "is not a folder");
  std::vector<FolderEntry> entries;
  for (const auto& [name, entry] : found->entries) {
    const auto* content = std::get_if<Content>(&entry);
    entries.push_back({name, content == nullptr, content == nullptr ? 0 : (*content)->size()});
  }
  return entries;
}

Result<bool> MemoryFileSystem::exists(const Path& path) {
  std::lock_guard guard(tree_->mutex);
  Parts parts = path_parts(path);
  return parts.empty() || tree_->node(parts) != nullptr;
}

Result<void> MemoryFileSystem::sync_folder(const Path& folder) {
  std::lock_guard guard(tree_->mutex);
  if (tree_->folder(path_parts(folder)) == nullptr) return missing(folder);
  return {};
}

Result<void> MemoryFileSystem::sync_all(const Path& folder) { return sync_folder(folder); }

Result<DiskSpace> MemoryFileSystem::space(const Path&) {
  std::uint64_t used = tree_->budget->used();
  return DiskSpace{tree_->budget->limit(), tree_->budget->limit() - std::min(used, tree_->budget->limit())};
}

}  // namespace wharf::runtime
