// A flipped bit in a queue's files: what it hit is passed over, and all the rest is as it was.
#include <algorithm>
#include <cstring>

#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

constexpr ConsumerId kConsumer{1};
constexpr std::int64_t kMessages = 10;

class DamageTest : public ::testing::Test {
 protected:
  /// More than checkpoints carry.
  void publish_all() {
    for (std::int64_t i = 0; i < kMessages; ++i) EXPECT_TRUE(world.publish(1, 1000));
  }

  /// Flips a bit in the newest entry that the checkpoints have of the log, so many bytes before its end.
  void restart_with_damaged_entry(PartitionId log, std::uint64_t before_end) {
    world.stop();
    const std::filesystem::path folder = "data/checkpoints";
    const std::filesystem::path path = folder / world.disk().list(folder)->back().name;
    std::vector<std::byte> bytes = *runtime::read_whole(world.disk(), path, 1 << 20);
    std::vector<std::byte> name(log.topic.bytes.size() + 4);
    std::memcpy(name.data(), log.topic.bytes.data(), log.topic.bytes.size());
    store_big_endian(name.data() + log.topic.bytes.size(), log.index.value);
    auto last = std::ranges::find_end(bytes, name);
    ASSERT_FALSE(last.empty());
    const auto end = static_cast<std::uint64_t>(last.begin() - bytes.begin());
    ASSERT_TRUE(world.disk().flip_bit(path, 8 * (end - before_end)));
    world.start();
  }
  /// What is in files is read beside.
  std::shared_ptr<Consumer> consume(std::uint32_t prefetch = 0) {
    std::shared_ptr<Consumer> consumer = world.subscribe(kConsumer, prefetch);
    world.wait(Milliseconds(1000));
    return consumer;
  }
  static std::vector<std::int64_t> offsets_of(const Consumer& consumer) {
    std::vector<std::int64_t> offsets;
    for (const Delivery& one : consumer.deliveries) offsets.push_back(one.id.offset.value);
    return offsets;
  }

  World world;
};

TEST_F(DamageTest, OneMessageIsPassedOverAndTheOthersAreDelivered) {
  publish_all();
  world.restart_damaged(messages_of(World::kId, 0), 0.55);
  std::shared_ptr<Consumer> consumer = consume();
  EXPECT_EQ(offsets_of(*consumer), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 6, 7, 8, 9}));
  EXPECT_EQ(world.queue().counts().unsettled, 9u);
  for (const Delivery& one : consumer->deliveries) world.settle(kConsumer, one, Verdict::kDone);
  world.restart();
  EXPECT_EQ(world.queue().counts().ready, 0u) << "it is passed over for good";
}

TEST_F(DamageTest, OfADamagedStateNothingUnsettledIsLostAndTheNextOneIsWhole) {
  publish_all();
  std::ptrdiff_t came_back =
      0;  // a record of the state says what was settled, and it alone is lost where it is damaged
  for (std::uint64_t before_end : {40, 90}) {  // in what a checkpoint carries of the last records
    std::shared_ptr<Consumer> first = consume(5);
    ASSERT_GE(first->deliveries.size(), 1u);
    world.settle(kConsumer, first->deliveries.front(), Verdict::kDone);
    const std::int64_t settled = first->deliveries.front().id.offset.value;
    restart_with_damaged_entry(state_of(World::kId), before_end);
    std::shared_ptr<Consumer> second = consume();
    const std::vector<std::int64_t> offsets = offsets_of(*second);
    EXPECT_LE(std::ranges::count(offsets, settled), 1);
    came_back += std::ranges::count(offsets, settled);
    for (std::int64_t offset = settled + 1; offset < kMessages; ++offset) {
      EXPECT_EQ(std::ranges::count(offsets, offset), 1) << offset << " " << before_end;
    }
    for (const Delivery& one : second->deliveries) {
      if (one.id.offset.value <= settled) world.settle(kConsumer, one, Verdict::kDone);
    }
    world.restart();
    EXPECT_EQ(world.queue().counts().ready, static_cast<std::uint64_t>(kMessages - settled - 1)) << before_end;
  }
  EXPECT_GE(came_back, 1) << "what was settled is not known any more";
}

TEST_F(DamageTest, OfAFewMessagesThatACheckpointCarriedTheLossIsToldAndNewOnesAreNotTakenForThem) {
  EXPECT_TRUE(world.publish(3, 20));
  std::shared_ptr<Consumer> all = consume();
  ASSERT_EQ(all->deliveries.size(), 3u);
  for (const Delivery& one : all->deliveries) world.settle(kConsumer, one, Verdict::kDone);
  world.restart();
  EXPECT_TRUE(world.publish(1, 20));
  restart_with_damaged_entry(messages_of(World::kId, 0), 40);
  auto tells = [](const std::string& line) { return line.contains("a checkpoint is damaged"); };
  EXPECT_TRUE(std::ranges::any_of(world.log_lines(), tells));
  EXPECT_TRUE(world.publish(1, 20));
  EXPECT_EQ(consume()->deliveries.size(), 1u);
}

}  // namespace
}  // namespace wharf::queue
