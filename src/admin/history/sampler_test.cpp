// The sampler over a whole node on a simulated machine.
#include "admin/history/sampler.hpp"

#include <gtest/gtest.h>

#include "broker/node/node.hpp"
#include "sim/simulation.hpp"

namespace wharf::history {
namespace {

class Sampling : public testing::Test {
 protected:
  Sampling() {
    broker::Surroundings with{.files = &machine_.disk(), .random = &random_, .logger = &logger_, .folder = "data"};
    for (std::size_t i = 0; i < machine_.shards(); ++i) with.shards.push_back(&machine_.shard(i));
    node_ = std::make_unique<broker::Node>(std::move(with), config_);
    Result<void> started = simulation_.run(shard(), node_->start());
    EXPECT_TRUE(started) << started.error().message;
    sampler_ = std::make_unique<Sampler>(shard(), Ports{node_->entities(), node_->operate(), node_->statistics()});
  }
  ~Sampling() override {
    simulation_.run(shard(), sampler_->stop());
    std::ignore = simulation_.run(shard(), node_->stop());
  }
  runtime::Shard& shard() { return machine_.shard(); }
  void declare(const std::string& name) {
    auto declared =
        simulation_.run(shard(), node_->entities().declare_queue(shard(), "/", broker::QueueDeclaration{.name = name}));
    EXPECT_TRUE(declared);
  }
  void begin() {
    shard().post([this] { sampler_->begin(); });
  }

  sim::Simulation simulation_{7};
  sim::Machine& machine_ = simulation_.add_machine("wharf", 2);
  config::ServerConfig config_ = config::ServerConfig::with({{"disk.reserve.bytes", "0"}});
  sim::SeededRandom random_ = simulation_.random("node");
  runtime::Logger logger_{machine_.clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  std::unique_ptr<broker::Node> node_;
  std::unique_ptr<Sampler> sampler_;
};

TEST_F(Sampling, EveryFiveSecondsASampleIsTakenOfVirtualHostsAndOfTheBusiestQueues) {
  declare("jobs");
  begin();
  simulation_.run_for(std::chrono::seconds(61));
  const VhostRing* vhost = sampler_->history().vhost("/");
  ASSERT_NE(vhost, nullptr);
  EXPECT_GE(vhost->size(), 11u);
  EXPECT_LE(vhost->size(), 13u);
  const QueueRing* queue = sampler_->history().queue({"/", "jobs"});
  ASSERT_NE(queue, nullptr);
  EXPECT_EQ(queue->size(), vhost->size());
}

TEST_F(Sampling, AQueueThatIsGoneIsForgotten) {
  declare("jobs");
  begin();
  simulation_.run_for(std::chrono::seconds(6));
  ASSERT_NE(sampler_->history().queue({"/", "jobs"}), nullptr);
  auto gone = simulation_.run(shard(), node_->entities().delete_queue(shard(), "/", "jobs", {}));
  EXPECT_TRUE(gone);
  simulation_.run_for(std::chrono::seconds(6));
  EXPECT_EQ(sampler_->history().queue({"/", "jobs"}), nullptr);
}

}  // namespace
}  // namespace wharf::history
