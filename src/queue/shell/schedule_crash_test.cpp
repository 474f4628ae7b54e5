// Delayed messages over real logs on a disk that loses power, from seeds. What was confirmed goes out once it is due,
// never before; what was cancelled on disk does not; without a crash each goes out once, and what waits is what is
// listed.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/message.hpp"
#include "queue/shell/logs_testing.hpp"
#include "queue/shell/shard_schedules.hpp"
#include "sim/disk_trouble.hpp"
#include "sim/seeds.hpp"
#include "sim/simulation.hpp"

namespace wharf::queue {
namespace {

struct Sent {
  Timestamp due;
  std::optional<ScheduledId> id;  // confirmed
  bool cancelled = false;         // on disk
  bool maybe_cancelled = false;
  bool crashed_since = false;  // ... since it went out
  int out = 0;
};

/// All that is due comes by here; refuses now and then.
class Sink final : public DueMessages {
 public:
  Sink(std::vector<Sent>& messages, runtime::Shard& shard, sim::SeededRandom& random, std::shared_ptr<bool> alive)
      : messages_(messages), shard_(shard), random_(random), alive_(std::move(alive)) {}

  runtime::Task<std::vector<std::optional<Arrivals>>> send_on(std::vector<DueMessage> due) override {
    std::vector<std::optional<Arrivals>> left(due.size());
    for (std::size_t i = 0; i < due.size(); ++i) {
      if (!*alive_ || random_.one_in(20)) {
        left[i].emplace();
        continue;
      }
      const DueMessage& one = due[i];
      Sent& sent = messages_.at(std::stoul(std::string(as_text(*one.record.value))));
      EXPECT_EQ(one.envelope.exchange, "later");
      EXPECT_LE(sent.due, shard_.clock().wall_now()) << "early";
      EXPECT_FALSE(sent.cancelled) << "a cancelled message went out";
      if (sent.out++ > 0) EXPECT_TRUE(std::exchange(sent.crashed_since, false)) << "went out twice";
    }
    co_return left;
  }

 private:
  std::vector<Sent>& messages_;
  runtime::Shard& shard_;
  sim::SeededRandom& random_;
  std::shared_ptr<bool> alive_;
};

class Fixture {
 public:
  explicit Fixture(std::uint64_t seed)
      : simulation(seed), random(simulation.random("work")), machine_(&simulation.add_machine("a")) {}

  void start() {
    LogsOnDisk::Options options;
    options.wal.file_bytes = 64 * log::kWalBlockBytes;
    options.store.checkpoint_interval_ms = 1'000;
    logs_ = std::make_unique<LogsOnDisk>(simulation, *machine_, std::move(options));
    sink_ = std::make_unique<Sink>(messages, machine_->shard(), random, alive_);
    ShardSchedules::Options with_these{
        .logger = &logs_->logger, .due_messages = sink_.get(), .random = &random, .leader_epoch = [] {
          return LeaderEpoch(0);
        }};
    schedules_ = std::make_unique<ShardSchedules>(machine_->shard(), logs_->get(), std::move(with_these));
    Result<void> opened = simulation.run(machine_->shard(), schedules_->open());
    ASSERT_TRUE(opened) << opened.error().message;
    schedules_->begin();
  }

  Result<void> stop() {
    simulation.run(machine_->shard(), schedules_->close());
    Result<void> closed = logs_->close();
    schedules_.reset();
    logs_.reset();
    return closed;
  }
  /// What went out may go out once more.
  void note_crash() {
    for (Sent& sent : messages) sent.crashed_since = true;
  }
  void die(bool power_loss) {
    *alive_ = false;
    alive_ = std::make_shared<bool>(true);
    note_crash();
    sim::Machine* reborn = power_loss ? &simulation.power_loss(*machine_) : &simulation.kill(*machine_);
    std::ignore = stop();  // the ghost winds down
    machine_ = reborn;
  }

  void schedule() {
    std::vector<Delayed> delayed;
    std::size_t first = messages.size(), count = 1 + random.below(4);
    for (std::size_t i = 0; i < count; ++i) {
      std::string body = std::to_string(messages.size());
      std::uint64_t bits = random.one_in(4) ? 40 : 21;  // some years, or half an hour
      Timestamp due{now().ms + static_cast<std::int64_t>(random.below(std::uint64_t{1} << random.below(bits)))};
      BatchBuilder builder(BatchOptions{});
      append_message(builder, {.routing_key = "k", .body = as_bytes(body)}, now());
      delayed.push_back({.envelope = {.due = due, .name_space = "/", .exchange = "later"}, .batch = *builder.finish()});
      messages.push_back({.due = due});
    }
    schedules_->own().add(std::move(delayed), [this, first, alive = alive_](std::vector<Result<ScheduledId>> kept) {
      for (std::size_t i = 0; *alive && i < kept.size(); ++i) {
        if (kept[i]) messages[first + i].id = *kept[i];
      }
    });
  }

  void cancel() {
    if (messages.empty()) return;
    Sent& sent = messages[random.below(messages.size())];
    if (!sent.id) return;
    bool was_out = sent.out > 0 && !sent.crashed_since, was_cancelled = sent.cancelled;
    sent.maybe_cancelled = true;
    Result<void> cancelled =
        simulation.run(machine_->shard(), schedules_->own().cancel(sent.id->bucket, sent.id->offset));
    if (!cancelled) return;
    EXPECT_FALSE(was_out || was_cancelled) << "cancelled what did not wait";
    sent.cancelled = true;
  }

  /// Page by page.
  std::set<ScheduledId> listed() {
    std::set<ScheduledId> all;
    std::optional<ScheduledId> after;
    do {
      ScheduledPage page;
      Result<void> done = simulation.run(machine_->shard(),
                                         schedules_->own().list(after, 1 + random.below(5), std::string("/"), &page));
      EXPECT_TRUE(done);
      for (const Scheduled& one : page.messages) EXPECT_TRUE(all.insert(one.id).second) << "listed twice";
      after = page.next;
    } while (after);
    return all;
  }

  void draw_trouble() {
    sim::draw_trouble(machine_->disk(), random, true);
    in_trouble_ = true;
  }
  void mend() {
    sim::mend(machine_->disk());
    in_trouble_ = false;
  }

  void work(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      switch (random.below(6)) {
        case 0:
        case 1:
        case 2:
          schedule();
          break;
        case 3:
          cancel();
          break;
        case 4:
          if (!in_trouble_) std::ignore = listed();
          break;
        default:
          if (random.one_in(3)) simulation.run_for(std::chrono::minutes(random.below(12)));
      }
      if (random.one_in(3)) simulation.run_for(std::chrono::milliseconds(random.below(5'000)));
    }
  }

  /// What waits is what is listed; what is due has gone out.
  void check() {
    simulation.run_for(std::chrono::minutes(2));
    std::uint64_t pending = 0;
    std::set<ScheduledId> waiting;
    do {  // anew where one became due meanwhile
      pending = schedules_->pending();
      waiting = listed();
    } while (schedules_->pending() != pending);
    // What is due and was refused, or is being sent, is pending and not listed.
    auto is_under_way = [&](const Sent& sent) {
      return sent.out == 0 && !sent.cancelled && sent.due <= now() && sent.due.ms > now().ms - 60'000;
    };
    auto under_way = static_cast<std::uint64_t>(std::ranges::count_if(messages, is_under_way));
    EXPECT_GE(pending, waiting.size());
    EXPECT_LE(pending, waiting.size() + under_way);
    for (const Sent& sent : messages) {
      if (!sent.id || sent.maybe_cancelled) continue;
      bool is_due = sent.due.ms <= now().ms - 60'000;
      if (is_due) EXPECT_GT(sent.out, 0) << "a confirmed message stayed " << sent.id->text();
      if (sent.due > now()) EXPECT_TRUE(waiting.contains(*sent.id)) << "a confirmed message is lost";
    }
  }

  sim::Simulation simulation;
  sim::SeededRandom random;
  std::vector<Sent> messages;

 private:
  Timestamp now() { return machine_->clock().wall_now(); }

  sim::Machine* machine_;
  std::unique_ptr<LogsOnDisk> logs_;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<ShardSchedules> schedules_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // of this life
  bool in_trouble_ = false;
};

std::uint64_t lives_and_deaths(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Fixture fixture(seed);
  for (int life = 0; life < 4 && !::testing::Test::HasFailure(); ++life) {
    fixture.start();
    fixture.work(static_cast<int>(10 + fixture.random.below(50)));
    std::uint64_t end = fixture.random.below(3);
    if (end == 0) {
      EXPECT_TRUE(fixture.stop());
    } else {
      fixture.die(end == 1);
    }
  }
  fixture.start();
  fixture.check();
  EXPECT_TRUE(fixture.stop());
  return fixture.simulation.hash();
}

TEST(ScheduleCrash, what_was_confirmed_goes_out_when_it_is_due_and_what_was_cancelled_does_not) {
  EXPECT_TRUE(sim::run_seeds(40, lives_and_deaths).empty());
}

/// A disk that fails and fills and is mended, with deaths between.
std::uint64_t troubled_lives(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Fixture fixture(seed);
  for (int life = 0; life < 4 && !::testing::Test::HasFailure(); ++life) {
    fixture.start();
    for (std::uint64_t phase = fixture.random.below(4); phase < 4; ++phase) {
      fixture.draw_trouble();
      fixture.work(static_cast<int>(5 + fixture.random.below(15)));
      if (fixture.random.coin()) fixture.mend();
    }
    std::uint64_t end = fixture.random.below(3);
    if (end == 0) {
      std::ignore = fixture.stop();
      fixture.note_crash();  // what is out may not have been noted
    } else {
      fixture.die(end == 1);
    }
    fixture.mend();
  }
  fixture.start();
  fixture.check();
  EXPECT_TRUE(fixture.stop());
  return fixture.simulation.hash();
}

TEST(ScheduleCrash, on_a_disk_that_fails_and_fills_what_was_confirmed_goes_out_when_that_is_mended) {
  EXPECT_TRUE(sim::run_seeds(40, troubled_lives).empty());
}

}  // namespace
}  // namespace wharf::queue
