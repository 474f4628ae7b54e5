#pragma once
// Retained messages for a new subscription: a cursor over what is kept, paced by the client's socket, so that a hundred
// thousand of them take no more memory than a page.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/retained.hpp"
#include "model/ids.hpp"
#include "runtime/task.hpp"

namespace wharf::mqtt {

struct Client;

/// Pages of retained messages that a session keeps track of: what is to be kept once all of a page, and of those before
/// it, is answered.
struct ReplayPages {
  struct Page {
    std::uint32_t number = 0;
    std::size_t unanswered = 0;
    bool is_sent = false;  // as a whole
    std::string filter;
    std::optional<std::string> place;  // where it goes on behind it; none: it was the last
  };
  std::vector<Page> all;  // in their order
  std::uint32_t made = 0;
  std::size_t unanswered = 0;
};

/// For a subscription that asked for what was retained.
struct Replay {
  std::string filter;
  std::uint8_t qos = 0;
  std::optional<std::uint32_t> id;
  std::vector<Offset> below = {};   // broker::Retained::marks(): what was published later came as it was
  broker::RetainedPlace from = {};  // where it begins

  /// Whether it goes on with the session: what is not acknowledged when the connection ends comes again.
  bool is_kept(const Client& client) const;
};

/// Most clients have none.
struct Replaying {
  std::vector<Replay> waiting;  // in their order
  bool is_running = false;
  ReplayPages pages;
};

/// As the session keeps it; none: it is none.
std::string encode_place(const Replay& replay);
bool decode_place(std::string_view encoded, Replay& into);

/// In a task of the client's, one after the other; in place of an older one with this filter that has not begun.
void replay_later(Client& client, Replay replay);
/// Those that the session kept, by what is subscribed to now.
void resume_replays(Client& client);
/// One with this filter that has not begun, and what was to be kept of one that has.
void forget_replay(Client& client, std::string_view filter);
/// A message of a page is not the broker's any more.
void answered_retained(Client& client, std::uint32_t page);

}  // namespace wharf::mqtt
