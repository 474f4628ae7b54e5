// Idempotent producers over deaths of every kind, from seeds: whatever is sent again, each record is there once, in its
// producer's order, and nothing that was answered is missing (KIP-98).
#include <deque>

#include <gtest/gtest.h>

#include "log/store_testing.hpp"
#include "sim/seeds.hpp"

namespace wharf::log {
namespace {

using testing::StoreFixture;
using testing::test_partition;
using testing::TestBatch;

/// A client's producer: at most five batches without an answer, sent again in their order where none came.
class Producer {
 public:
  Producer(std::int64_t id, PartitionId partition) : id_(id), partition_(partition) {}

  /// Its connection is gone, and with it the answers.
  void reconnect() {
    for (Open& one : open_) one.end.reset();
  }

  void send(StoreFixture& fixture, sim::SeededRandom& random) {
    constexpr std::size_t kMostOpen = 5;
    for (Open& one : open_) {
      if (!one.end && !send(fixture, one)) return;
    }
    if (open_.size() == kMostOpen) return;
    TestBatch batch{.records = static_cast<int>(1 + random.below(3)),
                    .value_bytes = 10 + random.below(200),
                    .number = next_sequence_,
                    .producer_id = ProducerId{id_},
                    .producer_epoch = ProducerEpoch{0},
                    .base_sequence = next_sequence_};
    next_sequence_ += batch.records;
    open_.push_back({batch, {}});
    send(fixture, open_.back());
  }

  /// As far as they were sent; a connection that breaks right now would have lost them.
  void take_answers(StoreFixture& fixture) {
    Offset committed = fixture.store->find(partition_)->high_watermark();
    while (!open_.empty() && open_.front().end && *open_.front().end <= committed) {
      answered_ = open_.front().batch.base_sequence + open_.front().batch.records;
      open_.pop_front();
    }
  }

  /// Empty, or what is wrong with its records in `all`.
  std::string check(ByteView all) const {
    std::int32_t expected = 0;
    while (!all.empty()) {
      BatchHeader header = *read_batch_header(all);
      all = all.subspan(header.size_bytes);
      if (header.producer_id != ProducerId{id_}) continue;
      if (header.base_sequence != expected)
        return fmt::format("producer {}: sequence {} where {} is due", id_, header.base_sequence, expected);
      expected += header.record_count;
    }
    if (expected < answered_)
      return fmt::format("producer {}: answered up to {}, kept up to {}", id_, answered_, expected);
    return {};
  }

  PartitionId partition() const { return partition_; }
  std::size_t duplicates = 0;

 private:
  struct Open {
    TestBatch batch;
    std::optional<Offset> end;  // once it was sent on this connection
  };

  bool send(StoreFixture& fixture, Open& one) {
    Result<Appended> appended = fixture.append(partition_, one.batch);
    if (appended && appended->duplicate) ++duplicates;
    if (appended) one.end = appended->next;
    if (appended) return true;
    ErrorCode code = appended.error().code;
    EXPECT_TRUE(code == ErrorCode::kStorage || code == ErrorCode::kBusy || code == ErrorCode::kDiskFull)
        << "producer " << id_ << ", sequence " << one.batch.base_sequence << ": " << appended.error().message;
    return false;
  }

  std::int64_t id_;
  PartitionId partition_;
  std::int32_t next_sequence_ = 0;
  std::int32_t answered_ = 0;  // sequences below were
  std::deque<Open> open_;
};

void work(StoreFixture& fixture, std::vector<Producer>& producers, sim::SeededRandom& random) {
  std::uint64_t steps = 10 + random.below(100);
  for (std::uint64_t i = 0; i < steps && !fixture.machine->disk().down(); ++i) {
    Producer& producer = producers[random.below(producers.size())];
    if (random.one_in(10)) producer.reconnect();
    producer.send(fixture, random);
    if (random.one_in(3)) fixture.simulation.run_for(std::chrono::microseconds(random.below(3000)));
    if (random.one_in(15))
      std::ignore = fixture.simulation.run(fixture.machine->shard(), fixture.store->checkpointer().write(false));
    if (random.coin()) producer.take_answers(fixture);
  }
}

void check(StoreFixture& fixture, const std::vector<Producer>& producers, std::uint64_t seed, int life) {
  for (const Producer& producer : producers) {
    Result<std::vector<std::byte>> all = fixture.read_all(producer.partition());
    ASSERT_TRUE(all.has_value()) << "seed " << seed << " life " << life << ": " << all.error().message;
    EXPECT_EQ(producer.check(*all), "") << "seed " << seed << " life " << life;
  }
}

void end_somehow(StoreFixture& fixture, sim::SeededRandom& random) {
  switch (random.below(3)) {
    case 0:
      return fixture.power_loss();
    case 1:
      return fixture.kill();
    default:
      EXPECT_TRUE(fixture.stop().has_value());
  }
}

std::size_t duplicates = 0;

std::uint64_t lives_of_producers(std::uint64_t seed) {
  LogConfig config = testing::small_segments(Flush::kSync);
  config.carried_bytes = seed % 2 == 0 ? 0 : 1500;
  StoreFixture fixture(seed, config);
  fixture.options.checkpoint_interval_ms = 20;
  sim::SeededRandom random = fixture.simulation.random("work");
  std::vector<Producer> producers;
  for (std::int64_t id = 1; id <= 4; ++id) producers.emplace_back(id, test_partition(id < 3 ? 1 : 2));
  for (int life = 0; life < 5; ++life) {
    Result<void> started = fixture.start();
    EXPECT_TRUE(started.has_value()) << "seed " << seed << " life " << life << ": " << started.error().message;
    if (!started) return 0;
    for (std::uint8_t number = 1; number <= 2; ++number) fixture.add(number);
    check(fixture, producers, seed, life);
    for (Producer& producer : producers) producer.reconnect();
    work(fixture, producers, random);
    end_somehow(fixture, random);
  }
  EXPECT_TRUE(fixture.start().has_value());
  check(fixture, producers, seed, 5);
  std::ignore = fixture.stop();
  for (const Producer& producer : producers) duplicates += producer.duplicates;
  return fixture.simulation.hash();
}

TEST(IdempotentCrash, WhatIsSentAgainIsThereOnceAndInItsOrder) {
  EXPECT_TRUE(sim::run_seeds(60, lives_of_producers).empty());
}

TEST(IdempotentCrash, TheSeedsReachBatchesThatWereKeptAndNotAnswered) {
  duplicates = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) lives_of_producers(seed);
  EXPECT_GT(duplicates, 0u);
}

}  // namespace
}  // namespace wharf::log
