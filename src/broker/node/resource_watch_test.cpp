// What a node is short of, as all its shards are told.
#include "broker/node/resource_watch.hpp"

#include <atomic>
#include <limits>

#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "runtime/memory_files.hpp"
#include "runtime/signal.hpp"

namespace wharf::broker {
namespace {

class Changes final : public AlarmListener {
 public:
  explicit Changes(runtime::Shard& shard) : changed(shard) {}
  void shortage_changed(Shortage) override { changed.notify(); }
  runtime::Signal changed;
};

runtime::Task<void> until_memory_is(bool low, ShardAlarms* alarms, runtime::Shard* here) {
  Changes changes(*here);
  alarms->listen(changes);
  while (alarms->now().memory != low) co_await changes.changed.wait();
  EXPECT_FALSE(alarms->now().disk);
  alarms->forget(changes);
}

TEST(ResourceWatch, EveryShardIsToldOfAnAlarmAndOfItsEnd) {
  constexpr std::size_t kShards = 3;
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  std::atomic<std::uint64_t> used = 0;
  NodeThreads running(files, kShards, [&used] { return used.load(); });
  for (bool low : {false, true, false, true}) {
    used = low ? std::numeric_limits<std::uint64_t>::max() : 0;
    for (std::size_t i = 0; i < kShards; ++i) {
      running.on(i, until_memory_is(low, &running.node().alarms(i), &running.shard(i)));
    }
  }
}

TEST(ResourceWatch, TheWatermarkIsASizeOrAShareOfTheMachine) {
  auto watermark = [](const std::vector<std::pair<std::string, std::string>>& settings) {
    return memory_high_watermark(config::ServerConfig::with(settings));
  };
  EXPECT_EQ(watermark({{"memory.high.watermark.bytes", "1000"}, {"memory.high.watermark.ratio", "0.1"}}), 1'000u);
  EXPECT_EQ(watermark({{"memory.high.watermark.ratio", "0"}}), 0u);
  EXPECT_GT(watermark({}), watermark({{"memory.high.watermark.ratio", "0.5"}}));
}

}  // namespace
}  // namespace wharf::broker
