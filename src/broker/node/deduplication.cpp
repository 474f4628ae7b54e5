#include "broker/node/deduplication.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "broker/node/exchange_duplicates.hpp"
#include "broker/routed_message.hpp"
#include "model/deduplication_id.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {
namespace {

/// Exchanges that delete themselves leave behind what they have seen: it goes when so many have something.
constexpr std::size_t kSweptFrom = 16;

/// A message with what its views point into.
struct Opened {
  explicit Opened(const ToDeduplicate& one)
      : headers(properties_of(one.message.record)), keys(one.extra_keys.begin(), one.extra_keys.end()) {
    Result<MessageView> stored = message_of(one.message.record);
    message = stored ? *stored : plain_message_of(one.message.record);
  }
  routing::MessageView routed() const { return for_routing(message, keys, &headers); }
  PropertyTable headers;
  std::vector<std::string_view> keys;
  MessageView message;
};

/// What is known of a message while it is under way.
struct Way {
  std::size_t destinations = 0;
  bool repeats = false;
  std::vector<ExchangeDuplicates::First> firsts;  // where it was seen first
  std::vector<std::shared_ptr<Landing>> waits_for;
  std::optional<Error> error;

  void failed(Error why) {
    if (!error) error = std::move(why);
  }
  Result<PassedOn> outcome() const {
    if (error) return fail(*error);
    if (destinations > 0) return PassedOn::kKept;
    return repeats ? PassedOn::kRepeated : PassedOn::kNowhere;
  }
};

}  // namespace

/// Messages that came together, on the shard that decides.
class NodeDeduplication::Turn final : public routing::DuplicateCheck {
 public:
  Turn(NodeShard& owner, const OutgoingPorts& to, Outgoing& outgoing, runtime::Random& random)
      : owner_(owner), to_(to), outgoing_(outgoing), dice_(random) {}

  void route(const ToDeduplicate& one) {
    Way& way = ways_.emplace_back();
    std::optional<NamespaceView> view = to_.entities.find(owner_.shard, one.name_space);
    auto exchange = view ? view->routes->find(routing::DestinationKind::kExchange, one.exchange) : std::nullopt;
    if (!exchange) return;
    Opened opened(one);
    name_space_ = &one.name_space;
    routing::Routes routes = router_.route(*view->routes, *exchange, opened.routed(), dice_.roll(), this);
    way.repeats = routes.repeats;
    way.destinations = outgoing_.add(*view, routes,
                                     {.name_space = one.name_space,
                                      .extra_keys = opened.keys,
                                      .message = opened.message,
                                      .deaths_in = one.is_dead_letter ? &opened.headers : nullptr,
                                      .number = ways_.size() - 1},
                                     owner_.shard.clock().wall_now());
  }
  bool is_new(const routing::Exchange& exchange, const routing::DuplicateRules& rules,
              const routing::MessageView& message) override {
    std::optional<std::string> id = deduplication_id(*message.headers);
    if (!id) return true;
    std::optional<Milliseconds> lifetime;
    if (auto lifetime_ms = routing::cache_lifetime_ms(message)) lifetime = Milliseconds(*lifetime_ms);
    ExchangeDuplicates::Seen seen =
        owner_.duplicates.see({*name_space_, exchange.name}, rules, std::move(*id), lifetime);
    Way& way = ways_.back();
    if (seen.first) {
      way.firsts.push_back(std::move(*seen.first));
      return true;
    }
    if (seen.landing) way.waits_for.push_back(std::move(seen.landing));
    return false;
  }
  runtime::Task<std::vector<Result<PassedOn>>> send() {
    Outgoing::Gathered gathered = outgoing_.take();
    std::vector<Result<void>> sent = co_await broker::send(owner_.shard, to_, std::move(gathered.parts));
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (is_kept(sent[i])) continue;
      for (std::size_t number : gathered.messages[i]) ways_[number].failed(sent[i].error());
    }
    for (const Way& way : ways_) {
      for (const ExchangeDuplicates::First& first : way.firsts) owner_.duplicates.landed(first, !way.error);
    }
    std::vector<Result<PassedOn>> outcomes;
    for (Way& way : ways_) {
      for (const std::shared_ptr<Landing>& landing : way.waits_for) {
        bool kept = co_await Landing::kept(landing);
        if (!kept) way.failed({ErrorCode::kUnavailable, "the message that it repeats could not be kept"});
      }
      outcomes.push_back(way.outcome());
    }
    co_return outcomes;
  }

 private:
  NodeShard& owner_;
  OutgoingPorts to_;
  Outgoing& outgoing_;
  runtime::Dice dice_;
  routing::Router router_;
  std::vector<Way> ways_;
  const std::string* name_space_ = nullptr;  // of the message that is routed
};

NodeDeduplication::NodeDeduplication(NodeShards& shards, const OutgoingPorts& to, runtime::Random& random)
    : shards_(shards), to_(to), random_(random) {
  for (std::size_t i = 0; i < shards.size(); ++i) outgoing_.emplace_back(shards.at(i).shard, to.catalogue);
}

NodeShard& NodeDeduplication::owner(const std::string& name_space) {
  return shards_.at(std::hash<std::string>()(name_space) % shards_.size());
}

runtime::Task<std::vector<Result<PassedOn>>> NodeDeduplication::pass_on(runtime::Shard& here,
                                                                        std::vector<ToDeduplicate> messages) {
  std::map<ShardIndex, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    places[owner(messages[i].name_space).shard.index()].push_back(i);
  }
  std::vector<Result<PassedOn>> outcomes(messages.size());
  for (const auto& [index, of_shard] : places) {
    NodeShard* shard = &shards_.at(index.value);
    std::vector<ToDeduplicate> portion;
    for (std::size_t place : of_shard) portion.push_back(std::move(messages[place]));
    std::vector<Result<PassedOn>> decided;
    auto make = [this, there = shard, portion = std::move(portion), into = &decided]() mutable {
      return decide(there, std::move(portion), into);
    };
    co_await runtime::await_on(here, shard->shard, std::move(make));
    for (std::size_t i = 0; i < decided.size(); ++i) outcomes[of_shard[i]] = std::move(decided[i]);
  }
  co_return outcomes;
}

runtime::Task<void> NodeDeduplication::decide(NodeShard* owner, std::vector<ToDeduplicate> messages,
                                              std::vector<Result<PassedOn>>* outcomes) {
  sweep(*owner);
  Turn turn(*owner, to_, outgoing_[owner->shard.index().value], random_);
  for (const ToDeduplicate& one : messages) turn.route(one);
  *outcomes = co_await turn.send();
}

void NodeDeduplication::sweep(NodeShard& owner) const {
  if (owner.duplicates.exchanges() < owner.sweep_duplicates_at) return;
  owner.duplicates.forget_if([&](const ExchangeDuplicates::Exchange& exchange) {
    std::optional<NamespaceView> view = to_.entities.find(owner.shard, exchange.name_space);
    return !view || view->routes->exchange(exchange.name) == nullptr;
  });
  owner.sweep_duplicates_at = std::max(kSweptFrom, 2 * owner.duplicates.exchanges());
}

runtime::Task<void> NodeDeduplication::forget(runtime::Shard& here, std::string name_space, std::string exchange) {
  NodeShard* there = &owner(name_space);
  ExchangeDuplicates::Exchange gone{std::move(name_space), std::move(exchange)};
  auto work = [there, gone] {
    there->duplicates.forget_if([&](const ExchangeDuplicates::Exchange& one) { return one == gone; });
    return true;
  };
  [[maybe_unused]] bool done = co_await runtime::call_on(here, there->shard, std::move(work));
}

}  // namespace wharf::broker
