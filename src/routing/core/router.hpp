#pragma once
// Where a message goes. From the exchange it was published to through bindings, other exchanges and, where an
// exchange's own bindings match nothing, its alternate exchange, to a set of queues and log topics: each once, however
// many ways lead there. Exchanges may form circles; each is visited once per message.
//
// A Router is what that writes on, kept by its user: once it has grown, routing by direct, fanout and topic exchanges
// allocates nothing. It serves any number of tables, one call at a time.
#include <cstdint>
#include <span>
#include <vector>

#include "routing/core/message_view.hpp"
#include "routing/core/routing_table.hpp"

namespace wharf::routing {

/// Its keys are the names of the topic space: beside what is bound to it, it reaches the log topic of that name.
inline constexpr std::string_view kTopicSpace = "amq.topic";

/// An x-delayed-message exchange holds the message back: when the time is over, route it from there with the sign of
/// its x-delay turned.
struct HeldBack {
  DestinationId exchange;
  std::int64_t delay_ms;
};

/// An x-recent-history exchange's last messages include this one: the caller keeps so many for it
/// (Bound::replay_messages).
struct Remembered {
  DestinationId exchange;
  std::uint32_t messages;
};

/// Knows what the x-message-deduplication exchanges have seen.
class DuplicateCheck {
 public:
  virtual ~DuplicateCheck() = default;
  /// Asked once per message and exchange: whether it is routed on. It counts as seen from here on.
  virtual bool is_new(const Exchange& exchange, const DuplicateRules& rules, const MessageView& message) = 0;
};

/// Valid until the Router is used again; numbers as long as the table's.
struct Routes {
  std::span<const DestinationId> destinations;  // queues and log topics
  std::span<const HeldBack> held_back;
  std::span<const Remembered> remembered;
  bool repeats = false;    // some exchange has seen it: it went no further there
  bool undecided = false;  // it came to such an exchange, and there was nobody to ask: nothing else here counts

  /// What `mandatory` asks about.
  bool nowhere() const { return destinations.empty() && held_back.empty() && !repeats; }
};

class Router {
 public:
  /// `exchange`: from RoutingTable::publish_target or find. `random`: 64 random bits, for x-random.
  Routes route(const RoutingTable& table, DestinationId exchange, const MessageView& message, std::uint64_t random,
               DuplicateCheck* duplicates = nullptr);

 private:
  struct Walk {
    const RoutingTable& table;
    const MessageView& message;
    std::uint64_t random;
    DuplicateCheck* duplicates;
  };
  void begin(const RoutingTable& table);
  void visit(const Walk& walk, DestinationId id, const ExchangeEntry& from);
  bool passes(const Walk& walk, const ExchangeEntry& from);
  bool match(const Walk& walk, DestinationId id, const ExchangeEntry& from);
  bool match_key(const Walk& walk, const ExchangeEntry& from, std::string_view key);
  bool reach_log_topic(const Walk& walk, std::string_view name);
  bool match_headers(const Walk& walk, const ExchangeEntry& from);
  bool match_weighted(const Walk& walk, const ExchangeEntry& from);
  bool reach_all(const RouteList& routes);
  void reach(const Route& route);
  void reach(DestinationId id, bool is_exchange);

  std::vector<DestinationId> to_visit_;
  std::vector<DestinationId> destinations_;
  std::vector<HeldBack> held_back_;
  std::vector<Remembered> remembered_;
  bool repeats_ = false;
  bool undecided_ = false;
  std::vector<std::uint32_t> reached_;  // by number: the call that reached it
  std::uint32_t call_ = 0;
  TopicScratch topic_;
};

}  // namespace wharf::routing
