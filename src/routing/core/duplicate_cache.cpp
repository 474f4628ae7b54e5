#include "routing/core/duplicate_cache.hpp"

#include <algorithm>
#include <utility>

namespace wharf::routing {
namespace {

/// A hundred years: what a time can be added to.
constexpr Milliseconds kLongest{std::int64_t{100} * 365 * 24 * 3600 * 1000};

}  // namespace

DuplicateCache::Seen DuplicateCache::see(std::string_view id, std::optional<Milliseconds> lifetime,
                                         std::uint64_t most_entries, std::uint64_t ticket, MonotonicTime now) {
  while (!ends_.empty() && ends_.begin()->first <= now) drop_first();
  auto found = seen_.find(id);
  if (found != seen_.end()) return {false, found->second.ticket};
  while (!ends_.empty() && (seen_.size() >= most_entries || id_bytes_ + id.size() > kMostIdBytes)) drop_first();
  MonotonicTime end = lifetime ? now + std::min(*lifetime, kLongest) : MonotonicTime::max();
  auto at = seen_.emplace(id, Entry{ticket, {}}).first;
  at->second.end = ends_.emplace(end, &at->first);
  id_bytes_ += id.size();
  return {true, ticket};
}

void DuplicateCache::forget(std::string_view id, std::uint64_t ticket) {
  auto found = seen_.find(id);
  if (found == seen_.end() || found->second.ticket != ticket) return;
  id_bytes_ -= id.size();
  ends_.erase(found->second.end);
  seen_.erase(found);
}

void DuplicateCache::drop_first() {
  auto first = ends_.begin();
  id_bytes_ -= first->second->size();
  seen_.erase(seen_.find(*first->second));
  ends_.erase(first);
}

}  // namespace wharf::routing
