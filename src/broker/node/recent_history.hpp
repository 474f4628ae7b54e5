#pragma once
// What the exchanges of one shard remember, the oldest first.
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "queue/shell/delivery.hpp"

namespace wharf::broker {

class RecentHistory {
 public:
  /// Of one exchange; beyond, its oldest are forgotten, however many it asks for. The last one is always kept.
  static constexpr std::uint64_t kMostBytes = 64 << 20;

  struct Exchange {
    std::string name_space, name;
    friend auto operator<=>(const Exchange&, const Exchange&) = default;
  };

  void add(const Exchange& exchange, std::uint32_t most, queue::Delivery message) {
    Messages& messages = of_[exchange];
    messages.bytes += message.window_bytes();
    messages.oldest_first.push_back(std::move(message));
    while (messages.oldest_first.size() > 1 && (messages.oldest_first.size() > most || messages.bytes > kMostBytes)) {
      messages.bytes -= messages.oldest_first.front().window_bytes();
      messages.oldest_first.pop_front();
    }
  }
  std::vector<queue::Delivery> messages_of(const Exchange& exchange) const {
    auto found = of_.find(exchange);
    if (found == of_.end()) return {};
    return {found->second.oldest_first.begin(), found->second.oldest_first.end()};
  }
  template <class Gone>
  void forget_if(Gone gone) {
    std::erase_if(of_, [&](const auto& entry) { return gone(entry.first); });
  }
  std::size_t exchanges() const { return of_.size(); }

 private:
  struct Messages {
    std::deque<queue::Delivery> oldest_first;
    std::uint64_t bytes = 0;
  };
  std::map<Exchange, Messages> of_;
};

}  // namespace wharf::broker
