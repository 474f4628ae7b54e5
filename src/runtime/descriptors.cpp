#include "runtime/descriptors.hpp"

#include <algorithm>

namespace wharf::runtime {
namespace {

/// Left for files, and as many for what is not counted.
std::size_t set_aside(std::size_t limit) {
  constexpr std::size_t kEnough = 200;
  return std::min(kEnough, limit / 8);
}

}  // namespace

Descriptors::Descriptors(std::size_t limit)
    : most_connections_(limit - 2 * set_aside(limit)), most_(limit - set_aside(limit)) {}

bool Descriptors::admit() {
  if (++connections_ > most_connections_) {
    --connections_;
    return false;
  }
  if (too_many() > 0) ask_keepers();
  return true;
}

void Descriptors::add(Keeper& keeper, Shard& shard) {
  std::scoped_lock lock(mutex_);
  keepers_.emplace(&keeper, &shard);
  keeper_count_ = keepers_.size();
}

void Descriptors::remove(Keeper& keeper) {
  std::scoped_lock lock(mutex_);
  keepers_.erase(&keeper);
  keeper_count_ = keepers_.size();
}

bool Descriptors::knows(Keeper* keeper) {
  std::scoped_lock lock(mutex_);
  return keepers_.contains(keeper);
}

std::size_t Descriptors::too_many() const {
  const std::size_t have = connections_ + files_;
  return have > most_ ? have - most_ : 0;
}

std::size_t Descriptors::share() const {
  const std::size_t connections = std::min<std::size_t>(connections_, most_);
  return (most_ - connections) / std::max<std::size_t>(keeper_count_, 1);
}

void Descriptors::ask_keepers() {
  std::scoped_lock lock(mutex_);
  for (const auto& [keeper, shard] : keepers_) {
    // One that has gone meanwhile went on this shard: nobody removes it between the two.
    shard->post([this, asked = keeper] {
      if (knows(asked)) asked->give_way();
    });
  }
}

}  // namespace wharf::runtime
