#pragma once
// Topic aliases of one connection (5.0, 3.3.2.3.4): a number that stands for a topic name, of each direction. No I/O.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mqtt/wire/reason_code.hpp"

namespace wharf::mqtt {

/// The client's.
class IncomingAliases {
 public:
  /// The topic that a PUBLISH means, valid until the next call; kTopicAliasInvalid, kProtocolError.
  Outcome<std::string_view> resolve(std::string_view topic, std::optional<std::uint16_t> alias, std::uint16_t most);

 private:
  std::vector<std::string> topics_;  // by alias - 1
};

/// Ours: the first topics that come, as many as the client allows.
class OutgoingAliases {
 public:
  explicit OutgoingAliases(std::uint16_t most) : most_(most) {}
  struct Alias {
    std::uint16_t number = 0;  // 0: none
    bool known = false;        // the client knows what it stands for
  };
  Alias alias_of(std::string_view topic);

 private:
  std::uint16_t most_;
  std::map<std::string, std::uint16_t, std::less<>> aliases_;
};

}  // namespace wharf::mqtt
