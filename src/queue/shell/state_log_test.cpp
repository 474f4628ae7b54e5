#include "queue/shell/state_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/replication/keyed_records.hpp"
#include "queue/shell/logs_testing.hpp"

namespace wharf::queue {
namespace {

using ::testing::ElementsAre;

constexpr PartitionId kLog{TopicId{{1}}, PartitionIndex(0)};
constexpr std::uint64_t kLeastBytes = 1'000;

/// Its changes are words, its snapshot is all of them.
class Words final : public StateOwner {
 public:
  void say(std::string word) {
    change += word;
    all += word;
  }
  std::vector<std::byte> take_change() override { return bytes_of(std::exchange(change, {})); }
  std::vector<std::byte> take_snapshot() override {
    change.clear();
    return bytes_of("all:" + all);
  }
  void state_refused(const Error&) override { ++refused; }
  void state_due() override {
    ++due;
    log->write({});
  }

  static std::vector<std::byte> bytes_of(std::string_view text) {
    ByteView bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
  }

  StateLog* log = nullptr;
  std::string change, all;
  int refused = 0, due = 0;
};

/// From start to crash, and on.
class Fixture {
 public:
  Fixture() { start(); }
  void start() {
    logs_ = std::make_unique<LogsOnDisk>(simulation, *machine_);
    log = std::make_unique<StateLog>(StateLog::Surroundings{machine_->shard(), logs_->get(), leader_epoch_}, words,
                                     kLog, kLeastBytes);
    words.log = log.get();
    EXPECT_TRUE(log->open());
  }
  void crash() {
    sim::Machine* reborn = &simulation.kill(*machine_);
    log.reset();
    logs_.reset();
    machine_ = reborn;
    start();
  }
  Result<void> write(StateLog::Kept kept = {}) {
    std::optional<Result<void>> answer;
    log->write([&answer](Result<void> outcome) { answer = outcome; }, std::move(kept));
    EXPECT_TRUE(simulation.run_until([&] { return answer.has_value(); }, simulation.now() + std::chrono::hours(1)));
    return *answer;
  }
  std::vector<std::string> records(const std::function<void(ByteView)>& tell = [](ByteView) {}) {
    std::vector<std::string> found;
    auto visit = [&found, &tell](const Record& record) {
      found.emplace_back(as_text(*record.value));
      tell(*record.value);
    };
    EXPECT_TRUE(simulation.run(machine_->shard(), cluster::replay(&logs_->get(), kLog, visit)));
    return found;
  }
  Offset end() { return logs_->get().store().find(kLog)->log_end_offset(); }
  void wait(Milliseconds time) {
    bool over = false;
    std::ignore = machine_->shard().set_timer(machine_->shard().now() + time, [&over] { over = true; });
    ASSERT_TRUE(simulation.run_until([&over] { return over; }, simulation.now() + std::chrono::hours(1)));
  }
  void fail_writes(bool fail) { machine_->disk().set_errors({.write_one_in = fail ? 1u : 0u}); }

  sim::Simulation simulation{1};
  Words words;
  std::unique_ptr<StateLog> log;

 private:
  std::function<LeaderEpoch()> leader_epoch_ = [] { return LeaderEpoch(0); };
  sim::Machine* machine_ = &simulation.add_machine("a");
  std::unique_ptr<LogsOnDisk> logs_;
};

TEST(StateLog, AChangeIsARecordAndNoChangeIsNone) {
  Fixture fixture;
  fixture.words.say("a");
  int kept = 0;
  EXPECT_TRUE(fixture.write([&kept] { ++kept; }));
  EXPECT_TRUE(fixture.write([&kept] { ++kept; }));
  EXPECT_EQ(kept, 1) << "nothing was said the second time";
  fixture.words.say("b");
  EXPECT_TRUE(fixture.write());
  fixture.crash();
  EXPECT_THAT(fixture.records(), ElementsAre("a", "b"));
}

TEST(StateLog, ASnapshotReplacesWhatHasGrown) {
  Fixture fixture;
  std::string word(300, 'x');
  for (int i = 0; i < 7; ++i) {  // 2 KiB, and one more
    fixture.words.say(word);
    EXPECT_TRUE(fixture.write());
  }
  fixture.wait(Milliseconds(100));
  EXPECT_THAT(fixture.records(), ElementsAre("all:" + fixture.words.all));
}

TEST(StateLog, WhatWasRefusedIsMadeGoodByASnapshotWithoutAnybodysDoing) {
  Fixture fixture;
  fixture.words.say("a");
  EXPECT_TRUE(fixture.write());
  fixture.fail_writes(true);
  int kept = 0;
  for (const char* word : {"b", "c", "d"}) {
    fixture.words.say(word);
    EXPECT_FALSE(fixture.write([&kept] { ++kept; }));
  }
  fixture.wait(Milliseconds(5'000));
  EXPECT_EQ(fixture.words.refused, 1) << "told once";
  EXPECT_EQ(kept, 0);
  fixture.fail_writes(false);
  fixture.wait(Milliseconds(5'000));
  fixture.crash();
  EXPECT_EQ(fixture.records().back(), "all:abcd");
}

TEST(StateLog, AfterItsEndNothingIsAskedForAnyMore) {
  Fixture fixture;
  fixture.fail_writes(true);
  fixture.words.say("a");
  EXPECT_FALSE(fixture.write());
  fixture.fail_writes(false);
  fixture.log->write_last(Words::bytes_of("last"));
  fixture.wait(Milliseconds(5'000));
  EXPECT_EQ(fixture.words.due, 0);
}

TEST(StateLog, TheLastSnapshotIsWrittenOnceHoweverOftenANodeStops) {
  Fixture fixture;
  fixture.words.say("a");
  EXPECT_TRUE(fixture.write());
  fixture.log->write_last(fixture.words.take_snapshot());
  fixture.wait(Milliseconds(100));
  EXPECT_THAT(fixture.records(), ElementsAre("all:a"));
  fixture.crash();
  auto stop = [&fixture] {
    const Offset end = fixture.end();
    fixture.records([&fixture](ByteView record) { fixture.log->found(record); });
    fixture.log->write_last(fixture.words.take_snapshot());
    return fixture.end().value - end.value;
  };
  EXPECT_EQ(stop(), 0);
  fixture.crash();
  fixture.words.say("b");
  EXPECT_EQ(stop(), 1) << "something has happened";
  fixture.wait(Milliseconds(100));
  EXPECT_THAT(fixture.records(), ElementsAre("all:ab"));
}

TEST(StateLog, WhatIsNotTrueIsWrittenAnewEvenIfItLooksTheSame) {
  Fixture fixture;
  fixture.log->write_last(fixture.words.take_snapshot());
  fixture.wait(Milliseconds(100));
  const Offset end = fixture.end();
  fixture.log->distrust();
  fixture.log->write_last(fixture.words.take_snapshot());
  EXPECT_EQ(fixture.end(), end.plus(1));
}

TEST(StateLog, ARemovedOneIsGone) {
  Fixture fixture;
  fixture.words.say("a");
  std::optional<ErrorCode> answer;
  int kept = 0;
  fixture.log->write([&answer](Result<void> outcome) { answer = outcome.error().code; }, [&kept] { ++kept; });
  fixture.log->remove();
  EXPECT_EQ(answer, ErrorCode::kNotFound);
  fixture.wait(Milliseconds(5'000));
  EXPECT_EQ(kept, 0);
  EXPECT_EQ(fixture.words.due, 0);
}

}  // namespace
}  // namespace wharf::queue
