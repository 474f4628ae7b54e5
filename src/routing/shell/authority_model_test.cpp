// Random requests from random shards, with restarts and power losses: after each, every shard agrees with plain lists.
// And many at the same moment: whatever they came to, all shards have the same, and a restart the durable part of it.
#include <gtest/gtest.h>

#include <algorithm>

#include "routing/shell/authority_testing.hpp"
#include "sim/seeds.hpp"

namespace wharf::routing {
namespace {

using testing::durable_queue;
using testing::exclusive_queue;
using testing::Told;
using testing::transient_queue;
using testing::World;

const std::vector<std::string> kQueues = {"q0", "q1", "q2", "q3"};
const std::vector<std::string> kExchanges = {"amq.topic", "e0", "e1", "e2", "e3"};
const std::vector<std::string> kKeys = {"", "a.b", "#"};
const std::vector<std::string> kPatterns = {"", "^q[0-2]$", "1", "^e"};

/// One of the default namespace, as lists.
struct Model {
  std::vector<queue::QueueInfo> queues;
  std::vector<Exchange> exchanges{{.name = "amq.topic", .type = "topic", .durable = true, .arguments = {}}};
  std::vector<Binding> bindings;

  template <class T>
  static auto named(std::vector<T>& list, const std::string& name) {
    return std::ranges::find(list, name, &T::name);
  }
  bool has(const Destination& one) {
    return one.kind == DestinationKind::kQueue ? named(queues, one.name) != queues.end()
                                               : named(exchanges, one.name) != exchanges.end();
  }
  bool is_source(const std::string& name) {
    return std::ranges::find(bindings, name, &Binding::source) != bindings.end();
  }
  void remove_binding(Binding binding) {
    if (std::erase(bindings, binding) == 0) return;
    auto source = named(exchanges, binding.source);
    if (source != exchanges.end() && source->auto_delete && !is_source(binding.source)) remove_exchange(binding.source);
  }
  void remove_exchange(std::string name) {
    std::erase_if(exchanges, [&](const Exchange& one) { return one.name == name; });
    std::erase_if(bindings, [&](const Binding& one) { return one.source == name; });
    remove_bindings_to({DestinationKind::kExchange, name});
  }
  void remove_queue(std::string name) {
    std::erase_if(queues, [&](const queue::QueueInfo& one) { return one.name == name; });
    remove_bindings_to({DestinationKind::kQueue, name});
  }
  void remove_bindings_to(Destination destination) {
    for (const Binding& one : std::vector(bindings)) {
      if (one.destination == destination) remove_binding(one);
    }
  }
  bool survives(const Destination& one) {
    return one.kind == DestinationKind::kQueue ? named(queues, one.name)->survives()
                                               : named(exchanges, one.name)->durable;
  }
  void restart() {
    std::erase_if(bindings, [&](const Binding& one) {
      return !survives({DestinationKind::kExchange, one.source}) || !survives(one.destination);
    });
    std::erase_if(queues, [](const queue::QueueInfo& one) { return !one.survives(); });
    std::erase_if(exchanges, [](const Exchange& one) { return !one.durable; });
  }
  Told told() const {
    Told told{"namespace /"};
    for (const queue::QueueInfo& one : queues) told.insert(testing::tell(one));
    for (const Exchange& one : exchanges) {
      if (!one.name.starts_with("amq.")) told.insert(testing::tell("/", one, ""));
    }
    for (const Binding& one : bindings) told.insert(binding_key("/", one));
    return told;
  }
};

/// A request drawn from a stream of chance.
class Requests {
 public:
  explicit Requests(sim::SeededRandom random) : random_(random) {}

  std::uint64_t below(std::uint64_t limit) { return random_.below(limit); }
  const std::string& one_of(const std::vector<std::string>& names) { return names[below(names.size())]; }
  queue::QueueInfo queue() {
    std::string name = one_of(kQueues);
    std::uint64_t kind = below(3);
    queue::QueueInfo queue = kind == 0   ? durable_queue(name)
                             : kind == 1 ? transient_queue(name)
                                         : exclusive_queue(name, 1 + below(2));
    queue.durable = queue.durable || below(4) == 0;
    queue.auto_delete = below(2) == 0;
    return queue;
  }
  Exchange exchange() {
    return {.name = kExchanges[1 + below(kExchanges.size() - 1)],
            .type = "topic",
            .durable = below(2) == 0,
            .auto_delete = below(2) == 0,
            .arguments = {}};
  }
  Binding binding() {
    Binding binding{one_of(kExchanges), {DestinationKind::kQueue, one_of(kQueues)}, one_of(kKeys), {}};
    if (below(3) == 0) binding.destination = {DestinationKind::kExchange, one_of(kExchanges)};
    if (below(4) == 0) binding.arguments = {{"n", static_cast<std::int64_t>(below(2))}};
    return binding;
  }
  Policy policy(PolicyKind kind) {
    std::string name = std::string(1, static_cast<char>('p' + below(3)));
    Policy policy{
        .name = name, .pattern = one_of(kPatterns), .priority = static_cast<std::int64_t>(below(3)), .definition = {}};
    policy.applies_to = below(3) == 0 ? AppliesTo::kQueues : AppliesTo::kAll;
    policy.definition.push_back({"max-length", static_cast<std::int64_t>(below(3))});
    if (below(2) == 0) policy.definition.push_back({"overflow", "reject-publish"});
    if (kind == PolicyKind::kPolicy) policy.definition.push_back({"alternate-exchange", one_of(kExchanges)});
    return policy;
  }
  PolicyKind policy_kind() { return below(3) == 0 ? PolicyKind::kOperatorPolicy : PolicyKind::kPolicy; }

 private:
  sim::SeededRandom random_;
};

class OneAfterTheOther {
 public:
  explicit OneAfterTheOther(std::uint64_t seed) : world_(seed), requests_(world_.simulation.random("requests")) {}

  void run(int requests) {
    for (int i = 0; i < requests && !::testing::Test::HasFailure(); ++i) {
      request();
      ASSERT_EQ(world_.told(), model_.told()) << "seed " << world_.simulation.seed() << ", request " << i;
    }
  }
  std::uint64_t hash() const { return world_.simulation.hash(); }

 private:
  void request() {
    on_ = requests_.below(3);
    switch (requests_.below(20)) {
      case 0:
        model_.restart();
        return requests_.below(2) == 0 ? world_.restart() : world_.power_loss();
      case 1:
        return connection_ends(queue::ConnectionId(1 + requests_.below(2)));
      case 2:
        return delete_exchange();
      case 3:
      case 4:
        return delete_queue(requests_.one_of(kQueues));
      case 5:
        return unused(requests_.one_of(kQueues));
      case 6:
      case 7:
      case 8:
        return declare_exchange();
      case 9:
      case 10:
      case 11:
      case 12:
        return declare_queue();
      case 13:
      case 14:
        return unbind();
      default:
        return bind();
    }
  }

  void declare_queue() {
    queue::QueueInfo asked = requests_.queue();
    bool there = model_.has({DestinationKind::kQueue, asked.name});
    Result<DeclaredQueue> declared = world_.declare(on_, asked);
    ASSERT_TRUE(declared);
    EXPECT_EQ(declared->created, !there);
    if (!there) model_.queues.push_back(*declared->queue);
  }
  void delete_queue(const std::string& name) {
    EXPECT_TRUE(world_.delete_queue(on_, name));
    model_.remove_queue(name);
  }
  void unused(const std::string& name) {
    auto queue = Model::named(model_.queues, name);
    if (queue == model_.queues.end()) return;
    bool used = requests_.below(2) == 0;
    world_.host_of(*queue).numbers[queue->ref.id].consumers = used ? 1 : 0;
    world_.authority->queue_unused(queue->ref.id);
    world_.simulation.run_for(std::chrono::seconds(1));
    if (!used) model_.remove_queue(name);
  }
  void connection_ends(queue::ConnectionId connection) {
    auto end = world_.authority->delete_exclusive(world_.shard(on_), connection);
    world_.simulation.run(world_.shard(on_), std::move(end));
    for (const queue::QueueInfo& one : std::vector(model_.queues)) {
      if (one.exclusive == connection) model_.remove_queue(one.name);
    }
  }
  void declare_exchange() {
    Exchange asked = requests_.exchange();
    auto there = Model::named(model_.exchanges, asked.name);
    Result<bool> declared = world_.declare(on_, asked);
    if (there == model_.exchanges.end()) {
      EXPECT_TRUE(declared && *declared);
      model_.exchanges.push_back(asked);
    } else {
      EXPECT_EQ(declared.has_value(), *there == asked);
    }
  }
  void delete_exchange() {
    std::string name = requests_.one_of(kExchanges);
    bool if_unused = requests_.below(2) == 0;
    bool may = !name.starts_with("amq.") && !(if_unused && model_.is_source(name));
    EXPECT_EQ(world_.delete_exchange(on_, name, if_unused).has_value(), may);
    if (may) model_.remove_exchange(name);
  }
  void bind() {
    Binding asked = requests_.binding();
    bool may = model_.has({DestinationKind::kExchange, asked.source}) && model_.has(asked.destination);
    EXPECT_EQ(world_.bind(on_, asked).has_value(), may);
    if (may && std::ranges::find(model_.bindings, asked) == model_.bindings.end()) model_.bindings.push_back(asked);
  }
  void unbind() {
    Binding asked = requests_.binding();
    if (!model_.bindings.empty() && requests_.below(4) > 0) {
      asked = model_.bindings[requests_.below(model_.bindings.size())];
    }
    EXPECT_TRUE(world_.unbind(on_, asked));
    model_.remove_binding(asked);
  }

  World world_;
  Requests requests_;
  Model model_;
  std::size_t on_ = 0;
};

TEST(AuthorityModel, EveryShardAgreesWithPlainListsAfterEachRequestAndEachRestart) {
  auto differing = sim::run_seeds(12, [](std::uint64_t seed) {
    OneAfterTheOther scenario(seed);
    scenario.run(150);
    return scenario.hash();
  });
  EXPECT_TRUE(differing.empty());
}

runtime::Task<void> client(Authority* authority, runtime::Shard* here, Requests requests, int count) {
  for (int i = 0; i < count; ++i) {
    PolicyKind kind = requests.policy_kind();
    switch (requests.below(10)) {
      case 0:
        std::ignore = co_await authority->delete_queue(*here, "/", requests.one_of(kQueues), {.empty = true});
        break;
      case 1:
        std::ignore = co_await authority->delete_exchange(*here, "/", requests.one_of(kExchanges), false);
        break;
      case 2:
        co_await authority->delete_exclusive(*here, queue::ConnectionId(1 + requests.below(2)));
        break;
      case 3:
        std::ignore = co_await authority->declare_exchange(*here, "/", requests.exchange());
        break;
      case 4:
        std::ignore = co_await authority->unbind(*here, "/", requests.binding());
        break;
      case 5:
        std::ignore = co_await authority->bind(*here, "/", requests.binding());
        break;
      case 6:
        std::ignore = co_await authority->set_policy(*here, kind, "/", requests.policy(kind));
        break;
      case 7:
        std::ignore = co_await authority->clear_policy(*here, kind, "/", requests.policy(kind).name);
        break;
      default:
        std::ignore = co_await authority->declare_queue(*here, requests.queue());
    }
  }
}

/// What a restart is to bring back of what there is.
Told durable_part(const Namespaces& now) {
  Namespaces kept(1);
  const Namespace& in = *now.find("/");
  auto survives = [&](const Destination& one) {
    return one.kind == DestinationKind::kQueue ? in.queue(one.name)->survives()
                                               : in.routes.exchange(one.name)->exchange.durable;
  };
  for (PolicyKind kind : {PolicyKind::kPolicy, PolicyKind::kOperatorPolicy}) {
    for (const ActivePolicyPointer& one : in.policies.list(kind)) std::ignore = kept.apply(PolicySet{"/", kind, one});
  }
  for (const Exchange& one : in.routes.exchanges()) {
    if (one.durable && !one.name.empty() && !one.name.starts_with("amq."))
      std::ignore = kept.apply(ExchangeMade{"/", one});
  }
  for (const auto& queue : in.queues) {
    if (queue && queue->survives()) std::ignore = kept.apply(QueueMade{queue});
  }
  for (const Exchange& one : in.routes.exchanges()) {
    if (!one.durable || one.name.empty()) continue;
    for (const Binding& binding : in.routes.bindings_from(one.name)) {
      if (survives(binding.destination)) std::ignore = kept.apply(BindingMade{"/", binding});
    }
  }
  return testing::tell(kept);
}

TEST(AuthorityModel, WhateverManyClientsCameToAllShardsHaveItAndARestartKeepsTheDurablePart) {
  auto differing = sim::run_seeds(12, [](std::uint64_t seed) {
    World world(seed);
    for (int round = 0; round < 4; ++round) {
      for (std::size_t i = 0; i < 9; ++i) {
        Requests requests(world.simulation.random(fmt::format("client {} {}", round, i)));
        world.call(i % 3, client(world.authority.get(), &world.shard(i % 3), requests, 12));
      }
      world.wait_for_calls();
      world.told();
      Told expected = durable_part(world.authority->namespaces(world.shard(0)));
      round % 2 == 0 ? world.restart() : world.power_loss();
      EXPECT_EQ(world.told(), expected) << "seed " << seed << ", round " << round;
    }
    return world.simulation.hash();
  });
  EXPECT_TRUE(differing.empty());
}

TEST(AuthorityModel, WhereTheDiskFailsNowAndThenAllShardsStillHaveTheSame) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    World world(seed);
    world.fail_disk(6);
    for (std::size_t i = 0; i < 9; ++i) {
      Requests requests(world.simulation.random(fmt::format("client {}", i)));
      world.call(i % 3, client(world.authority.get(), &world.shard(i % 3), requests, 30));
    }
    world.wait_for_calls();
    world.told();
    EXPECT_GT(world.machine->disk().injected(), 0u);
    world.mend_disk();
    ASSERT_TRUE(world.declare(0, Exchange{.name = "with what is owed", .durable = true})) << "with what is owed";
    Told expected = durable_part(world.authority->namespaces(world.shard(0)));
    seed % 2 == 0 ? world.restart() : world.power_loss();
    EXPECT_EQ(world.told(), expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace wharf::routing
