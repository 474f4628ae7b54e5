#pragma once
// One file of a simulated disk: what reads see, and what of it a power loss would leave.
//
// Content is kept in pages of 4096 bytes. A write makes a new version of each page it touches; until a sync, a crash may
// leave the durable version, any later one, a mix by sectors of 512, or garbage. A size is unsynced in the same way: a
// crash keeps a prefix of its changes.
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "model/bytes.hpp"
#include "sim/random.hpp"

namespace wharf::sim {

inline constexpr std::size_t kPageBytes = 4096;
inline constexpr std::size_t kSectorBytes = 512;

/// How cruel a crash is to what was not synced.
struct CrashModel {
  bool garble = true;
  /// Garbage stays within the bytes written since the last sync: what was durable beside them in the same sector survives,
  /// as disks promise. Without it whole sectors go.
  bool power_safe_overwrite = true;
  /// What befalls everything unsynced. kMixed draws for each page, size and folder.
  enum class Fate { kMixed, kDropAll, kKeepAll } fate = Fate::kMixed;
};

class StoredFile {
 public:
  bool named = true;        // a live name leads here
  std::size_t handles = 0;  // open files; with no name and no handle its space is free

  std::uint64_t size() const { return size_; }
  /// Pages that take space, and how many more a write would take.
  std::uint64_t allocated_pages() const { return allocated_; }
  std::uint64_t pages_missing(std::uint64_t position, std::uint64_t length) const;

  std::size_t read(std::uint64_t position, MutableBytes into);
  bool cached(std::uint64_t position, std::uint64_t length) const;
  /// Into the page cache. `sequence` rises with each change of the disk.
  void write(std::uint64_t sequence, std::uint64_t position, ByteView bytes);
  /// Durable at once; each sector for which `torn` draws false is left as it was (null: none).
  void write_direct(std::uint64_t sequence, std::uint64_t position, ByteView bytes, SeededRandom* torn);
  void truncate(std::uint64_t sequence, std::uint64_t size);
  void sync();
  /// A sync that failed: the dirty pages count as clean for the cache and are on disk or not; no later sync writes them.
  void fail_sync();
  /// Clean pages leave the cache. Pages of a failed sync do so too, and with them what was written.
  void drop_cached(std::uint64_t position, std::uint64_t length);

  /// What a power loss leaves, all of it durable and none of it cached.
  std::shared_ptr<StoredFile> survivor(SeededRandom& random, const CrashModel& model) const;
  /// Changes both what is read and what is durable: damage.
  void overwrite(std::uint64_t position, ByteView bytes);
  void damage_size(std::uint64_t size);

 private:
  using Image = std::array<std::byte, kPageBytes>;
  using SharedImage = std::shared_ptr<const Image>;  // null: zeros that take no space
  struct Version {
    std::uint64_t sequence;
    SharedImage image;
  };
  struct Page {
    SharedImage durable;
    std::vector<Version> unsynced;  // oldest first; reads see the last
    std::size_t dirty_from = kPageBytes;
    std::size_t dirty_to = 0;
    bool lost = false;  // a sync failed on it
    bool cold = false;

    const SharedImage& live() const { return unsynced.empty() ? durable : unsynced.back().image; }
  };
  struct SizeChange {
    std::uint64_t sequence;
    std::uint64_t size;
    bool shrinks;
  };

  void put(Page& page, std::uint64_t sequence, SharedImage image, std::size_t from, std::size_t to);
  void set_durable(Page& page, SharedImage image);
  void change_size(std::uint64_t sequence, std::uint64_t size);
  void commit_size();
  std::uint64_t surviving_size(SeededRandom& random, const CrashModel& model, std::uint64_t& before) const;
  static SharedImage surviving_image(const Page& page, SeededRandom& random, const CrashModel& model, std::uint64_t before);
  static std::shared_ptr<Image> copy_of(const SharedImage& image);
  static void garble(Image& image, const Page& page, SeededRandom& random, bool power_safe);

  std::map<std::uint64_t, Page> pages_;  // by index; absent: zeros
  std::uint64_t size_ = 0;
  std::uint64_t durable_size_ = 0;
  std::vector<SizeChange> sizes_;  // since the last sync
  std::uint64_t allocated_ = 0;
};

}  // namespace wharf::sim
