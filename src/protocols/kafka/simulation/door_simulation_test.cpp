// Kafka's door in a simulated network: producers, consumers and a group whose connections are cut, over a broker that
// is stopped and killed. What was acknowledged is there, once and in order, and nobody waits for ever.
#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "protocols/kafka/simulation/consumer_testing.hpp"
#include "protocols/kafka/simulation/member_testing.hpp"
#include "protocols/kafka/simulation/producer_testing.hpp"
#include "protocols/kafka/simulation/simulated_broker_testing.hpp"
#include "sim/seeds.hpp"

namespace wharf::kafka {
namespace {

config::ServerConfig settings(sim::SeededRandom& draw) {
  return config::ServerConfig::with({{"offsets.topic.num.partitions", "1"},
                                     {"disk.reserve.bytes", "0"},
                                     {"log.wal.bytes", "1MiB"},
                                     {"log.index.interval.bytes", draw.coin() ? "0" : "4KiB"},
                                     {"group.initial.rebalance.delay.ms", "100"},
                                     {"group.min.session.timeout.ms", "500"}});
}

class Scenario {
 public:
  explicit Scenario(std::uint64_t seed) : world_(seed) {}

  std::uint64_t run() {
    set_conditions();
    broker_.start();
    world_.topic = broker_.create_topic();
    for (auto& producer : producers_) producer->start();
    for (auto& consumer : consumers_) consumer->start();
    for (auto& member : members_) member->start();
    std::uint64_t lives = draw_.between(std::uint64_t{1}, std::uint64_t{3});
    for (std::uint64_t life = 1; life <= lives; ++life) {
      live_through_cuts();
      if (life < lives) restart();
    }
    finish();
    audit();
    judge();
    return world_.simulation.hash();
  }

 private:
  void set_conditions() {
    sim::NetworkConditions conditions;
    conditions.most_segment = draw_.coin() ? 200 : 4'000;
    conditions.buffer_bytes = draw_.coin() ? 4'096 : 65'536;
    conditions.connect_timeout = std::chrono::seconds(1);
    world_.simulation.network().set_conditions(conditions);
  }

  void live_through_cuts() {
    std::uint64_t cuts = draw_.below(6);
    for (std::uint64_t i = 0; i < cuts; ++i) {
      pass(1'000);
      cut();
    }
    pass(1'000);
  }
  void cut() {
    const std::string& host = hosts_[draw_.below(hosts_.size())];
    world_.disturb(host);
    switch (draw_.below(4)) {
      case 0:
      case 1:
        world_.simulation.network().reset_between(host, kBroker);
        break;
      case 2:
        world_.simulation.network().partition(host, kBroker);
        pass(2'000);
        break;
      default:
        if (draw_.coin())
          world_.simulation.network().cut(host, kBroker);
        else
          world_.simulation.network().cut(kBroker, host);
        pass(2'000);
        break;
    }
    world_.simulation.network().heal();
    world_.calm(host);
  }
  void restart() {
    broker_.end(static_cast<SimulatedBroker::End>(draw_.below(3)));
    pass(500);
    broker_.start();
  }
  void pass(std::uint64_t most_ms) {
    world_.simulation.run_for(Milliseconds(draw_.between(std::uint64_t{1}, most_ms)));
  }

  /// Nothing disturbs any more: all comes to its end soon.
  void finish() {
    until("the producers have not come to an end",
          [this] { return std::ranges::all_of(producers_, [](auto& producer) { return producer->has_done(); }); });
    until("the consumers have not read everything", [this] {
      return std::ranges::all_of(consumers_, [this](auto& consumer) { return has_read_all(*consumer); });
    });
    finish_group();
    for (auto& producer : producers_) producer->leave();
    for (auto& consumer : consumers_) consumer->leave();
    for (auto& member : members_) member->leave();
    until("connections are left", [this] { return broker_.connections() == 0; });
  }
  /// Also when one of them is gone without a word.
  void finish_group() {
    for (auto& member : members_) member->settle();
    if (draw_.coin()) {
      if (draw_.coin()) world_.simulation.network().partition(members_.back()->host(), kBroker);
      members_.back()->leave();
      members_.pop_back();
    }
    until("the group does not settle", [this] { return is_settled(); });
    until("the group has not read everything", [this] { return has_committed_all(); });
    world_.simulation.network().heal();
    for (std::int32_t i = 0; i < kPartitions; ++i) {
      if (group_.records_read(i) < static_cast<std::size_t>(ledger_.end(i)))
        world_.complain("the group has passed over records");
    }
  }
  /// All in one generation, with all partitions among them.
  bool is_settled() const {
    std::size_t owned = 0;
    for (const auto& member : members_) {
      if (!member->generation() || member->generation() != members_.front()->generation()) return false;
      owned += member->partitions().size();
    }
    return owned == static_cast<std::size_t>(kPartitions);
  }
  bool has_committed_all() const {
    for (std::int32_t i = 0; i < kPartitions; ++i) {
      if (group_.committed(i) < ledger_.end(i)) return false;
    }
    return true;
  }

  /// From its first record to its last, by somebody new, as the last restart left it.
  void audit() {
    if (draw_.coin()) restart();
    Consumer auditor(world_, "auditor", ledger_);
    auditor.start();
    until("the log is not read to its end", [&] { return has_read_all(auditor); });
    auditor.leave();
    for (std::int32_t partition = 0; partition < kPartitions; ++partition) {
      for (auto& producer : producers_) producer->judge(partition);
    }
    std::set<ProducerId> ids;
    for (auto& producer : producers_) {
      bool is_new = producer->id() == kNoProducerId || ids.insert(producer->id()).second;
      if (!is_new) world_.complain("a producer id is given to two");
    }
  }
  bool has_read_all(const Consumer& consumer) const {
    for (std::int32_t i = 0; i < kPartitions; ++i) {
      if (consumer.position(i) < ledger_.end(i)) return false;
    }
    return true;
  }
  void until(const char* otherwise, const std::function<bool()>& done) {
    if (!world_.simulation.run_until(done, world_.now() + std::chrono::seconds(30))) world_.complain(otherwise);
  }

  void judge() {
    for (std::size_t i = 0; i < world_.complaints.size() && i < 5; ++i) {
      ADD_FAILURE() << "seed " << world_.simulation.seed() << ": " << world_.complaints[i];
    }
  }

  World world_;
  sim::SeededRandom draw_ = world_.simulation.random("scenario");
  SimulatedBroker broker_{world_, draw_.between(std::uint64_t{1}, std::uint64_t{2}), settings(draw_)};
  Ledger ledger_{world_};
  GroupLedger group_{world_};
  std::vector<std::string> hosts_;
  std::vector<std::unique_ptr<Producer>> producers_ = make_producers();
  std::vector<std::unique_ptr<Consumer>> consumers_ = make_consumers();
  std::vector<std::unique_ptr<Member>> members_ = make_members();

  std::vector<std::unique_ptr<Producer>> make_producers() {
    std::vector<std::unique_ptr<Producer>> made;
    for (const char* host : {"plain", "idempotent-1", "idempotent-2"}) {
      made.push_back(std::make_unique<Producer>(world_, hosts_.emplace_back(host), ledger_, !made.empty()));
    }
    return made;
  }
  std::vector<std::unique_ptr<Consumer>> make_consumers() {
    std::vector<std::unique_ptr<Consumer>> made;
    for (const char* host : {"consumer-1", "consumer-2"}) {
      made.push_back(std::make_unique<Consumer>(world_, hosts_.emplace_back(host), ledger_));
    }
    return made;
  }
  std::vector<std::unique_ptr<Member>> make_members() {
    std::vector<std::unique_ptr<Member>> made;
    for (const char* host : {"member-1", "member-2", "member-3"}) {
      made.push_back(std::make_unique<Member>(world_, hosts_.emplace_back(host), ledger_, group_));
    }
    return made;
  }
};

TEST(KafkaDoorSimulation, WhatWasAcknowledgedIsThereAndNobodyWaitsForEver) {
  std::vector<std::uint64_t> unstable = sim::run_seeds(200, [](std::uint64_t seed) { return Scenario(seed).run(); });
  EXPECT_EQ(unstable, std::vector<std::uint64_t>());
}

TEST(KafkaDoorSimulation, WhoAsksForItsGroupsOffsetsWhileTheBrokerStopsIsToldThem) {
  for (std::uint64_t seed : {1094, 2095}) Scenario(seed).run();
}

}  // namespace
}  // namespace wharf::kafka
