// What is told of a consumer that waits because its queue may be about to go.
#include <gtest/gtest.h>

#include "broker/node/queues.hpp"
#include "queue/shell/logs_testing.hpp"
#include "sim/simulation.hpp"

namespace wharf::broker {
namespace {

constexpr queue::ConsumerId kConsumer{1};

class Sharer final : public ConsumerSink {
 public:
  void deliver(queue::ConsumerId, std::vector<Delivery>) override {}
  void returned(queue::ConsumerId, std::uint64_t messages) override { given_back.push_back(messages); }
  void ended(queue::ConsumerId, queue::EndReason) override {}
  std::vector<std::uint64_t> given_back;
};

runtime::Task<void> subscribe(NodeQueues* queues, runtime::Shard* here, QueueRef queue, std::shared_ptr<Sharer> sink) {
  Result<void> begun = co_await queues->subscribe(*here, queue, kConsumer, {.options = {.share = 4}}, std::move(sink));
  EXPECT_TRUE(begun);
}

TEST(NodeQueuesFrozen, AShareThatIsAskedBackFromWhoStillWaitsIsAnsweredOnceItHasCome) {
  sim::Simulation simulation(1);
  sim::Machine& machine = simulation.add_machine("a");
  runtime::Shard& shard = machine.shard();
  queue::LogsOnDisk logs(simulation, machine);
  NodeShards shards({&shard});
  shards.at(0).queues = std::make_unique<queue::ShardQueues>(
      shard, logs.get(),
      queue::ShardQueues::Options{.logger = &logs.logger, .leader_epoch = [] { return LeaderEpoch(0); }});
  queue::ShardQueues& here = *shards.at(0).queues;
  QueueRef ref{.id = TopicId{{1}}, .shard = ShardIndex(0)};
  ASSERT_TRUE(here.open({ref.id, "/", "q", false, false}, {}));
  simulation.run(shard, here.recover());
  NodeQueues queues(shards);
  auto sharer = std::make_shared<Sharer>();
  here.frozen().freeze(ref.id);
  runtime::TaskScope tasks(shard);
  tasks.spawn("subscribe", subscribe(&queues, &shard, ref, sharer));
  bool asked = false;
  shard.post([&] {  // behind the beginning of that
    queues.change_share(shard, ref, kConsumer, 2);
    queues.take_share(shard, ref, kConsumer, true);
    asked = true;
  });
  ASSERT_TRUE(simulation.run_until([&asked] { return asked; }, simulation.now() + Milliseconds(10)));
  ASSERT_TRUE(here.frozen().is(ref.id));
  here.frozen().thaw(ref.id);
  simulation.run(shard, tasks.close());
  simulation.run_for(Milliseconds(10));
  EXPECT_EQ(sharer->given_back, std::vector<std::uint64_t>{6});
  simulation.run(shard, here.close());
  shards.at(0).queues.reset();
}

}  // namespace
}  // namespace wharf::broker
