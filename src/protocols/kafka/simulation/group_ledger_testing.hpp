#pragma once
// What the members of the group were told, held against each other: a generation's partitions have one owner each, a
// commit counts for a member of the generation that is, and what is stored is the last of those that counted.
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocols/kafka/simulation/world_testing.hpp"

namespace wharf::kafka {

struct Commit {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int32_t generation = 0;
  std::string by;
  MonotonicTime sent;
  MonotonicTime answered = MonotonicTime::max();  // until then it may come to count
  enum class Fate { kUnknown, kStored, kRefused } fate = Fate::kUnknown;
};

class GroupLedger {
 public:
  explicit GroupLedger(World& world) : world_(world) {}

  void joined(std::int32_t generation, const std::string& leader) {
    auto [there, is_new] = leaders_.try_emplace({world_.life, generation}, leader);
    if (!is_new && there->second != leader) complain("has two leaders", generation);
    if (is_new) begun_.push_back({world_.life, generation, world_.now()});
  }
  void synced(std::int32_t generation, const std::string& member, const std::vector<std::int32_t>& partitions) {
    for (std::int32_t partition : partitions) {
      auto [there, is_new] = owners_.try_emplace({generation, partition}, member);
      if (!is_new && there->second != member) complain("has two owners of a partition", generation);
    }
    if (stored_.insert(generation).second) begun_.push_back({kAnyLife, generation, world_.now()});
  }

  /// Its number, which goes with it as its metadata.
  std::size_t sent(Commit commit) {
    commit.sent = world_.now();
    commits_.push_back(std::move(commit));
    return commits_.size() - 1;
  }
  void answered(std::size_t number, Commit::Fate fate) {
    Commit& commit = commits_[number];
    commit.answered = world_.now();
    commit.fate = fate;
    if (fate == Commit::Fate::kStored && is_outdated(commit)) complain("is over and takes a commit", commit.generation);
    if (fate == Commit::Fate::kStored)
      committed_[at(commit.partition)] = std::max(committed_[at(commit.partition)], commit.offset);
  }
  void refused(std::size_t number) { answered(number, Commit::Fate::kRefused); }

  /// What was asked for at `asked` and has come now.
  void fetched(std::int32_t partition, std::int64_t offset, const std::string& metadata, MonotonicTime asked) {
    const Commit* found = offset < 0 ? nullptr : find(partition, offset, metadata);
    if (offset >= 0 && found == nullptr)
      return world_.complain(fmt::format("offset {} of partition {} was never committed", offset, partition));
    if (found != nullptr && found->fate == Commit::Fate::kRefused)
      world_.complain("a commit that was refused is stored");
    if (found != nullptr && is_outdated(*found)) complain("was over when a commit of it was stored", found->generation);
    for (const Commit& other : commits_) {
      bool counted = other.partition == partition && other.fate == Commit::Fate::kStored && other.answered < asked;
      bool is_later = found == nullptr || other.sent > found->answered;
      if (counted && is_later)
        return world_.complain(
            fmt::format("commit {} of partition {} is gone: {} is stored", other.offset, partition, offset));
    }
  }

  /// Read by some member.
  void read(std::int32_t partition, std::int64_t offset) { read_[at(partition)].insert(offset); }
  std::size_t records_read(std::int32_t partition) const { return read_[at(partition)].size(); }
  std::int64_t committed(std::int32_t partition) const { return committed_[at(partition)]; }

 private:
  /// From when on a generation was there: one that was stored, for ever; one that is not yet, as long as the broker
  /// lives.
  struct Begun {
    int life = 0;
    std::int32_t generation = 0;
    MonotonicTime at;
  };
  static constexpr int kAnyLife = 0;

  static std::size_t at(std::int32_t partition) { return static_cast<std::size_t>(partition); }
  /// A later generation was there before it was sent.
  bool is_outdated(const Commit& commit) const {
    for (const Begun& begun : begun_) {
      bool counts = begun.life == kAnyLife || begun.life == world_.life;
      if (counts && begun.generation > commit.generation && begun.at < commit.sent) return true;
    }
    return false;
  }
  const Commit* find(std::int32_t partition, std::int64_t offset, const std::string& metadata) const {
    auto number = static_cast<std::size_t>(std::strtoull(metadata.c_str(), nullptr, 10));
    if (number >= commits_.size()) return nullptr;
    const Commit& commit = commits_[number];
    return commit.partition == partition && commit.offset == offset ? &commit : nullptr;
  }
  void complain(const char* what, std::int32_t generation) {
    world_.complain(fmt::format("generation {} {}", generation, what));
  }

  World& world_;
  std::map<std::pair<int, std::int32_t>, std::string> leaders_;          // by life and generation
  std::map<std::pair<std::int32_t, std::int32_t>, std::string> owners_;  // by generation and partition
  std::set<std::int32_t> stored_;                                        // generations
  std::vector<Begun> begun_;
  std::vector<Commit> commits_;
  std::array<std::set<std::int64_t>, kPartitions> read_;
  std::array<std::int64_t, kPartitions> committed_{};
};

}  // namespace wharf::kafka
