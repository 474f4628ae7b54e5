#include "sim/stored_names.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace wharf::sim {
namespace {

using Names = std::map<std::string, StoredNode>;

void apply_change(Names& names, const NameChange& change) {
  if (change.now) {
    names.insert_or_assign(change.name, *change.now);
  } else {
    names.erase(change.name);
  }
}

void sync_up_to(StoredFolder& folder, std::uint64_t last) {
  std::vector<NameChange> done;
  while (!folder.unsynced.empty() && folder.unsynced.front().sequence <= last) {
    apply_change(folder.durable, folder.unsynced.front());
    done.push_back(std::move(folder.unsynced.front()));
    folder.unsynced.erase(folder.unsynced.begin());
  }
  for (const NameChange& change : done) {
    if (std::shared_ptr<StoredFolder> partner = change.partner.lock()) sync_up_to(*partner, change.sequence);
  }
}

/// For each folder the sequence of the last change that survives.
using Cuts = std::map<const StoredFolder*, std::uint64_t>;  // looked up only, never walked: pointers have no order of their own

std::uint64_t draw_cut(const StoredFolder& folder, SeededRandom& random, const CrashModel& model) {
  std::size_t kept = folder.unsynced.size();
  if (model.fate == CrashModel::Fate::kDropAll) kept = 0;
  if (model.fate == CrashModel::Fate::kMixed && !random.one_in(3)) kept = random.below(folder.unsynced.size() + 1);
  return kept == 0 ? 0 : folder.unsynced[kept - 1].sequence;  // the two halves of a rename share one: they stay together
}

/// A rename between two folders is kept by both or by neither.
void agree(const std::vector<std::shared_ptr<StoredFolder>>& folders, Cuts& cuts) {
  for (bool changed = true; changed;) {
    changed = false;
    for (const std::shared_ptr<StoredFolder>& folder : folders) {
      for (const NameChange& change : folder->unsynced) {
        std::shared_ptr<StoredFolder> partner = change.partner.lock();
        if (!partner || change.sequence > cuts[folder.get()]) continue;
        auto known = cuts.find(partner.get());
        bool kept_there = known == cuts.end() || known->second >= change.sequence;
        if (kept_there) continue;
        cuts[folder.get()] = change.sequence - 1;
        changed = true;
        break;
      }
    }
  }
}

Names surviving_names(const StoredFolder& folder, const Cuts& cuts) {
  Names names = folder.durable;
  std::uint64_t cut = cuts.at(&folder);
  for (const NameChange& change : folder.unsynced) {
    if (change.sequence <= cut) apply_change(names, change);
  }
  return names;
}

/// Copies what surviving names lead to, each file and folder once.
struct SurvivorCopy {
  SeededRandom& random;
  const CrashModel& model;
  const Cuts& cuts;
  std::map<const void*, StoredNode> copies;  // looked up only

  void fill(StoredFolder& target, const StoredFolder& source) {
    for (const auto& [name, node] : surviving_names(source, cuts)) {
      StoredNode copy = std::visit([this](const auto& kept) { return copied(kept); }, node);
      target.live.emplace(name, copy);
      target.durable.emplace(name, copy);
    }
  }
  StoredNode copied(const std::shared_ptr<StoredFile>& file) {
    auto known = copies.find(file.get());
    if (known != copies.end()) return known->second;
    StoredNode copy = file->survivor(random, model);
    copies.emplace(file.get(), copy);
    return copy;
  }
  StoredNode copied(const std::shared_ptr<StoredFolder>& folder) {
    auto known = copies.find(folder.get());
    if (known != copies.end()) return known->second;
    auto copy = std::make_shared<StoredFolder>();
    copies.emplace(folder.get(), copy);
    fill(*copy, *folder);
    return copy;
  }
};

}  // namespace

void StoredFolder::change(std::uint64_t sequence, const std::string& name, std::optional<StoredNode> now,
                          std::weak_ptr<StoredFolder> partner) {
  NameChange made{sequence, name, std::move(now), std::move(partner)};
  apply_change(live, made);
  unsynced.push_back(std::move(made));
}

std::shared_ptr<StoredFolder> StoredNames::folder(Parts parts) const {
  std::shared_ptr<StoredFolder> at = root_;
  for (const std::string& name : parts) {
    auto found = at->live.find(name);
    if (found == at->live.end()) return nullptr;
    auto* next = std::get_if<std::shared_ptr<StoredFolder>>(&found->second);
    if (next == nullptr) return nullptr;
    at = *next;
  }
  return at;
}

std::optional<StoredNode> StoredNames::node(Parts parts) const {
  if (parts.empty()) return root_;
  std::shared_ptr<StoredFolder> holder = parent(parts);
  if (!holder) return std::nullopt;
  auto found = holder->live.find(parts.back());
  if (found == holder->live.end()) return std::nullopt;
  return found->second;
}

void StoredNames::sync(StoredFolder& folder) { sync_up_to(folder, std::numeric_limits<std::uint64_t>::max()); }

std::vector<std::shared_ptr<StoredFolder>> StoredNames::folders() const {
  std::vector<std::shared_ptr<StoredFolder>> found = {root_};
  std::set<const StoredFolder*> seen = {root_.get()};
  auto add = [&found, &seen](const StoredNode& node) {
    auto* folder = std::get_if<std::shared_ptr<StoredFolder>>(&node);
    if (folder != nullptr && seen.insert(folder->get()).second) found.push_back(*folder);
  };
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::shared_ptr<StoredFolder> at = found[i];
    for (const auto& [name, node] : at->live) add(node);
    for (const auto& [name, node] : at->durable) add(node);
    for (const NameChange& change : at->unsynced) {
      if (change.now) add(*change.now);
    }
  }
  return found;
}

std::vector<std::shared_ptr<StoredFile>> StoredNames::files() const {
  std::vector<std::shared_ptr<StoredFile>> found;
  for (const std::shared_ptr<StoredFolder>& folder : folders()) {
    for (const auto& [name, node] : folder->live) {
      if (auto* file = std::get_if<std::shared_ptr<StoredFile>>(&node)) found.push_back(*file);
    }
  }
  return found;
}

StoredNames StoredNames::survivor(SeededRandom& random, const CrashModel& model) const {
  std::vector<std::shared_ptr<StoredFolder>> all = folders();
  Cuts cuts;
  for (const std::shared_ptr<StoredFolder>& folder : all) cuts[folder.get()] = draw_cut(*folder, random, model);
  agree(all, cuts);
  StoredNames names;
  SurvivorCopy copy{random, model, cuts, {}};
  copy.copies.emplace(root_.get(), names.root_);
  copy.fill(*names.root_, *root_);
  return names;
}

}  // namespace wharf::sim
