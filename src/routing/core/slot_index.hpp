#pragma once
// Which slot holds the thing with this hash: an open-addressing table of slot numbers, beside the array that holds the
// things. Eight bytes a cell; the things are compared by the caller, so one kind of table serves names, words, keys and
// whole bindings, and a lookup makes no key object. Finding allocates nothing.
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/error.hpp"

namespace wharf::routing {

class SlotIndex {
 public:
  /// The slot whose hash is this and of which `is_it(slot)` says yes.
  template <class IsIt>
  std::optional<std::uint32_t> find(std::uint64_t hash, IsIt&& is_it) const {
    if (cells_.empty()) return std::nullopt;
    for (std::size_t at = home(part(hash)); cells_[at].slot != kNoSlot; at = after(at)) {
      if (cells_[at].hash == part(hash) && is_it(cells_[at].slot)) return cells_[at].slot;
    }
    return std::nullopt;
  }

  /// The slot must not be there yet.
  void insert(std::uint64_t hash, std::uint32_t slot) {
    if ((used_ + 1) * 3 > cells_.size() * 2) grow();
    place({part(hash), slot});
    ++used_;
  }

  /// The slot must be there.
  void erase(std::uint64_t hash, std::uint32_t slot) {
    std::size_t hole = home(part(hash));
    while (cells_[hole].slot != slot) {
      WHARF_ASSERT(cells_[hole].slot != kNoSlot);
      hole = after(hole);
    }
    // Cells behind the hole move up unless they would leave their run: no cell ever says "something was here".
    for (std::size_t at = after(hole); cells_[at].slot != kNoSlot; at = after(at)) {
      std::size_t distance = (at - home(cells_[at].hash)) & (cells_.size() - 1);
      if (distance >= ((at - hole) & (cells_.size() - 1))) {
        cells_[hole] = cells_[at];
        hole = at;
      }
    }
    cells_[hole] = {};
    --used_;
  }

  std::size_t size() const { return used_; }

 private:
  static constexpr std::uint32_t kNoSlot = 0xffffffff;
  struct Cell {
    std::uint32_t hash = 0;
    std::uint32_t slot = kNoSlot;
  };

  static std::uint32_t part(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  std::size_t home(std::uint32_t hash) const { return hash & (cells_.size() - 1); }
  std::size_t after(std::size_t at) const { return (at + 1) & (cells_.size() - 1); }

  void place(Cell cell) {
    std::size_t at = home(cell.hash);
    while (cells_[at].slot != kNoSlot) at = after(at);
    cells_[at] = cell;
  }

  void grow() {
    std::vector<Cell> old = std::move(cells_);
    cells_ = std::vector<Cell>(std::bit_ceil(old.size() * 2 + 8));
    for (const Cell& cell : old) {
      if (cell.slot != kNoSlot) place(cell);
    }
  }

  std::vector<Cell> cells_;  // a power of two
  std::size_t used_ = 0;
};

}  // namespace wharf::routing
