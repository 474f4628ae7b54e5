#pragma once
// Who waits for direct replies on one shard.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "broker/replies.hpp"

namespace wharf::broker {

class ReplyConsumers {
 public:
  std::uint64_t add(std::string secret, std::shared_ptr<ReplySink> sink) {
    waiting_.emplace(++last_, Waiting{std::move(secret), std::move(sink)});
    return last_;
  }
  void remove(std::uint64_t number, std::string_view secret) {
    auto found = waiting_.find(number);
    if (found != waiting_.end() && found->second.secret == secret) waiting_.erase(found);
  }
  /// nullptr: nobody, or another by that number.
  std::shared_ptr<ReplySink> find(std::uint64_t number, std::string_view secret) const {
    auto found = waiting_.find(number);
    return found != waiting_.end() && found->second.secret == secret ? found->second.sink : nullptr;
  }

 private:
  struct Waiting {
    std::string secret;
    std::shared_ptr<ReplySink> sink;
  };
  std::map<std::uint64_t, Waiting> waiting_;
  std::uint64_t last_ = 0;
};

}  // namespace wharf::broker
