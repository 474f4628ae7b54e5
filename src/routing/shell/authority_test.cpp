#include "routing/shell/authority.hpp"

#include <gtest/gtest.h>

#include "routing/shell/authority_testing.hpp"

namespace wharf::routing {
namespace {

using testing::CountedQueues;
using testing::durable_queue;
using testing::exclusive_queue;
using testing::to_queue;
using testing::Told;
using testing::transient_queue;
using testing::World;

Exchange exchange(std::string name, bool durable, bool auto_delete = false) {
  return {.name = std::move(name), .type = "topic", .durable = durable, .auto_delete = auto_delete, .arguments = {}};
}

runtime::Task<void> keep(runtime::Task<Result<std::uint64_t>> task, std::optional<Result<std::uint64_t>>* into) {
  *into = co_await std::move(task);
}

TEST(Authority, WhatIsAnsweredIsKnownOnEveryShard) {
  World world;
  Result<DeclaredQueue> declared = world.declare(1, durable_queue("jobs"));
  ASSERT_TRUE(declared && declared->created);
  EXPECT_TRUE(*world.declare(2, exchange("news", true)));
  EXPECT_TRUE(world.bind(0, to_queue("news", "jobs", "job.#")));
  for (std::size_t i = 0; i < 3; ++i) {
    const Namespace& in = *world.authority->namespaces(world.shard(i)).find("/");
    EXPECT_EQ(in.queue("jobs"), declared->queue);
    EXPECT_EQ(in.routes.bindings_to({DestinationKind::kQueue, "jobs"}).size(), 2u);
  }
  EXPECT_EQ(world.host_of(*declared->queue).open_queues.count(declared->queue->ref.id), 1u);
  world.told();
}

TEST(Authority, WhatIsThereIsTheAnswerToASecondDeclaration) {
  World world;
  Result<DeclaredQueue> first = world.declare(1, durable_queue("jobs"));
  Result<DeclaredQueue> second = world.declare(2, transient_queue("jobs"));
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(second->created);
  EXPECT_EQ(second->queue, first->queue);
  EXPECT_TRUE(*world.declare(0, exchange("news", true)));
  EXPECT_FALSE(*world.declare(1, exchange("news", true)));
  EXPECT_EQ(world.declare(1, exchange("news", false)).error().code, ErrorCode::kPreconditionFailed);
  EXPECT_EQ(world.declare(1, durable_queue("jobs")).value().queue, first->queue);
}

TEST(Authority, ManyAreMadeTogetherOrNoneOfThem) {
  World world;
  auto declare = [&](std::vector<queue::QueueInfo> queues) {
    return world.simulation.run(world.shard(1), world.authority->declare_queues(world.shard(1), std::move(queues)));
  };
  auto bind = [&](std::vector<Binding> bindings) {
    return world.simulation.run(world.shard(2), world.authority->bind_all(world.shard(2), "/", std::move(bindings)));
  };
  Result<DeclaredQueue> there = world.declare(0, durable_queue("there"));
  EXPECT_TRUE(declare({durable_queue("a"), durable_queue("there"), durable_queue("b"), durable_queue("a")}));
  EXPECT_TRUE(declare({durable_queue("a"), durable_queue("b")}));
  EXPECT_TRUE(*world.declare(2, exchange("news", true)));
  EXPECT_TRUE(bind({to_queue("news", "a", "x"), to_queue("news", "b", "x"), to_queue("news", "a", "x")}));
  EXPECT_TRUE(bind({to_queue("news", "a", "x")}));
  for (std::size_t i = 0; i < 3; ++i) {
    const Namespace& in = *world.authority->namespaces(world.shard(i)).find("/");
    EXPECT_EQ(in.queue("there"), there->queue);
    EXPECT_EQ(in.routes.bindings_from("news").size(), 2u);
  }
  Told before = world.told();
  world.restart();
  EXPECT_EQ(world.told(), before);

  EXPECT_EQ(bind({to_queue("news", "b", "y"), to_queue("news", "no", "y")}).error().code, ErrorCode::kNotFound);
  for (auto& host : world.hosts) host->refuses = true;
  EXPECT_EQ(declare({durable_queue("c")}).error().code, ErrorCode::kDiskFull);
  for (auto& host : world.hosts) host->refuses = false;
  world.break_disk();
  EXPECT_FALSE(declare({durable_queue("c"), durable_queue("d")}));
  world.mend_disk();
  EXPECT_EQ(world.told(), before);  // also that no queue is open which is not declared
}

runtime::Task<void> declare_into(Authority* authority, runtime::Shard* here, queue::QueueInfo queue,
                                 std::vector<Result<DeclaredQueue>>* into) {
  Result<DeclaredQueue> declared = co_await authority->declare_queue(*here, std::move(queue));
  into->push_back(std::move(declared));
}

TEST(Authority, OfDeclarationsAtTheSameMomentOneMakesTheQueue) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world(seed);
    std::vector<Result<DeclaredQueue>> answers;
    for (std::size_t i = 0; i < 6; ++i) {
      queue::QueueInfo queue = i % 2 == 0 ? durable_queue("jobs") : transient_queue("jobs");
      world.call(i % 3, declare_into(world.authority.get(), &world.shard(i % 3), queue, &answers));
    }
    world.wait_for_calls();
    ASSERT_EQ(answers.size(), 6u);
    EXPECT_EQ(std::ranges::count_if(answers, [](const auto& one) { return one && one->created; }), 1);
    for (const auto& answer : answers) EXPECT_EQ(answer->queue->ref, answers[0]->queue->ref);
    world.told();
  }
}

TEST(Authority, ARestartBringsBackWhatIsDurableAndNothingElse) {
  World world;
  queue::QueueInfo asked = durable_queue("jobs\xff/%");
  asked.arguments = {{"x-message-ttl", std::int32_t{5000}}, {"x-other", PropertyTable{{"a", 1.5}}}};
  asked.declared.message_ttl = Milliseconds(5000);
  asked.type = "quorum";
  queue::QueueInfo kept = *world.declare(1, asked)->queue;
  ASSERT_TRUE(world.declare(0, transient_queue("t"))->created);
  queue::QueueInfo exclusive = exclusive_queue("x", 5);
  exclusive.durable = true;
  ASSERT_TRUE(world.declare(2, exclusive)->created);
  queue::QueueInfo leaving = durable_queue("leaving");
  leaving.auto_delete = true;
  ASSERT_TRUE(world.declare(2, leaving)->created);
  ASSERT_TRUE(*world.declare(0, exchange("news", true)));
  ASSERT_TRUE(*world.declare(0, exchange("rumours", false)));
  Binding stays = to_queue("news", kept.name, "a.\xfe.#");
  stays.arguments = {{"b", "2"}, {"a", "1"}};
  for (Binding binding : {stays, to_queue("news", "t"), to_queue("news", "x"), to_queue("rumours", kept.name),
                          to_queue("amq.topic", kept.name, "k")}) {
    ASSERT_TRUE(world.bind(1, binding));
  }
  for (int i = 0; i < 3; ++i) {
    i == 1 ? world.power_loss() : world.restart();
    EXPECT_EQ(world.told().size(), 6u);
    for (std::size_t shard = 0; shard < 3; ++shard) {
      const Namespace& in = *world.authority->namespaces(world.shard(shard)).find("/");
      auto found = in.queue(kept.name);
      ASSERT_TRUE(found);
      EXPECT_EQ(found->ref, kept.ref);
      EXPECT_EQ(found->arguments, kept.arguments);
      EXPECT_EQ(found->settings, kept.settings);
      EXPECT_EQ(found->type, "quorum");
      EXPECT_TRUE(in.queue("leaving")->auto_delete);
      EXPECT_EQ(in.routes.bindings_from("news").size(), 1u);
      EXPECT_FALSE(*in.routes.check_bind(stays));
      EXPECT_FALSE(*in.routes.check_bind(to_queue("amq.topic", kept.name, "k")));
    }
  }
}

TEST(Authority, WhatIsDeletedTakesItsBindingsAlongAlsoAfterARestart) {
  World world;
  ASSERT_TRUE(world.declare(1, durable_queue("jobs"))->created);
  ASSERT_TRUE(*world.declare(0, exchange("first", true)));
  ASSERT_TRUE(*world.declare(0, exchange("last", true, true)));
  ASSERT_TRUE(world.bind(0, {"first", {DestinationKind::kExchange, "last"}, "", {}}));
  ASSERT_TRUE(world.bind(0, to_queue("last", "jobs")));
  world.hosts[world.declare(1, durable_queue("jobs"))->queue->ref.shard.value]
      ->numbers[world.declare(1, durable_queue("jobs"))->queue->ref.id] = {.ready = 3, .unsettled = 2};
  EXPECT_EQ(*world.delete_queue(2, "jobs"), 5u);
  Told left = world.told();
  EXPECT_EQ(left.size(), 2u) << "the namespace and the exchange 'first'";
  EXPECT_EQ(*world.delete_queue(2, "jobs"), 0u);
  // The same names once more must not bring the bindings back.
  ASSERT_TRUE(world.declare(1, durable_queue("jobs"))->created);
  ASSERT_TRUE(*world.declare(0, exchange("last", true, true)));
  left = world.told();
  world.restart();
  EXPECT_EQ(world.told(), left);
  EXPECT_EQ(left.size(), 4u);
}

TEST(Authority, AQueueInUseOrWithMessagesIsNotDeletedIfAskedSo) {
  World world;
  queue::QueueInfo queue = *world.declare(1, transient_queue("jobs"))->queue;
  queue::QueueCounts& counts = world.host_of(queue).numbers[queue.ref.id];
  counts = {.ready = 0, .unsettled = 1, .consumers = 1};
  EXPECT_EQ(world.delete_queue(0, "jobs", {.unused = true}).error().message, "queue 'jobs' in vhost '/' in use");
  EXPECT_EQ(world.delete_queue(0, "jobs", {.empty = true}).error().message, "queue 'jobs' in vhost '/' not empty");
  world.told();
  counts = {};
  EXPECT_TRUE(world.delete_queue(0, "jobs", {.unused = true, .empty = true}));
  EXPECT_EQ(world.told().size(), 1u);
}

TEST(Authority, NothingComesToAQueueBetweenTheLookAtItAndItsEnd) {
  World world;
  queue::QueueInfo jobs = *world.declare(1, durable_queue("jobs"))->queue;
  CountedQueues& host = world.host_of(jobs);
  host.numbers[jobs.ref.id] = {.ready = 1};
  EXPECT_FALSE(world.delete_queue(2, "jobs", {.empty = true}));
  EXPECT_TRUE(host.frozen.empty());  // it stays

  host.numbers.clear();
  world.fail_disk();
  std::optional<Result<std::uint64_t>> deleted;
  world.call(2, keep(world.authority->delete_queue(world.shard(2), "/", "jobs", {.empty = true}), &deleted));
  world.simulation.run_for(std::chrono::milliseconds(100));
  EXPECT_FALSE(deleted);  // not before it is written
  EXPECT_EQ(host.frozen.count(jobs.ref.id), 1u);
  world.mend_disk();
  world.wait_for_calls();
  EXPECT_TRUE(deleted && *deleted);
  EXPECT_TRUE(host.frozen.empty() && host.open_queues.empty());
}

TEST(Authority, AQueueWhoseEndCannotBeWrittenTakesMessagesAgain) {
  World world;
  queue::QueueInfo jobs = *world.declare(1, durable_queue("jobs"))->queue;
  world.fail_disk();
  std::optional<Result<std::uint64_t>> deleted;
  world.call(2, keep(world.authority->delete_queue(world.shard(2), "/", "jobs", {.unused = true}), &deleted));
  world.simulation.run_for(std::chrono::milliseconds(100));
  world.metadata->give_up_waiting();
  world.wait_for_calls();
  EXPECT_TRUE(deleted && !*deleted);
  EXPECT_TRUE(world.host_of(jobs).frozen.empty());
}

TEST(Authority, ExclusiveQueuesLiveOnTheirConnectionsShardAndGoWithIt) {
  World world;
  for (int i = 0; i < 12; ++i) {
    std::size_t on = static_cast<std::size_t>(i % 3);
    Result<DeclaredQueue> declared = world.declare(on, exclusive_queue(fmt::format("reply{}", i), i < 9 ? 1 : 2));
    ASSERT_TRUE(declared && declared->created);
    EXPECT_EQ(declared->queue->ref.shard, world.shard(on).index());
    ASSERT_TRUE(world.bind(on, to_queue("amq.topic", declared->queue->name)));
  }
  std::size_t changes = world.machine->disk().changes();
  world.simulation.run(world.shard(2), world.authority->delete_exclusive(world.shard(2), queue::ConnectionId(1)));
  EXPECT_EQ(world.told().size(), 7u) << "three queues, three bindings, the namespace";
  world.simulation.run(world.shard(1), world.authority->delete_exclusive(world.shard(1), queue::ConnectionId(1)));
  world.simulation.run(world.shard(0), world.authority->delete_exclusive(world.shard(0), queue::ConnectionId(2)));
  EXPECT_EQ(world.told().size(), 1u);
  EXPECT_EQ(world.machine->disk().changes(), changes) << "nothing of it was ever written";
}

TEST(Authority, ExchangesThatGoWithAConnectionsLastQueueAreForgottenEvenWhereTheDiskFailsAtFirst) {
  World world;
  ASSERT_TRUE(*world.declare(0, exchange("leaving", true, true)));
  for (const char* name : {"a", "b"}) {
    ASSERT_TRUE(world.declare(1, exclusive_queue(name, 1)));
    ASSERT_TRUE(world.bind(1, to_queue("leaving", name)));
  }
  world.break_disk();
  world.simulation.run(world.shard(2), world.authority->delete_exclusive(world.shard(2), queue::ConnectionId(1)));
  EXPECT_EQ(world.told().size(), 1u);
  world.mend_disk();
  ASSERT_TRUE(*world.declare(1, exchange("news", true)));
  world.restart();
  EXPECT_EQ(world.told().size(), 2u);
}

TEST(Authority, ExchangesThatWentWithAConnectionsQueuesAreGoneAfterAPowerLossAtOnce) {
  World world;
  ASSERT_TRUE(*world.declare(0, exchange("leaving", true, true)));
  ASSERT_TRUE(world.declare(1, exclusive_queue("a", 1)));
  ASSERT_TRUE(world.bind(1, to_queue("leaving", "a")));
  world.simulation.run(world.shard(2), world.authority->delete_exclusive(world.shard(2), queue::ConnectionId(1)));
  world.power_loss();
  EXPECT_EQ(world.told().size(), 1u);
}

TEST(Authority, AQueueThatNobodyUsesGoesUnlessSomebodyCame) {
  World world;
  queue::QueueInfo asked = durable_queue("leaving");
  asked.auto_delete = true;
  queue::QueueInfo queue = *world.declare(1, asked)->queue;
  queue::QueueCounts& counts = world.host_of(queue).numbers[queue.ref.id];
  counts.consumers = 1;
  auto settle = [&] { world.simulation.run_for(std::chrono::seconds(1)); };
  world.authority->queue_unused(queue.ref.id);
  settle();
  EXPECT_EQ(world.told().size(), 2u);
  counts.consumers = 0;
  world.authority->queue_unused(queue.ref.id);
  world.authority->queue_unused(queue.ref.id);
  settle();
  EXPECT_EQ(world.told().size(), 1u);
  world.restart();
  EXPECT_EQ(world.told().size(), 1u);
}

TEST(Authority, WhoAsksForAnUnusedQueueToGoIsAnsweredWhenItIsGoneOnEveryShardAndItsNamesakeStays) {
  World world;
  auto ask = [&](TopicId id) {
    world.simulation.run(world.shard(1), world.authority->delete_unused(world.shard(1), id));
  };
  queue::QueueInfo queue = *world.declare(1, transient_queue("jobs"))->queue;
  world.host_of(queue).numbers[queue.ref.id].consumers = 1;
  ask(queue.ref.id);
  EXPECT_EQ(world.told().size(), 2u);
  world.host_of(queue).numbers[queue.ref.id].consumers = 0;
  ask(queue.ref.id);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(world.authority->namespaces(world.shard(i)).find("/")->queue("jobs"), nullptr);
  }
  ASSERT_TRUE(world.declare(2, transient_queue("jobs"))->created);
  ask(queue.ref.id);
  EXPECT_EQ(world.told().size(), 2u);
}

TEST(Authority, AQueueThatCannotBeOpenedIsNotDeclared) {
  World world;
  for (auto& host : world.hosts) host->refuses = true;
  EXPECT_EQ(world.declare(1, durable_queue("jobs")).error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(world.told().size(), 1u);
  world.restart();
  EXPECT_EQ(world.told().size(), 1u);
}

TEST(Authority, WhatMeetsAFailingDiskIsAnsweredWhenItIsBackAndWhatComesMeanwhileIsRefused) {
  World world;
  ASSERT_TRUE(world.declare(0, durable_queue("old"))->created);
  ASSERT_TRUE(world.declare(0, durable_queue("leaving"))->created);
  Told before = world.told();
  world.fail_disk();
  std::vector<Result<DeclaredQueue>> declared;
  world.call(1, declare_into(world.authority.get(), &world.shard(1), durable_queue("new"), &declared));
  world.simulation.run_for(std::chrono::minutes(1));
  EXPECT_TRUE(declared.empty()) << "it is still to be written";
  EXPECT_EQ(testing::tell(world.authority->namespaces(world.shard(2))), before);
  EXPECT_EQ(world.delete_queue(2, "leaving").error().code, ErrorCode::kDiskFull);
  world.mend_disk();
  world.wait_for_calls();
  ASSERT_EQ(declared.size(), 1u);
  ASSERT_TRUE(declared[0]) << declared[0].error().message;
  Told after = world.told();
  EXPECT_EQ(after.size(), before.size() + 1);
  world.power_loss();
  EXPECT_EQ(world.told(), after);
}

TEST(Authority, AStopDoesNotWaitForTheDiskWithThoseThatDo) {
  World world;
  world.fail_disk();
  std::vector<Result<DeclaredQueue>> declared;
  world.call(1, declare_into(world.authority.get(), &world.shard(1), durable_queue("new"), &declared));
  world.simulation.run_for(std::chrono::minutes(1));
  world.stop();
  ASSERT_EQ(declared.size(), 1u);
  EXPECT_FALSE(declared[0]);
}

TEST(Authority, WhatIsRefusedLeavesNothingOnAnyShardAndNotAfterAPowerLoss) {
  World world;
  ASSERT_TRUE(world.declare(0, durable_queue("old"))->created);
  ASSERT_TRUE(*world.declare(0, exchange("news", true)));
  ASSERT_TRUE(world.bind(0, to_queue("news", "old")));
  Told before = world.told();
  world.break_disk();
  EXPECT_FALSE(world.declare(1, durable_queue("new")));
  EXPECT_FALSE(world.declare(2, exchange("more", true)));
  EXPECT_FALSE(world.bind(1, to_queue("amq.topic", "old")));
  EXPECT_FALSE(world.unbind(1, to_queue("news", "old")));
  EXPECT_FALSE(world.delete_exchange(0, "news"));
  EXPECT_FALSE(world.delete_queue(2, "old"));
  auto create = world.authority->create_namespace(world.shard(1), "v");
  EXPECT_FALSE(world.simulation.run(world.shard(1), std::move(create)));
  EXPECT_EQ(world.told(), before);
  ASSERT_TRUE(world.declare(1, transient_queue("light"))->created) << "what is not written needs no disk";
  world.mend_disk();
  ASSERT_TRUE(world.delete_queue(1, "light"));
  world.power_loss();
  EXPECT_EQ(world.told(), before);
}

TEST(Authority, NamespacesComeWithTheReadyMadeExchangesAndGoWithAllThatIsInThem) {
  World world;
  auto create = [&](std::size_t on) {
    return world.simulation.run(world.shard(on), world.authority->create_namespace(world.shard(on), "a/b"));
  };
  auto remove = [&](std::string name) {
    return world.simulation.run(world.shard(2), world.authority->delete_namespace(world.shard(2), std::move(name)));
  };
  queue::QueueInfo queue = durable_queue("jobs");
  queue.name_space = "a/b";
  EXPECT_EQ(world.declare(0, queue).error().message, "vhost 'a/b' not found");
  ASSERT_TRUE(create(1));
  EXPECT_EQ(create(2).error().code, ErrorCode::kAlreadyExists);
  ASSERT_TRUE(world.declare(0, queue)->created);
  queue.name = "reply";
  queue.exclusive = queue::ConnectionId(1);
  ASSERT_TRUE(world.declare(1, queue)->created);
  auto bind = world.authority->bind(world.shard(0), "a/b", to_queue("amq.direct", "jobs"));
  ASSERT_TRUE(world.simulation.run(world.shard(0), std::move(bind)));
  world.restart();
  EXPECT_EQ(world.told().size(), 4u);
  EXPECT_EQ(remove("/").error().code, ErrorCode::kPolicyViolation);
  ASSERT_TRUE(remove("a/b"));
  EXPECT_EQ(remove("a/b").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(create(0));
  EXPECT_EQ(world.told().size(), 2u);
  world.restart();
  EXPECT_EQ(world.told().size(), 2u) << "what was in it before is not back";
}

TEST(Authority, AQueueAndALogTopicOfTheDefaultNamespaceDoNotShareAName) {
  World world;
  TopicId id;
  id.bytes.fill(9);
  world.create_topic("orders", id);
  EXPECT_EQ(
      world.declare(1, durable_queue("orders")).error().message,
      "inequivalent arg 'x-queue-type' for queue 'orders' in vhost '/': received 'classic' but current is 'stream'");
  world.told();
}

}  // namespace
}  // namespace wharf::routing
