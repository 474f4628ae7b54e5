// Batches of clients in front of a log whose disk has more to do than it gets done.
#include "cluster/replication/preparations.hpp"

#include <gtest/gtest.h>

#include "log/store_testing.hpp"

namespace wharf::cluster {
namespace {

using log::testing::StoreFixture;

struct PreparationsFixture : StoreFixture {
  PreparationsFixture() {
    options.wal.max_buffered_bytes = 64 * 1024;
    WHARF_ASSERT(start().has_value());
    id = add(1).id();
    preparations = std::make_unique<Preparations>(machine->shard(), *store);
  }
  ~PreparationsFixture() { simulation.run(machine->shard(), preparations->close()); }

  /// As LogPublish does it: appended now or later. Where what came of it will stand.
  std::size_t send(PartitionId to, std::int64_t number) {
    std::size_t call = outcomes.size();
    outcomes.emplace_back();
    auto append = [this, to, call](log::OwnedBatches batches) {
      outcomes[call] = store->append(to, std::move(batches), {LeaderEpoch{0}, machine->clock().wall_now()});
    };
    log::OwnedBatches batches = log::testing::owned_batch({.value_bytes = 4000, .number = number});
    Result<bool> now = preparations->now(to, batches);
    WHARF_ASSERT(now.has_value());
    if (*now) {
      append(std::move(batches));
      return call;
    }
    preparations->later(to, std::move(batches), [this, append, call](Result<log::OwnedBatches> prepared) mutable {
      if (prepared) return append(std::move(*prepared));
      outcomes[call] = fail(prepared.error());
    });
    return call;
  }
  bool all_answered() {
    return simulation.run_until([&] { return std::ranges::all_of(outcomes, &Outcome::has_value); },
                                simulation.now() + std::chrono::seconds(60));
  }

  using Outcome = std::optional<Result<log::Appended>>;
  PartitionId id;
  std::deque<Outcome> outcomes;
  std::unique_ptr<Preparations> preparations;
};

TEST(Preparations, WhoSendsMoreThanTheDiskTakesWaitsInOrderAndIsNotRefused) {
  PreparationsFixture fixture;
  for (int i = 0; i < 100; ++i) fixture.send(fixture.id, i);
  EXPECT_FALSE(fixture.outcomes.back().has_value());
  ASSERT_TRUE(fixture.all_answered());
  for (std::size_t i = 0; i < fixture.outcomes.size(); ++i) {
    const Result<log::Appended>& outcome = *fixture.outcomes[i];
    ASSERT_TRUE(outcome.has_value()) << i << ": " << outcome.error().message;
    EXPECT_EQ(outcome->first, Offset(static_cast<std::int64_t>(i)));
  }
  EXPECT_TRUE(fixture.wait_for(fixture.id, Offset(100)));
}

TEST(Preparations, ATopicThatDoesNotWaitForTheDiskDoesNotWaitForIt) {
  PreparationsFixture fixture;
  fixture.topic_config = log::testing::small_segments(log::Flush::kAsync);
  PartitionId async = fixture.add(2).id();
  for (int i = 0; i < 30; ++i) fixture.send(fixture.id, i);
  ASSERT_FALSE(fixture.outcomes.back().has_value());
  std::size_t call = fixture.send(async, 1000);
  ASSERT_TRUE(fixture.outcomes[call].has_value());
  EXPECT_TRUE(fixture.outcomes[call]->has_value());
  ASSERT_TRUE(fixture.all_answered());
}

TEST(Preparations, AStopDoesNotWaitForRoomAndAnswersWhoDoes) {
  PreparationsFixture fixture;
  for (int i = 0; i < 30; ++i) fixture.send(fixture.id, i);
  fixture.simulation.run(fixture.machine->shard(), fixture.preparations->close());
  ASSERT_TRUE(fixture.all_answered());
  EXPECT_EQ(fixture.outcomes.back()->error().code, ErrorCode::kClosed);
}

}  // namespace
}  // namespace wharf::cluster
