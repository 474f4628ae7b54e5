#pragma once
// What the deduplicating exchanges of one shard have seen, and which of it is still on its way to the disk.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "routing/core/duplicate_cache.hpp"
#include "routing/core/exchange_rules.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

/// A message on its way to where it goes. Of one shard.
class Landing {
 public:
  explicit Landing(runtime::Shard& shard) : shard_(shard) {}
  /// Whether all that it goes to have kept it.
  static runtime::Task<bool> kept(std::shared_ptr<Landing> of);
  void land(bool kept);

 private:
  runtime::Shard& shard_;
  std::optional<bool> kept_;
  std::vector<runtime::Resume<bool>> waiting_;
};

class ExchangeDuplicates {
 public:
  struct Exchange {
    std::string name_space, name;
    friend auto operator<=>(const Exchange&, const Exchange&) = default;
  };
  /// A message that an exchange has seen first, to be told of by landed().
  struct First {
    Exchange exchange;
    std::string id;
    std::uint64_t ticket = 0;
  };
  /// The landing of the first of this id: none: it has landed; with `first`: that is this one.
  struct Seen {
    std::optional<First> first;
    std::shared_ptr<Landing> landing;
  };

  explicit ExchangeDuplicates(runtime::Shard& shard) : shard_(shard) {}
  Seen see(const Exchange& exchange, const routing::DuplicateRules& rules, std::string id,
           std::optional<Milliseconds> lifetime);
  /// Where it was not kept, one of the same id may come again.
  void landed(const First& first, bool kept);
  template <class Gone>
  void forget_if(Gone gone) {
    std::erase_if(caches_, [&](const auto& entry) { return gone(entry.first); });
  }
  std::size_t exchanges() const { return caches_.size(); }

 private:
  runtime::Shard& shard_;
  std::uint64_t last_ticket_ = 0;
  std::map<Exchange, routing::DuplicateCache> caches_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Landing>> on_way_;  // by ticket
};

}  // namespace wharf::broker
