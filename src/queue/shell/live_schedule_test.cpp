// A schedule's state on a disk that fails, and around the end of a bucket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/message.hpp"
#include "queue/shell/logs_testing.hpp"
#include "queue/shell/shard_schedules.hpp"
#include "sim/simulation.hpp"

namespace wharf::queue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Sink final : public DueMessages {
 public:
  runtime::Task<std::vector<std::optional<Arrivals>>> send_on(std::vector<DueMessage> due) override {
    std::vector<std::optional<Arrivals>> left;
    for (const DueMessage& one : due) {
      std::string body(as_text(*one.record.value));
      bool is_refused = body == refused;
      if (is_refused) tries.push_back(one.before);
      if (!is_refused) bodies.push_back(std::move(body));
      left.push_back(is_refused ? std::optional(Arrivals{"elsewhere"}) : std::nullopt);
    }
    co_return left;
  }
  std::vector<std::string> bodies;
  std::string refused;
  std::vector<std::optional<Arrivals>> tries;  // of the one that is refused: what they came with
};

class World {
 public:
  explicit World(std::uint64_t seed = 1)
      : simulation(seed), random_(simulation.random("work")), machine_(&simulation.add_machine("a")) {
    start();
  }
  ~World() { stop(); }

  void start() {
    logs_ = std::make_unique<LogsOnDisk>(simulation, *machine_);
    sink_ = std::make_unique<Sink>();
    ShardSchedules::Options options{
        .logger = &logs_->logger, .due_messages = sink_.get(), .random = &random_, .leader_epoch = [] {
          return LeaderEpoch(0);
        }};
    schedules_ = std::make_unique<ShardSchedules>(shard(), logs_->get(), std::move(options));
    Result<void> opened = simulation.run(shard(), schedules_->open());
    ASSERT_TRUE(opened) << opened.error().message;
    schedules_->begin();
  }
  void stop() {
    simulation.run(shard(), schedules_->close());
    schedules_.reset();
    logs_.reset();
  }
  void crash(bool power_loss) {
    sim::Machine* reborn = power_loss ? &simulation.power_loss(*machine_) : &simulation.kill(*machine_);
    stop();  // the ghost winds down
    machine_ = reborn;
    start();
  }

  /// Not waited for.
  void schedule(std::string body, Timestamp due, std::optional<Result<ScheduledId>>* into = nullptr) {
    BatchBuilder builder(BatchOptions{});
    append_message(builder, {.routing_key = "k", .body = as_bytes(body)}, now());
    std::vector<Delayed> delayed;
    delayed.push_back({.envelope = {.due = due, .name_space = "/", .exchange = "later"}, .batch = *builder.finish()});
    schedules_->own().add(std::move(delayed), [into](std::vector<Result<ScheduledId>> kept) {
      if (into != nullptr) *into = std::move(kept.front());
    });
  }
  ScheduledId scheduled(std::string body, Timestamp due) {
    std::optional<Result<ScheduledId>> id;
    schedule(std::move(body), due, &id);
    EXPECT_TRUE(simulation.run_until([&id] { return id.has_value(); }, simulation.now() + std::chrono::minutes(1)));
    EXPECT_TRUE(*id);
    return **id;
  }

  void run_to(Timestamp time) {
    bool over = false;
    std::ignore = shard().set_timer(shard().now() + Milliseconds(time.ms - now().ms), [&over] { over = true; });
    ASSERT_TRUE(simulation.run_until([&over] { return over; }, simulation.now() + std::chrono::hours(2)));
  }
  bool has_folder(PartitionId log) { return *disk().exists(std::filesystem::path("data/logs") / log.folder()); }
  std::vector<std::string> errors() const {
    std::vector<std::string> found;
    for (const std::string& line : logs_->logger.lines) {
      if (line.contains(" error ")) found.push_back(line);
    }
    return found;
  }
  Sink& sink() { return *sink_; }
  std::vector<std::string>& out() { return sink_->bodies; }
  Timestamp now() { return machine_->clock().wall_now(); }
  runtime::Shard& shard() { return machine_->shard(); }
  sim::FaultyFileSystem& disk() { return machine_->disk(); }
  Lane lane() { return schedules_->own().lane(); }

  sim::Simulation simulation;

 private:
  sim::SeededRandom random_;
  sim::Machine* machine_;
  std::unique_ptr<LogsOnDisk> logs_;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<ShardSchedules> schedules_;
};

constexpr std::int64_t kMinute = 60'000;

// Nothing else happens in the schedule after the disk is well again: it has to come back to it by itself.
TEST(LiveSchedule, WhatIsOutIsNotedOnceTheDiskTakesItAgain) {
  World world;
  Timestamp due{(world.now().ms / (10 * kMinute) + 1) * 10 * kMinute + kMinute};
  world.scheduled("once", due);
  world.run_to({due.ms - 100});
  world.disk().set_errors({.write_one_in = 1});
  world.schedule("refused", {due.ms + 1});  // the log learns that the disk fails, and takes nothing from there on
  world.run_to({due.ms + 500});
  ASSERT_FALSE(world.out().empty());
  world.disk().set_errors({});
  world.run_to({due.ms + 5 * 1'000});
  world.out().clear();
  world.crash(false);
  world.run_to({due.ms + kMinute});
  EXPECT_THAT(world.out(), IsEmpty()) << "went out again";
}

// A bucket's log goes when it is finished. Whatever of that a crash leaves undone, what went out long before stays out,
// what waits in other buckets comes, and nothing is said to be lost.
TEST(LiveSchedule, ACrashAroundTheEndOfABucketDisturbsNothing) {
  const std::string early_body(6'000, 'e');  // more than checkpoints carry
  std::uint64_t gone_at_crash = 0;
  for (std::uint64_t seed = 1; seed <= 60 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    std::int64_t begin = (world.now().ms / (10 * kMinute) + 1) * 10 * kMinute;
    ScheduledId early = world.scheduled(early_body, {begin + kMinute});
    world.scheduled("late", {begin + 25 * kMinute});
    world.run_to({begin + 9 * kMinute});
    ASSERT_THAT(world.out(), ElementsAre(early_body));
    PartitionId bucket = messages_of(early.bucket, world.lane());
    ASSERT_TRUE(world.has_folder(bucket));
    world.run_to({begin + 10 * kMinute - 1});
    for (std::uint64_t step = 0; step < seed; ++step) world.simulation.step();
    if (!world.has_folder(bucket)) ++gone_at_crash;
    world.crash(seed % 2 == 0);
    world.run_to({begin + 26 * kMinute});
    EXPECT_THAT(world.out(), ElementsAre("late"));
    EXPECT_THAT(world.errors(), IsEmpty());
    EXPECT_FALSE(world.has_folder(bucket));
  }
  EXPECT_GT(gone_at_crash, 5u) << "the crashes are not where they should be";
}

TEST(LiveSchedule, OneThatCannotBeSentOnHoldsNobodyUpAndComesAgainAlone) {
  World world;
  Timestamp due{(world.now().ms / (10 * kMinute) + 1) * 10 * kMinute + kMinute};
  for (const char* body : {"a", "b", "c"}) world.scheduled(body, due);
  world.scheduled("d", {due.ms + 100});
  world.sink().refused = "b";
  world.run_to({due.ms + 500});
  EXPECT_THAT(world.out(), ElementsAre("a", "c", "d"));
  world.run_to({due.ms + 10'000});  // tried again after 1, 2 and 4 seconds
  const std::optional<Arrivals> elsewhere = Arrivals{"elsewhere"};
  EXPECT_THAT(world.sink().tries, ElementsAre(std::nullopt, elsewhere, elsewhere, elsewhere));
  world.stop();
  world.start();
  world.run_to({due.ms + 2 * kMinute});
  EXPECT_THAT(world.out(), ElementsAre("b"));
}

}  // namespace
}  // namespace wharf::queue
