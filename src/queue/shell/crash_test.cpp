// Queues over real logs on a disk that loses power, from seeds. What was confirmed is delivered at least once; what was
// settled and is known to be on disk does not come back; what comes again is flagged; what was never out comes in
// order, and to who has a selector what matches alone. A start knows the bytes that wait. One of the queues has message
// groups: what is out of one is with one consumer. One keeps the last value of each key: that alone has to come. Some
// messages go to all of them, as one batch that they share.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "model/record_batch_builder.hpp"
#include "queue/shell/logs_testing.hpp"
#include "queue/shell/shard_queues.hpp"
#include "sim/disk_trouble.hpp"
#include "sim/seeds.hpp"
#include "sim/simulation.hpp"

namespace wharf::queue {
namespace {

constexpr std::int64_t kKeys = 4;

struct Sent {
  bool confirmed = false;
  bool seen = false;         // delivered, and not given back as unseen
  bool settled = false;      // in some life: a crash may have taken that back
  bool settled_now = false;  // in this one
  bool settled_on_disk = false;
};

/// One queue as its publishers and consumers know it, over all lives.
struct Story {
  std::vector<Sent> messages;  // by the number in their bodies
  struct Out {
    Delivery delivery;
    std::int64_t number;
    ConsumerId consumer;
  };
  std::vector<Out> unsettled;
  std::map<std::pair<ConsumerId, std::int64_t>, std::int64_t> last_fresh;  // number, in this life
  bool selects = false;                                                    // a consumer did, in this life
  bool keeps_last_values = false;

  /// A newer one of its key is known to somebody.
  bool is_outdone(std::size_t number, const std::set<std::int64_t>& out) const {
    for (std::size_t newer = number + kKeys; keeps_last_values && newer < messages.size(); newer += kKeys) {
      if (messages[newer].settled || out.contains(static_cast<std::int64_t>(newer))) return true;
    }
    return false;
  }
};

constexpr std::int64_t kKinds = 3;
constexpr std::int64_t kGroups = 5;  // the last one: those without a group
bool has_groups(std::size_t which) {
  return which == 2;
}
bool keeps_last_values(std::size_t which) {
  return which == 1;
}
bool are_one_group(std::int64_t a, std::int64_t b) {
  return a % kGroups == b % kGroups && a % kGroups != kGroups - 1;
}

std::int64_t number_in(const Delivery& delivery) {
  return std::stoll(std::string(as_text(*delivery.record.value)));
}

std::string large_body(std::int64_t number) {
  std::string body = std::to_string(number) + " ";
  body.resize(number % 2 == 0 ? 2'000 : 12'000, static_cast<char>('a' + number % 26));
  return body;
}

/// Adds the message of this number; the bytes of its body.
std::size_t append_message(BatchBuilder& builder, std::int64_t number, const std::string& body) {
  std::string kind = std::to_string(number % kKinds);
  std::string group = number % kGroups == kGroups - 1 ? "" : std::to_string(number % kGroups);
  std::string key = std::to_string(number % kKeys);
  const RecordHeader headers[] = {{"kind", as_bytes(kind)}, {"JMSXGroupID", as_bytes(group)}, {"key", as_bytes(key)}};
  builder.append({.timestamp = Timestamp{1}, .value = as_bytes(body), .headers = headers});
  return body.size();
}

class Watcher final : public Outlet {
 public:
  Watcher(Story& story, std::shared_ptr<bool> alive, std::optional<std::int64_t> kind, bool groups)
      : story_(story), alive_(std::move(alive)), kind_(kind), groups_(groups) {}
  void deliver(ConsumerId consumer, std::vector<Delivery> deliveries) override {
    for (Delivery& delivery : deliveries) {
      if (!*alive_) return;  // a dead machine's words reach nobody
      std::int64_t number = number_in(delivery);
      Sent& sent = story_.messages.at(static_cast<std::size_t>(number));
      if (delivery.record.value->size() > 100) EXPECT_EQ(as_text(*delivery.record.value), large_body(number));
      if (kind_) EXPECT_EQ(number % kKinds, *kind_);
      EXPECT_FALSE(sent.settled_on_disk) << "settled message " << number << " came back";
      if (sent.seen) EXPECT_TRUE(delivery.redelivered) << "message " << number << " came again without a flag";
      if (groups_) {
        for (const Story::Out& out : story_.unsettled) {
          if (are_one_group(number, out.number)) EXPECT_EQ(out.consumer, consumer) << "a group is with two";
        }
      }
      if (!delivery.redelivered) {
        std::int64_t line = groups_ ? number % kGroups : 0;  // groups keep their order, whoever has them
        ConsumerId whose = groups_ && line != kGroups - 1 && !kind_ ? ConsumerId(0) : consumer;
        auto last = story_.last_fresh.try_emplace({whose, line}, -1).first;
        bool is_in_order = !story_.keeps_last_values && (!story_.selects || whose == consumer);
        if (is_in_order) EXPECT_GT(number, std::exchange(last->second, number)) << "out of order";
      }
      sent.seen = true;
      story_.unsettled.push_back({std::move(delivery), number, consumer});
    }
  }
  void ended(ConsumerId, EndReason) override {}

 private:
  Story& story_;
  std::shared_ptr<bool> alive_;
  std::optional<std::int64_t> kind_;  // that its selector asks for
  bool groups_;
};

class Fixture {
 public:
  explicit Fixture(std::uint64_t seed)
      : simulation(seed), random(simulation.random("work")), machine_(&simulation.add_machine("a")) {
    for (std::size_t i = 0; i < 3; ++i) ids_.push_back(TopicId{{static_cast<std::uint8_t>(i + 1)}});
    stories.resize(ids_.size());
    for (std::size_t i = 0; i < ids_.size(); ++i) stories[i].keeps_last_values = keeps_last_values(i);
  }

  static QueueSettings settings_of(std::size_t which) {
    QueueSettings settings{.groups = has_groups(which)};
    if (keeps_last_values(which)) settings.last_value_key = "key";
    return settings;
  }

  void start() {
    LogsOnDisk::Options options;
    options.wal.file_bytes = 64 * log::kWalBlockBytes;
    options.store.checkpoint_interval_ms = 20;
    options.store.retry_ms = 5;
    logs_ = std::make_unique<LogsOnDisk>(simulation, *machine_, std::move(options));
    ShardQueues::Options queue_options{
        .logger = &logs_->logger, .leader_epoch = [] { return LeaderEpoch(0); }, .unused = [](TopicId) {}};
    queues_ = std::make_unique<ShardQueues>(machine_->shard(), logs_->get(), std::move(queue_options));
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      WHARF_ASSERT(queues_->open({ids_[i], "/", ids_[i].hex(), true, false}, settings_of(i)));
    }
    simulation.run(machine_->shard(), queues_->recover());
    for (Story& story : stories) {
      story.unsettled.clear();
      story.last_fresh.clear();
      story.selects = false;
      for (Sent& sent : story.messages) sent.settled_now = false;
    }
    consumers_.clear();
  }

  Result<void> stop() {
    simulation.run(machine_->shard(), queues_->close());
    Result<void> closed = logs_->close();
    queues_.reset();
    logs_.reset();
    return closed;
  }
  void die(bool power_loss) {
    *alive_ = false;
    alive_ = std::make_shared<bool>(true);
    sim::Machine* reborn = power_loss ? &simulation.power_loss(*machine_) : &simulation.kill(*machine_);
    std::ignore = stop();  // the ghost winds down
    machine_ = reborn;
  }

  void publish(std::size_t which) {
    Story& story = stories[which];
    BatchBuilder builder(BatchOptions{});
    std::uint64_t count = keeps_last_values(which) ? 1 : 1 + random.below(4), bytes = 0;
    std::size_t first = story.messages.size();
    for (std::uint64_t i = 0; i < count; ++i) {
      auto number = static_cast<std::int64_t>(story.messages.size());
      bytes += append_message(builder, number, std::to_string(number));
      story.messages.emplace_back();
    }
    Incoming incoming{.batch = log::own(*builder.finish()), .messages = count, .body_bytes = bytes};
    queues_->find(ids_[which])->enqueue(std::move(incoming), [&story, first, count, alive = alive_](Result<void> kept) {
      for (std::size_t i = first; kept && *alive && i < first + count; ++i) story.messages[i].confirmed = true;
    });
  }

  /// The same message to all queues. Numbers that only some of them had are passed over.
  void publish_to_all() {
    std::size_t number = 0;
    for (const Story& story : stories) number = std::max(number, story.messages.size());
    BatchBuilder builder(BatchOptions{});
    std::size_t bytes =
        append_message(builder, static_cast<std::int64_t>(number), large_body(static_cast<std::int64_t>(number)));
    log::OwnedBatches batch = log::share(*builder.finish());
    for (std::size_t which = 0; which < stories.size(); ++which) {
      stories[which].messages.resize(number + 1);
      auto confirm = [&story = stories[which], number, alive = alive_](Result<void> kept) {
        if (kept && *alive) story.messages[number].confirmed = true;
      };
      queues_->find(ids_[which])->enqueue({.batch = batch, .messages = 1, .body_bytes = bytes}, confirm);
    }
  }

  ConsumerId subscribe(std::size_t which, std::uint32_t prefetch, std::optional<std::int64_t> kind = std::nullopt) {
    ConsumerId id(++last_consumer_);
    std::string selector = kind ? "kind = '" + std::to_string(*kind) + "'" : "";
    auto watcher = std::make_shared<Watcher>(stories[which], alive_, kind, has_groups(which));
    stories[which].selects = stories[which].selects || kind;
    EXPECT_TRUE(queues_->find(ids_[which])->subscribe(id, {.prefetch = prefetch}, watcher, selector));
    consumers_[which].push_back(id);
    return id;
  }

  void subscribe_somebody(std::size_t which) {
    bool picky = random.one_in(2);
    auto prefetch = static_cast<std::uint32_t>(random.below(5));
    subscribe(which, prefetch, picky ? std::optional(static_cast<std::int64_t>(random.below(kKinds))) : std::nullopt);
  }

  void settle(std::size_t which) {
    Story& story = stories[which];
    if (story.unsettled.empty()) return;
    std::size_t place = random.below(story.unsettled.size());
    Story::Out out = std::move(story.unsettled[place]);
    story.unsettled.erase(story.unsettled.begin() + static_cast<std::ptrdiff_t>(place));
    bool done = !random.one_in(4);
    Settlement settlement{out.delivery.id, out.delivery.id.offset, done ? Verdict::kDone : Verdict::kReturn};
    story.messages[static_cast<std::size_t>(out.number)].settled_now = done;
    if (done) story.messages[static_cast<std::size_t>(out.number)].settled = true;
    queues_->find(ids_[which])->settle(out.consumer, {&settlement, 1});
  }

  void release(std::size_t which) {
    std::vector<ConsumerId>& consumers = consumers_[which];
    if (consumers.empty()) return;
    ConsumerId id = consumers.back();
    consumers.pop_back();
    std::erase_if(stories[which].unsettled, [id](const Story::Out& out) { return out.consumer == id; });
    queues_->find(ids_[which])->release(std::array{Leaver{id}});
  }

  /// What is settled now is on disk when this is answered.
  void sync(std::size_t which) {
    Story& story = stories[which];
    std::vector<std::size_t> settled;
    for (std::size_t i = 0; i < story.messages.size(); ++i) {
      if (story.messages[i].settled_now) settled.push_back(i);
    }
    queues_->find(ids_[which])->write_state_then([&story, settled, alive = alive_](Result<void> kept) {
      for (std::size_t i : settled) {
        if (kept && *alive) story.messages[i].settled_on_disk = true;
      }
    });
  }

  void draw_trouble() { sim::draw_trouble(machine_->disk(), random, true); }
  void mend() { sim::mend(machine_->disk()); }

  void work(int steps) {
    for (int i = 0; i < steps && !machine_->disk().down() && !::testing::Test::HasFailure(); ++i) {
      std::size_t which = random.below(ids_.size());
      switch (random.below(8)) {
        case 0:
        case 1:
          random.one_in(6) ? publish_to_all() : publish(which);
          break;
        case 2:
        case 3:
        case 4:
          settle(which);
          break;
        case 5:
          if (consumers_[which].size() < 3) subscribe_somebody(which);
          break;
        case 6:
          if (random.one_in(4)) release(which);
          break;
        default:
          if (random.one_in(3)) sync(which);
      }
      if (random.one_in(3)) simulation.run_for(std::chrono::microseconds(random.below(5'000)));
    }
  }

  /// Whatever was confirmed and not settled comes out.
  void drain() {
    for (std::size_t which = 0; which < ids_.size(); ++which) {
      Story& story = stories[which];
      std::uint64_t counted = queues_->find(ids_[which])->core().ready_bytes(), bytes = 0;
      subscribe(which, 0);
      simulation.run_for(std::chrono::seconds(2));
      std::set<std::int64_t> out;
      for (const Story::Out& one : story.unsettled) out.insert(one.number), bytes += one.delivery.record.value->size();
      EXPECT_EQ(counted, bytes);
      for (std::size_t i = 0; i < story.messages.size(); ++i) {
        const Sent& sent = story.messages[i];
        if (sent.confirmed && !sent.settled && !story.is_outdone(i, out))
          EXPECT_TRUE(out.contains(static_cast<std::int64_t>(i))) << "confirmed message " << i << " is lost";
      }
    }
  }

  sim::Simulation simulation;
  sim::SeededRandom random;
  std::vector<Story> stories;

 private:
  sim::Machine* machine_;
  std::vector<TopicId> ids_;
  std::unique_ptr<LogsOnDisk> logs_;
  std::unique_ptr<ShardQueues> queues_;
  std::map<std::size_t, std::vector<ConsumerId>> consumers_;
  std::uint64_t last_consumer_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // of this life
};

std::uint64_t lives_and_deaths(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Fixture fixture(seed);
  for (int life = 0; life < 4 && !::testing::Test::HasFailure(); ++life) {
    fixture.start();
    fixture.work(static_cast<int>(20 + fixture.random.below(150)));
    std::uint64_t end = fixture.random.below(3);
    if (end == 0) {
      EXPECT_TRUE(fixture.stop());
    } else {
      fixture.die(end == 1);
    }
  }
  fixture.start();
  fixture.drain();
  EXPECT_TRUE(fixture.stop());
  return fixture.simulation.hash();
}

TEST(QueueCrash, what_was_confirmed_is_delivered_and_what_is_settled_on_disk_stays_gone) {
  EXPECT_TRUE(sim::run_seeds(60, lives_and_deaths).empty());
}

/// A disk that fails and fills and is mended, with deaths between.
std::uint64_t troubled_lives(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Fixture fixture(seed);
  for (int life = 0; life < 4 && !::testing::Test::HasFailure(); ++life) {
    fixture.start();
    for (std::uint64_t phase = fixture.random.below(4); phase < 4; ++phase) {
      fixture.draw_trouble();
      fixture.work(static_cast<int>(10 + fixture.random.below(40)));
      if (fixture.random.coin()) fixture.mend();
    }
    std::uint64_t end = fixture.random.below(3);
    if (end == 0) {
      std::ignore = fixture.stop();
    } else {
      fixture.die(end == 1);
    }
    fixture.mend();
  }
  fixture.start();
  fixture.drain();
  EXPECT_TRUE(fixture.stop());
  return fixture.simulation.hash();
}

TEST(QueueCrash, a_disk_that_fails_and_fills_costs_nothing_that_was_confirmed_or_settled_on_disk) {
  EXPECT_TRUE(sim::run_seeds(40, troubled_lives).empty());
}

}  // namespace
}  // namespace wharf::queue
