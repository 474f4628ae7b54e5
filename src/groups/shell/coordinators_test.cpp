// The groups' log under the coordinators: what the log does not take, and a disk that fails for a while.
#include "groups/shell/coordinators.hpp"

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "cluster/replication/shard_logs.hpp"
#include "log/wal_testing.hpp"
#include "runtime/task_scope.hpp"
#include "sim/simulation.hpp"

namespace wharf::groups {
namespace {

constexpr TopicId kOffsets{{1}};
constexpr PartitionId kPartition{kOffsets, PartitionIndex(0)};

class AllHaveData final : public TopicData {
 public:
  runtime::Task<std::vector<ExpiredOffset>> without_data(runtime::Shard&, std::vector<ExpiredOffset>) override {
    co_return std::vector<ExpiredOffset>();
  }
};

/// One shard with one partition of the offsets topic.
class World {
 public:
  World() : simulation(1), machine_(&simulation.add_machine("a")) { start(); }
  ~World() { stop(); }

  void start() {
    logger_ = std::make_unique<log::testing::QuietLogger>(machine_->clock());
    log::DataFolderOptions options;
    options.new_cluster_id.bytes.fill(7);
    options.reserve_bytes = 0;
    folder_ = std::move(*log::DataFolder::open(machine_->disk(), "data", options, *logger_));
    log::LogStore::Surroundings with{&shard(), &machine_->disk(), logger_.get(), folder_.get(), nullptr, nullptr};
    auto store = simulation.run(shard(), log::LogStore::open(with, {.retry_ms = 20}));
    ASSERT_TRUE(store) << store.error().message;
    logs_ = std::make_unique<cluster::ShardLogs>(shard(), std::move(*store));
    ASSERT_TRUE(logs_->store().create(kPartition, std::make_shared<const log::LogConfig>()));
    scope_ = std::make_unique<runtime::TaskScope>(shard());
    calls_ = std::make_unique<runtime::TaskScope>(shard());
    scope_->spawn("store", logs_->store().run(scope_->stop_token()));
    scope_->spawn("advances", logs_->run(scope_->stop_token()));
    Coordinators::Options settings;
    coordinators_ = std::make_unique<Coordinators>(kOffsets, std::vector<Coordinators::Owner>{{&shard(), logs_.get()}},
                                                   settings, data_, *logger_);
    ASSERT_TRUE(simulation.run(shard(), coordinators_->open(shard())));
  }
  void stop() {
    logs_->give_up_waiting();
    simulation.run(shard(), coordinators_->close(shard()));
    simulation.run(shard(), calls_->close());
    simulation.run(shard(), scope_->close());
    std::ignore = simulation.run(shard(), logs_->close());
    coordinators_.reset();
    logs_.reset();
    folder_.reset();
  }
  void restart() {
    stop();
    start();
  }
  runtime::Shard& shard() { return machine_->shard(); }
  void fail_disk() { machine_->disk().set_errors({.write_one_in = 1, .sync_one_in = 1, .code = ErrorCode::kDiskFull}); }
  void mend_disk() { machine_->disk().set_errors({}); }

  struct Outcome {
    bool answered = false;
    MaybeError error;
  };
  /// Of `partitions` of a topic, with so much said about each. Does not wait.
  void commit(std::int32_t partitions, std::size_t metadata_bytes, Outcome& outcome, std::int32_t from = 0) {
    CommitOffsets request{.group_id = "g"};
    TopicCommit& topic = request.topics.emplace_back(TopicCommit{"orders", {}, {}});
    for (std::int32_t i = from; i < from + partitions; ++i)
      topic.partitions.push_back({i, Offset(i + 1), kNoLeaderEpoch, std::string(metadata_bytes, 'm')});
    calls_->spawn("commit", keep(coordinators_->ask<CommitOffsetsResponse>(shard(), std::move(request)), &outcome));
  }
  /// Does not wait. A newcomer for whom nobody has to come back with an id.
  void join(const std::string& member_id, std::optional<JoinResponse>& answer) {
    JoinGroup request{.group_id = "live",
                      .member_id = member_id,
                      .client_id = "c",
                      .client_host = "h",
                      .session_timeout_ms = 45'000,
                      .rebalance_timeout_ms = 45'000,
                      .protocol_type = "consumer",
                      .protocols = {{"range", {}}},
                      .member_id_suffix = std::to_string(++joined_),
                      .requires_known_member_id = false};
    calls_->spawn("join", keep_join(coordinators_->ask<JoinResponse>(shard(), std::move(request)), &answer));
  }
  void commit_and_wait(TopicId topic, std::int32_t partition) {
    CommitOffsets request{.group_id = "g", .topics = {{"orders", topic, {{partition, Offset(7), kNoLeaderEpoch, ""}}}}};
    std::ignore = simulation.run(shard(), coordinators_->ask<CommitOffsetsResponse>(shard(), std::move(request)));
  }
  std::vector<FetchedTopic> all_offsets() {
    return simulation.run(shard(), coordinators_->fetch_all_offsets(shard(), std::string("g")));
  }
  void resign() { coordinators_->resign(); }
  void commit_and_wait(std::int32_t partitions, std::int32_t from) {
    Outcome outcome;
    commit(partitions, 0, outcome, from);
    wait(outcome);
    EXPECT_FALSE(outcome.error);
  }
  MaybeError delete_group() {
    DeleteGroupResponse deleted = simulation.run(
        shard(), coordinators_->ask<DeleteGroupResponse>(shard(), DeleteGroup{.token = {}, .group_id = "g"}));
    return deleted.error;
  }
  void wait(const Outcome& outcome) {
    ASSERT_TRUE(
        simulation.run_until([&outcome] { return outcome.answered; }, simulation.now() + std::chrono::hours(1)));
  }
  std::size_t stored() {
    std::vector<FetchedTopic> topics = all_offsets();
    return topics.empty() ? 0 : topics.front().partitions.size();
  }

  sim::Simulation simulation;

 private:
  static runtime::Task<void> keep(runtime::Task<CommitOffsetsResponse> task, Outcome* into) {
    CommitOffsetsResponse response = co_await std::move(task);
    into->answered = true;
    into->error = response.topics.at(0).partitions.at(0).error;
  }

  static runtime::Task<void> keep_join(runtime::Task<JoinResponse> task, std::optional<JoinResponse>* into) {
    *into = co_await std::move(task);
  }

  int joined_ = 0;
  sim::Machine* machine_;
  AllHaveData data_;
  std::unique_ptr<log::testing::QuietLogger> logger_;
  std::unique_ptr<log::DataFolder> folder_;
  std::unique_ptr<cluster::ShardLogs> logs_;
  std::unique_ptr<runtime::TaskScope> scope_, calls_;
  std::unique_ptr<Coordinators> coordinators_;
};

TEST(Coordinators, ACommitThatTheLogDoesNotTakeIsRefusedWhileAnEarlierOneIsOnItsWay) {
  World world;
  World::Outcome small, large;
  world.commit(1, 0, small);
  world.commit(400, 4'000, large);
  world.wait(large);
  world.wait(small);
  EXPECT_EQ(small.error, std::nullopt);
  EXPECT_EQ(large.error, ErrorCode::kTooLarge);
  world.restart();
  EXPECT_EQ(world.stored(), 1u);
}

TEST(Coordinators, WhatTheDiskRefusesAtFirstIsAnsweredWhenItIsWrittenAndWhatComesMeanwhileIsRefused) {
  World world;
  world.fail_disk();
  World::Outcome early, late;
  world.commit(1, 0, early);
  world.simulation.run_for(std::chrono::seconds(1));
  EXPECT_FALSE(early.answered);
  world.commit(1, 0, late, 1);
  world.wait(late);
  EXPECT_TRUE(late.error);
  world.mend_disk();
  world.wait(early);
  EXPECT_FALSE(early.error);
  EXPECT_EQ(world.stored(), 1u);
  world.restart();
  EXPECT_EQ(world.stored(), 1u);
}

TEST(Coordinators, AGroupThatIsToGoWhileTheDiskFailsIsThereAsLongAsItIsAfterARestart) {
  World world;
  world.commit_and_wait(1, 0);
  world.fail_disk();
  std::size_t before = world.stored();
  World::Outcome stuck;
  world.commit(1, 0, stuck, 1);  // so that the disk is known to refuse
  world.simulation.run_for(std::chrono::seconds(1));
  EXPECT_TRUE(world.delete_group());
  world.mend_disk();
  world.wait(stuck);
  EXPECT_EQ(world.stored(), before + 1);
  world.restart();
  EXPECT_EQ(world.stored(), before + 1);
}

TEST(Coordinators, AStopAnswersWhoWaitsForOthersAndWhatComesAfter) {
  World world;
  std::optional<JoinResponse> first, parked;
  world.join("", first);
  ASSERT_TRUE(
      world.simulation.run_until([&] { return first.has_value(); }, world.simulation.now() + std::chrono::minutes(1)));
  ASSERT_EQ(first->error, std::nullopt);
  world.join("", parked);  // the first one does not come back to join it
  world.simulation.run_for(std::chrono::seconds(1));
  EXPECT_FALSE(parked.has_value());
  world.resign();
  World::Outcome late;
  world.commit(2, 0, late);
  world.wait(late);
  ASSERT_TRUE(parked.has_value());
  EXPECT_EQ(parked->error, ErrorCode::kNotCoordinator);
  EXPECT_EQ(late.error, ErrorCode::kNotCoordinator);
}

/// Kafka's door is open for a while yet: a member that is told of none begins anew.
TEST(Coordinators, AStopStillTellsWhatWasCommitted) {
  World world;
  world.commit_and_wait(3, 0);
  world.resign();
  world.simulation.run_for(std::chrono::seconds(1));
  EXPECT_EQ(world.stored(), 3u);
}

TEST(Coordinators, OffsetsOfAnEarlierTopicStandApartFromThoseOfTheNextOneOfItsName) {
  World world;
  constexpr TopicId kEarlier{{1}}, kToday{{2}};
  world.commit_and_wait(kEarlier, 0);
  world.commit_and_wait(kToday, 1);
  world.commit_and_wait(TopicId(), 2);
  std::vector<FetchedTopic> all = world.all_offsets();
  std::erase_if(all, [&](const FetchedTopic& one) { return !is_for_topic(one, kToday); });
  std::vector<std::int32_t> partitions;
  for (const FetchedTopic& one : all) partitions.push_back(one.partitions.at(0).partition);
  EXPECT_EQ(partitions, (std::vector<std::int32_t>{2, 1}));
}

TEST(Coordinators, AGroupGoesHoweverManyOffsetsItHas) {
  World world;
  for (std::int32_t from = 0; from < 30'000; from += 6'000) world.commit_and_wait(6'000, from);
  EXPECT_EQ(world.stored(), 30'000u);
  EXPECT_FALSE(world.delete_group());
  EXPECT_EQ(world.stored(), 0u);
  world.restart();
  EXPECT_EQ(world.stored(), 0u);
}

}  // namespace
}  // namespace wharf::groups
