#pragma once
// The folders of a simulated disk: the names that programs see, and the names a power loss would leave.
//
// Each folder keeps its changes since its last sync in order; a crash keeps a prefix of them, drawn per folder. A rename
// between folders is in both lists and survives in both or in neither. A name that survives leads to what its own folder or
// file kept; what no name leads to is gone.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sim/stored_file.hpp"

namespace wharf::sim {

struct StoredFolder;
using StoredNode = std::variant<std::shared_ptr<StoredFile>, std::shared_ptr<StoredFolder>>;

struct NameChange {
  std::uint64_t sequence;
  std::string name;
  std::optional<StoredNode> now;       // what the name leads to; nothing: removed
  std::weak_ptr<StoredFolder> partner;  // the other folder of a rename between two
};

struct StoredFolder {
  std::map<std::string, StoredNode> live;
  std::map<std::string, StoredNode> durable;
  std::vector<NameChange> unsynced;  // oldest first

  void change(std::uint64_t sequence, const std::string& name, std::optional<StoredNode> now,
              std::weak_ptr<StoredFolder> partner = {});
};

class StoredNames {
 public:
  using Parts = std::span<const std::string>;

  std::shared_ptr<StoredFolder> root() const { return root_; }
  /// Null when `parts` do not lead to a folder.
  std::shared_ptr<StoredFolder> folder(Parts parts) const;
  std::shared_ptr<StoredFolder> parent(Parts parts) const { return parts.empty() ? nullptr : folder(parts.first(parts.size() - 1)); }
  std::optional<StoredNode> node(Parts parts) const;
  /// Makes a folder's names durable, and with a rename's second half its partner's up to there.
  static void sync(StoredFolder& folder);
  /// Every folder that live or durable names lead to, each once.
  std::vector<std::shared_ptr<StoredFolder>> folders() const;
  std::vector<std::shared_ptr<StoredFile>> files() const;

  StoredNames survivor(SeededRandom& random, const CrashModel& model) const;

 private:
  std::shared_ptr<StoredFolder> root_ = std::make_shared<StoredFolder>();
};

}  // namespace wharf::sim
