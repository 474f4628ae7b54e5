// Transactions in a whole node on a machine that is killed at drawn moments: all of each is there afterwards, once, or
// nothing of it.
#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "broker/node/node.hpp"
#include "broker/record_cursor.hpp"
#include "broker/routed_message.hpp"
#include "model/message.hpp"
#include "sim/seeds.hpp"
#include "sim/simulation.hpp"

namespace wharf::broker {
namespace {

constexpr int kMessages = 60;
constexpr int kKills = 5;
constexpr std::size_t kMovers = 3;

std::vector<std::byte> batch_with(int number) {
  std::string text = std::to_string(number);
  MessageView message;
  message.delivery_mode = 2;
  message.body = as_bytes(text);
  return bytes_of(message, Timestamp{1});
}

queue::Incoming incoming(int number) {
  std::size_t size = std::to_string(number).size();
  return {.batch = log::own(batch_with(number)), .messages = 1, .body_bytes = size};
}

int number_of(const Record& record) {
  std::string_view text = as_text(record.value.value_or(ByteView()));
  int number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// How often each number is somewhere.
using Found = std::map<int, int>;

/// Messages are moved from one queue to two others and a topic, each by a transaction.
class Life {
 public:
  explicit Life(std::uint64_t seed, std::string reserve_bytes = "0")
      : simulation_(seed), draw_(simulation_.random("life")) {
    bool is_async = draw_.between(std::uint64_t{0}, std::uint64_t{1}) == 0;  // queues are not, and topics that say so
    config_ = config::ServerConfig::with({{"offsets.topic.num.partitions", "1"},
                                          {"disk.reserve.bytes", std::move(reserve_bytes)},
                                          {"log.flush", is_async ? "async" : "sync"}});
  }
  virtual ~Life() { stop(); }

  virtual std::uint64_t run() {
    begin();
    for (int kill = 0; kill < kKills; ++kill) {
      if (draw_.between(std::uint64_t{0}, std::uint64_t{1}) == 0)
        simulation_.run_for(std::chrono::seconds(2));  // a trim
      begin_moving();
      simulation_.run_for(std::chrono::microseconds(draw_.between(std::uint64_t{1}, std::uint64_t{20'000})));
      kill_and_start();
      check();
    }
    begin_moving();  // until nothing is left
    auto are_done = [this] { return std::ranges::all_of(movers_, [](auto& mover) { return mover->running() == 0; }); };
    EXPECT_TRUE(simulation_.run_until(are_done, simulation_.now() + std::chrono::minutes(1)));
    check();
    EXPECT_TRUE(in_queue(source_).empty());
    return simulation_.hash();
  }

 protected:
  runtime::Shard& first() { return machine_->shard(); }
  template <class T>
  T run_on_first(runtime::Task<T> task) {
    return simulation_.run(first(), std::move(task));
  }

  void begin() {
    start();
    source_ = declare("source");
    left_ = declare("left");
    right_ = declare("right");
    auto topic = run_on_first(node_->catalogue().create_topic(
        first(), {.name = "log", .partitions = 1, .overrides = {{"wharf.flush", "sync"}}}));
    ASSERT_TRUE(topic);
    log_ = (*topic)->partition(0);
    std::vector<EnqueuePart> parts;
    for (int i = 0; i < kMessages; ++i) parts.push_back({source_, incoming(i)});
    for (const Result<void>& kept : run_on_first(node_->queues().enqueue(first(), std::move(parts)))) ASSERT_TRUE(kept);
  }
  QueueRef declare(std::string name, queue::QueueSettings settings = {}) {
    QueueDeclaration declaration{.name = std::move(name), .durable = true, .settings = settings};
    auto declared = run_on_first(node_->entities().declare_queue(first(), "/", std::move(declaration)));
    EXPECT_TRUE(declared);
    return declared->queue->ref;
  }
  void start() {
    Surroundings with{.files = &machine_->disk(), .random = &random_, .logger = &logger_, .folder = "data"};
    for (std::size_t i = 0; i < machine_->shards(); ++i) with.shards.push_back(&machine_->shard(i));
    node_ = std::make_unique<Node>(std::move(with), config_);
    Result<void> started = run_on_first(node_->start());
    ASSERT_TRUE(started) << started.error().message;
  }
  void stop() {
    node_->stopping();
    for (auto& scope : movers_) simulation_.run(scope->shard(), scope->close());
    movers_.clear();
    std::ignore = run_on_first(node_->stop());
    node_.reset();
  }
  /// A kill, or a power loss. `full`: the disk takes nothing for some seconds then.
  void kill_and_start(bool full = false) {
    bool keeps_cache = draw_.between(std::uint64_t{0}, std::uint64_t{1}) == 0;
    sim::Machine* reborn = keeps_cache ? &simulation_.kill(*machine_) : &simulation_.power_loss(*machine_);
    stop();
    machine_ = reborn;
    if (full) machine_->disk().set_capacity(0);
    start();
    if (!full) return;
    simulation_.run_for(std::chrono::seconds(3));
    machine_->disk().set_capacity(sim::FaultyFileSystem::kAmple);
    simulation_.run_for(std::chrono::seconds(90));
  }

  void begin_moving() {
    for (std::size_t i = 0; i < kMovers; ++i) {
      runtime::Shard& here = machine_->shard(i % machine_->shards());
      movers_.push_back(std::make_unique<runtime::TaskScope>(here));
      movers_.back()->spawn("mover", move(&here));
    }
  }

  runtime::Task<void> move(runtime::Shard* here) {
    Node* node = node_.get();
    for (bool goes_on = true; goes_on;) goes_on = co_await move_one(node, here);
  }
  runtime::Task<bool> move_one(Node* node, runtime::Shard* here) {
    queue::ConsumerId holder = node->queues().new_consumer_id(*here);
    Result<std::optional<Got>> got = co_await node->queues().get(*here, source_, holder, false);
    if (!got || !*got) co_return false;
    int number = number_of((*got)->delivery.record);
    queue::MessageId id = (*got)->delivery.id;
    TransactionParts parts;
    parts.sends.queues.push_back({left_, incoming(number)});
    parts.sends.queues.push_back({right_, incoming(number)});
    parts.sends.logs.push_back({log_, log::own(batch_with(number))});
    parts.settled.push_back({source_, holder, {{id, id.offset}}});
    std::vector<Result<void>> outcomes = co_await node->transactions().commit(*here, std::move(parts));
    bool kept = std::ranges::all_of(outcomes, [](const Result<void>& one) { return one.has_value(); });
    if (kept) committed_.push_back(number);
    co_return kept;
  }

  Found in_queue(QueueRef queue) {
    Found found;
    BrowseRequest request{.messages = 1'000};
    Result<Browsed> browsed = run_on_first(node_->queues().browse(first(), queue, request));
    EXPECT_TRUE(browsed && !browsed->next);
    for (const BrowsedMessage& one : browsed->messages) ++found[number_of(one.message.record)];
    return found;
  }
  Found in_log() {
    Found found;
    RecordCursor cursor(node_->read(), first(), log_, Offset(0), 1 << 20);
    while (true) {
      auto some = run_on_first(cursor.available());
      EXPECT_TRUE(some);
      if (!some || some->empty()) return found;
      for (const CursorRecord& one : *some) ++found[number_of(one.record)];
    }
  }
  void check() {
    Found source = in_queue(source_), left = in_queue(left_), right = in_queue(right_), log = in_log();
    for (int number = 0; number < kMessages; ++number) {
      int moved = 1 - source[number];
      EXPECT_TRUE(source[number] == 0 || source[number] == 1);
      EXPECT_EQ(left[number], moved) << number << " of seed " << simulation_.seed();
      EXPECT_EQ(right[number], moved) << number << " of seed " << simulation_.seed();
      EXPECT_EQ(log[number], moved) << number << " of seed " << simulation_.seed();
    }
    for (int number : committed_) EXPECT_EQ(source[number], 0) << number << " of seed " << simulation_.seed();
  }

  sim::Simulation simulation_;
  sim::Machine* machine_ = &simulation_.add_machine("broker", 2);
  config::ServerConfig config_ = config::ServerConfig::with({});
  sim::SeededRandom random_ = simulation_.random("node");
  sim::SeededRandom draw_;
  runtime::Logger logger_{machine_->clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  std::unique_ptr<Node> node_;
  QueueRef source_, left_, right_;
  PartitionId log_;
  std::vector<int> committed_;
  std::vector<std::unique_ptr<runtime::TaskScope>> movers_;
};

TEST(TransactionsOverKills, EachIsThereAsAWholeOrNotAtAll) {
  EXPECT_TRUE(sim::run_seeds(10, [](std::uint64_t seed) { return Life(seed).run(); }).empty());
}

/// The disk is full at the start.
class FullDisk final : public Life {
 public:
  explicit FullDisk(std::uint64_t seed) : Life(seed, "4MiB") {}
  std::uint64_t run() override {
    begin();
    begin_moving();
    simulation_.run_for(std::chrono::microseconds(draw_.between(std::uint64_t{1}, std::uint64_t{20'000})));
    kill_and_start(true);
    check();
    return simulation_.hash();
  }
};

TEST(TransactionsOverKills, WhatAFullDiskDoesNotTakeAtTheStartIsSentWhenThereIsRoom) {
  EXPECT_TRUE(sim::run_seeds(5, [](std::uint64_t seed) { return FullDisk(seed).run(); }).empty());
}

/// One of its queues is full.
class Refused final : public Life {
 public:
  using Life::Life;
  std::uint64_t run() override {
    begin();
    QueueRef full = declare("full", {.max_length = 1, .overflow = queue::Overflow::kReject});
    for (const Result<void>& kept : run_on_first(commit_one(full, 100))) EXPECT_TRUE(kept);
    std::vector<Result<void>> refused = run_on_first(commit_one(full, 101));
    EXPECT_EQ(refused.size(), 3u);
    EXPECT_TRUE(refused[0]);
    EXPECT_EQ(refused[1].error().code, ErrorCode::kFull);
    EXPECT_FALSE(refused[2]);
    simulation_.run(first(), make_room(full));
    kill_and_start();
    EXPECT_EQ(in_queue(left_), (Found{{100, 1}, {101, 1}}));
    EXPECT_EQ(in_queue(full), Found{});
    EXPECT_EQ(in_queue(source_).size(), static_cast<std::size_t>(kMessages - 1));
    return simulation_.hash();
  }

 private:
  runtime::Task<std::vector<Result<void>>> commit_one(QueueRef full, int number) {
    queue::ConsumerId holder = node_->queues().new_consumer_id(first());
    Result<std::optional<Got>> got = co_await node_->queues().get(first(), source_, holder, false);
    queue::MessageId id = (*got)->delivery.id;
    TransactionParts parts;
    parts.sends.queues.push_back({left_, incoming(number)});
    parts.sends.queues.push_back({full, incoming(number)});
    parts.settled.push_back({source_, holder, {{id, id.offset}}});
    std::vector<Result<void>> outcomes = co_await node_->transactions().commit(first(), std::move(parts));
    co_return outcomes;
  }
  runtime::Task<void> make_room(QueueRef full) {
    queue::ConsumerId holder = node_->queues().new_consumer_id(first());
    Result<std::optional<Got>> got = co_await node_->queues().get(first(), full, holder, false);
    queue::MessageId id = (*got)->delivery.id;
    Result<void> settled = co_await node_->queues().settle_durably(first(), full, holder, {{id, id.offset}});
    EXPECT_TRUE(settled);
  }
};

TEST(TransactionsOverKills, WhatWasRefusedDoesNotComeTrueAtTheNextStart) {
  EXPECT_TRUE(sim::run_seeds(3, [](std::uint64_t seed) { return Refused(seed).run(); }).empty());
}

}  // namespace
}  // namespace wharf::broker
