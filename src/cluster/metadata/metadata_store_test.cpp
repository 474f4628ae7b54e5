#include "cluster/metadata/metadata_store.hpp"

#include <gtest/gtest.h>

#include "log/data_folder.hpp"
#include "log/log_store.hpp"
#include "sim/simulation.hpp"

namespace wharf::cluster {
namespace {

using Definitions = std::vector<Definition>;

/// The store on a simulated machine, until the end of its life or of the machine's power.
class Running {
 public:
  explicit Running(sim::Simulation& simulation, sim::Machine& machine) : simulation_(simulation), machine_(machine) {
    log::DataFolderOptions options;
    options.new_cluster_id.bytes.fill(7);
    options.reserve_bytes = 0;
    folder_ = std::move(*log::DataFolder::open(machine_.disk(), "data", options, logger_));
    log::LogStore::Surroundings with{&shard(), &machine_.disk(), &logger_, folder_.get(), nullptr, nullptr};
    logs_ = std::make_unique<ShardLogs>(shard(), std::move(*simulation_.run(shard(), log::LogStore::open(with, {}))));
    log_tasks_.spawn("store", logs_->store().run(log_tasks_.stop_token()));
    log_tasks_.spawn("advances", logs_->run(log_tasks_.stop_token()));
    auto build = [](const auto&) -> Result<std::shared_ptr<const config::TopicConfig>> {
      return std::make_shared<const config::TopicConfig>();
    };
    auto spread = [this](TopicTable::Pointer) { return count(&spreads); };
    store = std::make_unique<MetadataStore>(*logs_, Catalogue(build), spread, logger_);
    EXPECT_TRUE(simulation_.run(shard(), store->open()));
    tasks_.spawn("metadata", store->run(tasks_.stop_token()));
  }
  ~Running() {
    simulation_.run(shard(), tasks_.close());
    simulation_.run(shard(), log_tasks_.close());
    std::ignore = simulation_.run(shard(), logs_->close());
  }

  runtime::Shard& shard() { return machine_.shard(); }
  Result<void> define(Definitions definitions, std::optional<std::string> emptied = std::nullopt) {
    return simulation_.run(shard(), store->define(std::move(definitions), std::move(emptied)));
  }
  Result<void> create_topic(std::string name, std::uint8_t number, std::string name_space = "/") {
    TopicId id;
    id.bytes.fill(number);
    auto plan = [=](const Catalogue& known) { return known.create_topic({name, id, 1, false, {}, name_space}); };
    return simulation_.run(shard(), store->change(plan));
  }
  std::pair<StoredMetadata, StoredMetadata> read_both() {
    StoredMetadata first = simulation_.run(shard(), read_metadata(logs_.get(), kMetadataPartition));
    return {std::move(first), simulation_.run(shard(), read_metadata(logs_.get(), kMetadataCopy))};
  }
  Result<void> remove_topic(TopicId id) {
    auto plan = [id](const Catalogue& known) { return known.remove_topic(id); };
    return simulation_.run(shard(), store->change(plan));
  }

  std::unique_ptr<MetadataStore> store;
  int spreads = 0;

 private:
  static runtime::Task<void> count(int* spreads) {
    ++*spreads;
    co_return;
  }

  sim::Simulation& simulation_;
  sim::Machine& machine_;
  runtime::Logger logger_{machine_.clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  std::unique_ptr<log::DataFolder> folder_;
  std::unique_ptr<ShardLogs> logs_;
  runtime::TaskScope log_tasks_{machine_.shard()}, tasks_{machine_.shard()};
};

TEST(MetadataStore, TheNewestDefinitionOfEachKeyIsTakenOnceByItsKind) {
  sim::Simulation simulation(1);
  sim::Machine& machine = simulation.add_machine("a");
  {
    Running running(simulation, machine);
    EXPECT_TRUE(running.define({{"user/a", "1"}, {"user/b", "1"}, {"users/a", "0"}, {"policy/p", "1"}}));
    EXPECT_TRUE(running.create_topic("orders", 1));
    EXPECT_TRUE(running.define({{"user/a", "2"}, {"policy/p", std::nullopt}}));
    EXPECT_TRUE(running.define({}));
    EXPECT_EQ(running.spreads, 1) << "definitions do not concern the topics";
    EXPECT_TRUE(running.store->take_definitions("user").empty()) << "those of before the start are told, no others";
  }
  Running running(simulation, machine);
  EXPECT_TRUE(running.store->catalogue().table()->find("orders"));
  EXPECT_EQ(running.store->take_definitions("user"), (Definitions{{"user/b", "1"}, {"user/a", "2"}}));
  EXPECT_TRUE(running.store->take_definitions("user").empty());
  EXPECT_TRUE(running.store->take_definitions("policy").empty());
  EXPECT_EQ(running.store->take_definitions("users"), (Definitions{{"users/a", "0"}}));
}

TEST(MetadataStore, TellsAfterARestartWhichTopicsWereRemoved) {
  sim::Simulation simulation(1);
  sim::Machine& machine = simulation.add_machine("a");
  TopicId removed;
  removed.bytes.fill(2);
  {
    Running running(simulation, machine);
    EXPECT_TRUE(running.create_topic("kept", 1));
    EXPECT_TRUE(running.create_topic("removed", 2));
    EXPECT_TRUE(running.remove_topic(removed));
    EXPECT_TRUE(running.store->take_removed_topics().empty()) << "those of before the start are told, no others";
  }
  Running running(simulation, machine);
  EXPECT_EQ(running.store->take_removed_topics(), std::set<TopicId>{removed});
  EXPECT_TRUE(running.store->take_removed_topics().empty());
}

TEST(MetadataStore, ANamespaceIsEmptiedInTheWriteOfTheDefinitionsAndOfWhatCameBeforeIt) {
  sim::Simulation simulation(1);
  sim::Machine& machine = simulation.add_machine("a");
  TopicId in_shop;
  in_shop.bytes.fill(2);
  {
    Running running(simulation, machine);
    EXPECT_TRUE(running.create_topic("orders", 1));
    EXPECT_TRUE(running.create_topic("orders", 2, "shop"));
    EXPECT_TRUE(running.define({{"namespace/shop", "1"}}));
    running.spreads = 0;
    EXPECT_TRUE(running.define({{"namespace/shop", std::nullopt}}, "shop"));
    EXPECT_EQ(running.spreads, 1);
    EXPECT_TRUE(running.define({{"namespace/bank", std::nullopt}}, "bank"));
    EXPECT_EQ(running.spreads, 1) << "it had no topics";
    EXPECT_FALSE(running.store->catalogue().table()->find(in_shop));
  }
  Running running(simulation, machine);
  EXPECT_TRUE(running.store->catalogue().table()->find("orders"));
  EXPECT_FALSE(running.store->catalogue().table()->find(in_shop));
  EXPECT_EQ(running.store->take_removed_topics(), std::set<TopicId>{in_shop}) << "their logs go at the next start";
  EXPECT_TRUE(running.store->take_definitions("namespace").empty());
}

TEST(MetadataStore, ANamespaceAndItsTopicsGoTogetherInAPowerLossOrNotAtAll) {
  std::set<bool> seen;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    sim::Simulation simulation(seed);
    sim::Machine* machine = &simulation.add_machine("a");
    {
      Running running(simulation, *machine);
      ASSERT_TRUE(running.define({{"namespace/shop", "1"}}));
      for (std::uint8_t i = 1; i <= 20; ++i) ASSERT_TRUE(running.create_topic("t" + std::to_string(i), i, "shop"));
      runtime::TaskScope calls(running.shard());
      auto remove = [](MetadataStore* store) -> runtime::Task<void> {
        std::ignore = co_await store->define({{"namespace/shop", std::nullopt}}, "shop");
      };
      calls.spawn("remove", remove(running.store.get()));
      simulation.run_for(std::chrono::microseconds(seed * 10));
      machine = &simulation.power_loss(*machine);
      simulation.run(running.shard(), calls.close());
    }
    Running reborn(simulation, *machine);
    const bool is_there = reborn.store->take_definitions("namespace").size() == 1;
    EXPECT_EQ(reborn.store->catalogue().table()->topics("shop").size(), is_there ? 20u : 0u) << "seed " << seed;
    seen.insert(is_there);
  }
  EXPECT_EQ(seen.size(), 2u) << "the seeds reach both";
}

TEST(MetadataStore, WhatIsDefinedTogetherIsThereTogetherAfterAPowerLossOrNotAtAll) {
  std::set<std::size_t> seen;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    sim::Simulation simulation(seed);
    sim::Machine* machine = &simulation.add_machine("a");
    bool answered = false;
    {
      Running running(simulation, *machine);
      Definitions many;
      for (int i = 0; i < 200; ++i) many.push_back({"user/" + std::to_string(i), std::string(100, 'v')});
      runtime::TaskScope calls(running.shard());
      bool done = false;
      auto write = [](MetadataStore* store, Definitions all, bool* into) -> runtime::Task<void> {
        Result<void> kept = co_await store->define(std::move(all));
        *into = kept.has_value();
      };
      calls.spawn("define", write(running.store.get(), std::move(many), &done));
      simulation.run_for(std::chrono::microseconds(seed * 10));
      answered = done;
      machine = &simulation.power_loss(*machine);
      simulation.run(running.shard(), calls.close());
    }
    Running reborn(simulation, *machine);
    std::size_t found = reborn.store->take_definitions("user").size();
    EXPECT_TRUE(found == 200 || (found == 0 && !answered)) << found;
    seen.insert(found);
  }
  EXPECT_TRUE(seen.contains(0) && seen.contains(200)) << "the seeds reach both";
}

std::filesystem::path log_file(PartitionId partition) {
  return std::filesystem::path("data/logs") / partition.folder() / "00000000000000000000.log";
}

/// How much of what write_ten() wrote a start knows.
std::size_t known_to(Running& running) {
  std::size_t topics = 0;
  for (int i = 0; i < 5; ++i) topics += running.store->catalogue().table()->find("topic" + std::to_string(i)) ? 1 : 0;
  return topics + running.store->take_definitions("user").size();
}
void write_ten(Running& running) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(running.create_topic("topic" + std::to_string(i), static_cast<std::uint8_t>(i + 10)));
    ASSERT_TRUE(running.define({{"user/" + std::to_string(i), std::string(50, 'v')}}));
  }
}

TEST(MetadataDamage, AFlippedBitInEitherLogCostsNothingAndNeitherDoesOneInTheOtherLater) {
  for (bool first_is_copy : {false, true}) {
    for (std::uint64_t bit = 5;; bit += 611) {
      SCOPED_TRACE(::testing::Message() << (first_is_copy ? "copy" : "log") << ", bit " << bit);
      sim::Simulation simulation(bit);
      sim::Machine& machine = simulation.add_machine("a");
      {
        Running running(simulation, machine);
        write_ten(running);
      }
      PartitionId one = first_is_copy ? kMetadataCopy : kMetadataPartition;
      PartitionId other = first_is_copy ? kMetadataPartition : kMetadataCopy;
      auto damaged_start = [&](PartitionId partition) {
        std::ignore = machine.disk().lose_file("data/clean-shutdown");
        bool is_there = machine.disk().flip_bit(log_file(partition), bit);
        Running running(simulation, machine);
        EXPECT_EQ(known_to(running), 10u);
        EXPECT_TRUE(running.define({{"other/after", "1"}}));
        return is_there;
      };
      if (!damaged_start(one)) break;
      damaged_start(other);
      Running running(simulation, machine);
      EXPECT_EQ(known_to(running), 10u);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

/// In bits.
std::uint64_t last_batch_of(runtime::FileSystem& files, PartitionId partition) {
  Result<std::vector<std::byte>> bytes = runtime::read_whole(files, log_file(partition), std::size_t{1} << 20);
  WHARF_ASSERT(bytes);
  std::uint64_t last = 0;
  for (std::size_t at = 0; at < bytes->size();) {
    last = at;
    at += read_batch(ByteView(*bytes).subspan(at))->header.size_bytes;
  }
  return last * 8;
}

/// Its epoch too, which is under no checksum, and which nothing behind it shows to be wrong.
TEST(MetadataDamage, AnyBitOfTheLastHeaderCostsNothingWhereAStartScans) {
  constexpr std::uint64_t kHeaderBits = 61 * 8;
  for (std::uint64_t bit = 0; bit < kHeaderBits; ++bit) {
    PartitionId damaged = bit % 2 == 0 ? kMetadataPartition : kMetadataCopy;
    SCOPED_TRACE(::testing::Message() << "bit " << bit);
    sim::Simulation simulation(bit);
    sim::Machine& machine = simulation.add_machine("a");
    {
      Running running(simulation, machine);
      write_ten(running);
    }
    std::ignore = machine.disk().lose_file("data/clean-shutdown");
    ASSERT_TRUE(machine.disk().remove_folder("data/checkpoints"));
    ASSERT_TRUE(machine.disk().flip_bit(log_file(damaged), last_batch_of(machine.disk(), damaged) + bit));
    for (int start = 0; start < 2; ++start) {
      Running running(simulation, machine);
      EXPECT_EQ(known_to(running), 10u);
      EXPECT_TRUE(running.define({{"other/after", "1"}}));
    }
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(MetadataDamage, ALogThatIsLostAsAWholeIsWrittenAnewFromTheOther) {
  for (PartitionId lost : {kMetadataPartition, kMetadataCopy}) {
    sim::Simulation simulation(1);
    sim::Machine& machine = simulation.add_machine("a");
    {
      Running running(simulation, machine);
      write_ten(running);
    }
    ASSERT_TRUE(machine.disk().remove_folder(std::filesystem::path("data/logs") / lost.folder()));
    for (int start = 0; start < 2; ++start) {
      Running running(simulation, machine);
      EXPECT_EQ(known_to(running), 10u) << start;
    }
  }
}

TEST(MetadataDamage, BothSayTheSameAfterAPowerLossInTheMiddleOfChanges) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    sim::Simulation simulation(seed);
    sim::Machine* machine = &simulation.add_machine("a");
    {
      Running running(simulation, *machine);
      write_ten(running);
      runtime::TaskScope calls(running.shard());
      auto write = [](MetadataStore* store) -> runtime::Task<void> {
        for (int i = 0; i < 20; ++i)
          std::ignore = co_await store->define({{"user/" + std::to_string(i % 7), "changed"}});
      };
      calls.spawn("define", write(running.store.get()));
      simulation.run_for(std::chrono::microseconds(seed * 100));
      machine = &simulation.power_loss(*machine);
      simulation.run(running.shard(), calls.close());
    }
    Running running(simulation, *machine);
    EXPECT_GE(known_to(running), 10u);
    auto [first, second] = running.read_both();
    EXPECT_FALSE(first.damage || second.damage);
    EXPECT_TRUE(missing(second, first).empty()) << seed;
    EXPECT_TRUE(missing(first, second).empty()) << seed;
  }
}

}  // namespace
}  // namespace wharf::cluster
