#pragma once
// One live queue over logs on a simulated disk, with restarts, for tests.
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "log/wal_testing.hpp"
#include "model/record_batch_builder.hpp"
#include "queue/shell/shard_queues.hpp"
#include "runtime/file.hpp"
#include "sim/simulation.hpp"

namespace wharf::queue {

using log::testing::QuietLogger;

class Buried final : public DeadLetters {
 public:
  void bury(DeadLetter letter, Done done) override {
    ++by_exchange[letter.target ? letter.target->exchange : std::string(kParkedQueue)];
    ++by_reason[letter.reason];
    before = letter.before;
    auto answer = [done = std::move(done), left = left]() mutable { done(std::move(left)); };
    if (takes == Milliseconds(0)) return shard->post(std::move(answer));
    std::ignore = shard->set_timer(shard->now() + takes, std::move(answer));
  }
  bool parks() const override { return keeps_undeliverable; }
  bool keeps_undeliverable = false;
  Milliseconds takes{0};
  std::optional<Arrivals> left;    // what is answered; none: all is kept
  std::optional<Arrivals> before;  // of the last letter
  runtime::Shard* shard = nullptr;
  std::map<std::string, std::uint64_t> by_exchange;
  std::map<DeathReason, std::uint64_t> by_reason;
};

class Consumer final : public Outlet {
 public:
  void deliver(ConsumerId, std::vector<Delivery> some) override {
    for (Delivery& one : some) deliveries.push_back(std::move(one));
  }
  void ended(ConsumerId, EndReason reason) override { end = reason; }
  std::vector<Delivery> deliveries;
  std::optional<EndReason> end;
};

class World {
 public:
  static constexpr TopicId kId{{1}};

  explicit World(QueueSettings settings = {})
      : simulation(1), machine_(&simulation.add_machine("a")), settings_(std::move(settings)) {
    start();
  }
  ~World() { stop(); }

  void start() {
    logger_ = std::make_unique<QuietLogger>(machine_->clock());
    log::DataFolderOptions folder_options;
    folder_options.new_cluster_id.bytes.fill(7);
    folder_ = std::move(*log::DataFolder::open(machine_->disk(), "data", folder_options, *logger_));
    log::LogStore::Surroundings with{&shard(), &machine_->disk(), logger_.get(), folder_.get(), nullptr, nullptr};
    auto store = simulation.run(shard(), log::LogStore::open(with, {}));
    ASSERT_TRUE(store);
    logs_ = std::make_unique<cluster::ShardLogs>(shard(), std::move(*store));
    scope_ = std::make_unique<runtime::TaskScope>(shard());
    scope_->spawn("log-store", logs_->store().run(scope_->stop_token()));
    scope_->spawn("log-advances", logs_->run(scope_->stop_token()));
    buried.shard = &shard();
    ShardQueues::Options options{
        .logger = logger_.get(), .dead_letters = &buried, .leader_epoch = [] { return LeaderEpoch(0); }};
    options.unused = [this](TopicId) { ++unused; };
    queues_ = std::make_unique<ShardQueues>(shard(), *logs_, std::move(options));
    ASSERT_TRUE(queues_->open({kId, "/", "q", true, false}, settings_));
    simulation.run(shard(), queues_->recover());
    queues_->begin();
  }
  void stop() {
    simulation.run(shard(), queues_->close());
    simulation.run(shard(), scope_->close());
    std::ignore = simulation.run(shard(), logs_->close());
    queues_.reset();
    logs_.reset();
    scope_.reset();
    folder_.reset();
  }
  void restart() {
    stop();
    start();
  }
  /// kill -9.
  void crash() {
    sim::Machine* reborn = &simulation.kill(*machine_);
    stop();  // the ghost winds down
    machine_ = reborn;
    start();
  }
  /// Flips a bit at that part of the log's first segment, and starts anew.
  void restart_damaged(PartitionId log, double at) {
    stop();
    const std::filesystem::path folder = std::filesystem::path("data/logs") / log.folder();
    std::vector<std::string> segments;
    for (const runtime::FolderEntry& entry : *disk().list(folder)) {
      if (entry.name.ends_with(".log")) segments.push_back(entry.name);
    }
    ASSERT_FALSE(segments.empty());
    const std::filesystem::path path = folder / *std::ranges::min_element(segments);
    Result<std::vector<std::byte>> bytes = runtime::read_whole(disk(), path, 1 << 20);
    ASSERT_TRUE(bytes && !bytes->empty());
    const auto bits = static_cast<double>(8 * bytes->size());
    ASSERT_TRUE(disk().flip_bit(path, static_cast<std::uint64_t>(at * bits)));
    start();
  }
  /// Another queue beside the one that is always there.
  LiveQueue& open(QueueIdentity identity, QueueSettings settings = {}) {
    TopicId id = identity.id;
    EXPECT_TRUE(queues_->open(std::move(identity), std::move(settings)));
    return *queues_->find(id);
  }
  Result<void> try_open(QueueIdentity identity, QueueSettings settings = {}) {
    return queues_->open(std::move(identity), std::move(settings));
  }
  bool has_folder(PartitionId log) {
    return *machine_->disk().exists(std::filesystem::path("data/logs") / log.folder());
  }

  /// Not longer: run_for() goes on to the next event, however far that is.
  void wait(Milliseconds time) {
    bool over = false;
    std::ignore = shard().set_timer(shard().now() + time, [&over] { over = true; });
    ASSERT_TRUE(simulation.run_until([&over] { return over; }, simulation.now() + std::chrono::hours(2)));
  }
  void configure(QueueSettings settings) {
    settings_ = settings;
    queue().configure(settings);
    wait(Milliseconds(1));
  }
  Result<void> publish(std::uint64_t messages, std::size_t body_bytes = 1, std::uint8_t level = 0) {
    std::string body(body_bytes, 'x');
    Result<void> outcome;
    std::size_t unanswered = 0;
    for (std::uint64_t left = messages; left > 0;) {
      std::uint64_t count = std::min<std::uint64_t>(left, 1000);
      BatchBuilder builder(BatchOptions{});
      for (std::uint64_t i = 0; i < count; ++i)
        builder.append({.timestamp = machine_->clock().wall_now(), .value = as_bytes(body)});
      Incoming incoming{
          .level = level, .batch = log::own(*builder.finish()), .messages = count, .body_bytes = count * body_bytes};
      ++unanswered;
      queue().enqueue(std::move(incoming), [&outcome, &unanswered](Result<void> kept) {
        if (!kept) outcome = kept;
        --unanswered;
      });
      left -= count;
    }
    simulation.run_until([&unanswered] { return unanswered == 0; }, simulation.now() + std::chrono::hours(1));
    wait(Milliseconds(1));
    return outcome;
  }
  std::shared_ptr<Consumer> subscribe(ConsumerId id, std::uint32_t prefetch = 0) {
    auto consumer = std::make_shared<Consumer>();
    EXPECT_TRUE(queue().subscribe(id, {.prefetch = prefetch}, consumer));
    wait(Milliseconds(1));
    return consumer;
  }
  GotMessage get(ConsumerId holder) {
    std::optional<GotMessage> got;
    queue().get(holder, false, [&got](Result<std::optional<GotMessage>> answer) { got = std::move(*answer); });
    EXPECT_TRUE(simulation.run_until([&got] { return got.has_value(); }, simulation.now() + std::chrono::hours(1)));
    return std::move(*got);
  }
  void settle(ConsumerId id, const Delivery& delivery, Verdict verdict) {
    Settlement settlement{delivery.id, delivery.id.offset, verdict};
    queue().settle(id, {&settlement, 1});
    wait(Milliseconds(1));
  }

  Timestamp now() { return machine_->clock().wall_now(); }

  /// As if its folder were lost.
  void lose_log(PartitionId log) { EXPECT_TRUE(logs_->remove(log)); }

  void remove(TopicId id = kId) { queues_->remove(id); }

  LiveQueue& queue() { return *queues_->find(kId); }
  std::uint64_t log_bytes() { return logs_->store().find(messages_of(kId, 0))->stored().size_bytes(); }
  /// Behind what was ever said of its state.
  Offset state_end() { return logs_->store().find(state_of(kId))->log_end_offset(); }
  std::uint64_t ready() { return queue().counts().ready; }
  runtime::Shard& shard() { return machine_->shard(); }
  sim::FaultyFileSystem& disk() { return machine_->disk(); }
  const std::vector<std::string>& log_lines() const { return logger_->lines; }  // since the start

  sim::Simulation simulation;
  Buried buried;
  int unused = 0;

 private:
  sim::Machine* machine_;
  QueueSettings settings_;
  std::unique_ptr<QuietLogger> logger_;
  std::unique_ptr<log::DataFolder> folder_;
  std::unique_ptr<cluster::ShardLogs> logs_;
  std::unique_ptr<runtime::TaskScope> scope_;
  std::unique_ptr<ShardQueues> queues_;
};

}  // namespace wharf::queue
