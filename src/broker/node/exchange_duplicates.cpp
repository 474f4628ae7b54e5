#include "broker/node/exchange_duplicates.hpp"

namespace wharf::broker {

runtime::Task<bool> Landing::kept(std::shared_ptr<Landing> of) {
  if (of->kept_) co_return *of->kept_;
  auto start = [of](runtime::Resume<bool> resume) { of->waiting_.push_back(std::move(resume)); };
  bool kept = co_await runtime::suspend<bool>(std::move(start));
  co_return kept;
}

void Landing::land(bool kept) {
  kept_ = kept;
  for (runtime::Resume<bool>& waiting : std::exchange(waiting_, {})) {
    shard_.post([resume = std::move(waiting), kept]() mutable { std::move(resume)(kept); });
  }
}

ExchangeDuplicates::Seen ExchangeDuplicates::see(const Exchange& exchange, const routing::DuplicateRules& rules,
                                                 std::string id, std::optional<Milliseconds> lifetime) {
  std::uint64_t ticket = ++last_ticket_;
  routing::DuplicateCache::Seen seen =
      caches_[exchange].see(id, lifetime ? lifetime : rules.lifetime, rules.most_entries, ticket, shard_.now());
  if (!seen.is_new) {
    auto on_way = on_way_.find(seen.ticket);
    return {std::nullopt, on_way == on_way_.end() ? nullptr : on_way->second};
  }
  auto landing = std::make_shared<Landing>(shard_);
  on_way_.emplace(ticket, landing);
  return {First{exchange, std::move(id), ticket}, std::move(landing)};
}

void ExchangeDuplicates::landed(const First& first, bool kept) {
  auto on_way = on_way_.extract(first.ticket);
  on_way.mapped()->land(kept);
  auto cache = caches_.find(first.exchange);
  if (!kept && cache != caches_.end()) cache->second.forget(first.id, first.ticket);
}

}  // namespace wharf::broker
