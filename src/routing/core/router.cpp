#include "routing/core/router.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "routing/core/key_hash.hpp"

namespace wharf::routing {
namespace {

bool wants_no_store(const MessageView& message) {
  const PropertyValue* asked = message.headers ? find_property(*message.headers, "x-recent-history-no-store") : nullptr;
  const bool* no_store = asked ? asked->get_if<bool>() : nullptr;
  return no_store && *no_store;
}

/// One of `count`, each as likely: the high half of a product, without a division.
std::size_t pick(std::uint64_t random, std::size_t count) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>((static_cast<Wide>(random) * count) >> 64);
}

}  // namespace

void Router::begin(const RoutingTable& table) {
  if (reached_.size() < table.destination_limit()) reached_.resize(table.destination_limit());
  if (++call_ == 0) {  // after 2^32 calls old marks could be taken for ours
    std::ranges::fill(reached_, 0u);
    call_ = 1;
  }
  to_visit_.clear();
  destinations_.clear();
  held_back_.clear();
  remembered_.clear();
  repeats_ = undecided_ = false;
}

Routes Router::route(const RoutingTable& table, DestinationId exchange, const MessageView& message,
                     std::uint64_t random, DuplicateCheck* duplicates) {
  begin(table);
  Walk walk{table, message, random, duplicates};
  reach(exchange, true);
  while (!to_visit_.empty() && !undecided_) {
    DestinationId id = to_visit_.back();
    to_visit_.pop_back();
    visit(walk, id, *table.exchange(id));
  }
  return {destinations_, held_back_, remembered_, repeats_, undecided_};
}

void Router::reach(DestinationId id, bool is_exchange) {
  if (std::exchange(reached_[id], call_) == call_) return;
  (is_exchange ? to_visit_ : destinations_).push_back(id);
}
void Router::reach(const Route& route) {
  reach(route.destination(), route.is_exchange());
}

bool Router::reach_all(const RouteList& routes) {
  for (const Route& route : routes) reach(route);
  return !routes.empty();
}

void Router::visit(const Walk& walk, DestinationId id, const ExchangeEntry& from) {
  if (from.rules.delays) {
    if (std::int64_t delay = delay_ms(walk.message); delay > 0) {
      held_back_.push_back({id, delay});
      return;
    }
  }
  if (from.rules.duplicates && !passes(walk, from)) return;
  if (from.rules.history_messages != 0 && !wants_no_store(walk.message)) {
    remembered_.push_back({id, from.rules.history_messages});
  }
  if (match(walk, id, from) || from.alternate().empty()) return;
  if (auto alternate = walk.table.find(DestinationKind::kExchange, from.alternate())) reach(*alternate, true);
}

/// Messages without an id are asked about as well: they keep their place among the others.
bool Router::passes(const Walk& walk, const ExchangeEntry& from) {
  if (walk.duplicates == nullptr) {
    undecided_ = true;
    return false;
  }
  bool is_new = walk.duplicates->is_new(from.exchange, *from.rules.duplicates, walk.message);
  repeats_ = repeats_ || !is_new;
  return is_new;
}

/// Whether any binding matched, which is not whether anything new was reached.
bool Router::match(const Walk& walk, DestinationId id, const ExchangeEntry& from) {
  switch (from.rules.matching) {
    case Matching::kDestinationName:
    case Matching::kDirect:
    case Matching::kTopic: {
      bool matched = match_key(walk, from, walk.message.routing_key);
      for (std::string_view key : walk.message.extra_keys) matched |= match_key(walk, from, key);
      return matched;
    }
    case Matching::kEvery:
      return reach_all(from.routes);
    case Matching::kHeaders:
      return match_headers(walk, from);
    case Matching::kWeighted:
      return match_weighted(walk, from);
    case Matching::kAny:
      break;
  }
  if (from.routes.empty()) return false;
  // Each exchange on the way chooses for itself.
  std::uint64_t own = mix(walk.random, walk.table.choice_hash_of(id));
  reach(from.routes[pick(own, from.routes.size())]);
  return true;
}

bool Router::match_key(const Walk& walk, const ExchangeEntry& from, std::string_view key) {
  if (from.rules.matching == Matching::kDirect) {
    const RouteList* routes = from.keys.match_literal(key);
    return routes && reach_all(*routes);
  }
  if (from.rules.matching == Matching::kTopic) {
    auto matches = from.keys.match(key, topic_);
    for (const RouteList* routes : matches) reach_all(*routes);
    bool is_named = from.exchange.name == kTopicSpace && reach_log_topic(walk, key);
    return is_named || !matches.empty();
  }
  for (DestinationKind kind : {DestinationKind::kQueue, DestinationKind::kLogTopic}) {
    if (auto named = walk.table.find(kind, key)) {
      reach(*named, false);
      return true;
    }
  }
  return false;
}

bool Router::reach_log_topic(const Walk& walk, std::string_view name) {
  auto named = walk.table.find(DestinationKind::kLogTopic, name);
  if (named) reach(*named, false);
  return named.has_value();
}

bool Router::match_headers(const Walk& walk, const ExchangeEntry& from) {
  bool matched = false;
  const HeaderIndex headers(walk.message.headers);
  for (const Route& route : from.routes) {
    if (!headers_match(walk.table.headers_mode_of(route), walk.table.arguments_of(route), headers)) continue;
    matched = true;
    reach(route);
  }
  return matched;
}

bool Router::match_weighted(const Walk& walk, const ExchangeEntry& from) {
  if (from.routes.empty()) return false;
  std::uint64_t hash = choice_hash(from.rules.hashed, walk.message);
  double least = std::numeric_limits<double>::infinity();
  Route chosen = from.routes.front();
  for (const Route& route : from.routes) {
    double asked = price(hash, walk.table.choice_hash_of(route.destination()), walk.table.weight_of(route));
    if (asked < least) {
      least = asked;
      chosen = route;
    }
  }
  reach(chosen);
  return true;
}

}  // namespace wharf::routing
