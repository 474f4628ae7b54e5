// A flipped bit in a checkpoint that carries a log: what it costs, that it is told, and that it costs no more at later
// starts.
#include <optional>

#include <gtest/gtest.h>

#include "log/store_testing.hpp"

namespace wharf::log {
namespace {

using testing::StoreFixture;

constexpr int kBatches = 4;

LogConfig carried() {
  LogConfig config = testing::small_segments(Flush::kSync);
  config.carried_bytes = 1000;
  return config;
}

class Life {
 public:
  explicit Life(std::uint64_t seed) : fixture_(seed, carried()) {
    EXPECT_TRUE(fixture_.start());
    id_ = fixture_.add(1).id();
    for (int i = 0; i < kBatches; ++i) fixture_.append_and_wait(id_, {.number = i});
    write();
  }

  void write() {
    EXPECT_TRUE(fixture_.simulation.run(fixture_.machine->shard(), fixture_.store->checkpointer().write(false)));
  }
  void stop() { EXPECT_TRUE(fixture_.stop()); }
  void kill() { fixture_.kill(); }
  /// False: the file has no such bit.
  bool flip(std::uint64_t bit) {
    auto& disk = fixture_.machine->disk();
    return disk.flip_bit("data/checkpoints/" + disk.list("data/checkpoints")->back().name, bit);
  }
  bool start() {
    Result<void> started = fixture_.start();
    EXPECT_TRUE(started) << started.error().message;
    return started.has_value();
  }
  std::uint64_t told() { return fixture_.store->statistics().damaged_ranges; }

  /// How many of the batches are told to be damaged; the others are what was sent.
  std::size_t missing() {
    PartitionLog* log = fixture_.store->find(id_);
    EXPECT_GE(log->log_end_offset(), Offset{kBatches}) << "offsets would be given again";
    std::size_t missing = 0;
    for (const StoreFixture::Sent& sent : fixture_.sent[id_]) {
      Result<SharedBytes> bytes = fixture_.simulation.run(
          fixture_.machine->shard(), fixture_.store->read_bytes(id_, sent.first, 1, log->high_watermark()));
      if (bytes) EXPECT_TRUE(std::ranges::equal(bytes->view(), sent.bytes)) << "offset " << sent.first.value;
      if (!bytes) EXPECT_EQ(bytes.error().code, ErrorCode::kDamaged);
      if (!bytes) ++missing;
    }
    return missing;
  }
  void append_one_more() {
    Offset end = fixture_.store->find(id_)->log_end_offset();
    fixture_.append_and_wait(id_, {.number = end.value});
    EXPECT_EQ(fixture_.sent[id_].back().first, end);
  }

 private:
  StoreFixture fixture_;
  PartitionId id_;
};

TEST(CarriedDamage, AFlippedBitCostsNoMoreThanTheBatchThatItIsIn) {
  std::size_t harmless = 0;
  std::size_t costly = 0;
  for (std::uint64_t bit = 0;; bit += 37) {
    SCOPED_TRACE(::testing::Message() << "bit " << bit);
    Life life(1);
    life.stop();
    if (!life.flip(bit)) break;
    ASSERT_TRUE(life.start());
    std::size_t gone = life.missing();
    EXPECT_LE(gone, 1u);
    EXPECT_EQ(life.told(), gone);
    ++(gone == 0 ? harmless : costly);
    life.kill();  // before anything else was written
    ASSERT_TRUE(life.start());
    EXPECT_EQ(life.missing(), gone);
    life.append_one_more();
    life.stop();
    ASSERT_TRUE(life.start());
    EXPECT_EQ(life.missing(), gone);
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(harmless, 10u);
  EXPECT_GT(costly, 10u);
}

// The write-ahead log still has what the damaged checkpoint carries no more.
TEST(CarriedDamage, AfterACrashTheWriteAheadLogFillsTheGap) {
  for (std::uint64_t bit = 0;; bit += 101) {
    SCOPED_TRACE(::testing::Message() << "bit " << bit);
    Life life(2);
    life.append_one_more();
    life.kill();
    if (!life.flip(bit)) break;
    ASSERT_TRUE(life.start());
    EXPECT_EQ(life.missing(), 0u);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace wharf::log
