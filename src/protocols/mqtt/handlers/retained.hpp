#pragma once
// Retained messages for a new subscription: a cursor over what is kept, paced by the client's socket, so that a hundred
// thousand of them take no more memory than a page.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "runtime/task.hpp"

namespace wharf::mqtt {

struct Client;

/// For a subscription that asked for what was retained.
struct Replay {
  std::string filter;
  std::uint8_t qos = 0;
  std::optional<std::uint32_t> id;
  std::vector<Offset> below = {};  // broker::Retained::marks(): what was published later came as it was
};

/// In a task of the client's, one after the other.
void replay_later(Client& client, Replay replay);

}  // namespace wharf::mqtt
