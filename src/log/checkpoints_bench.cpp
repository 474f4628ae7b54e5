// Loading and writing the checkpoints of many partitions.
#include <filesystem>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "log/checkpoints.hpp"
#include "runtime/clock.hpp"
#include "runtime/logger.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::log {
namespace {

struct Filled {
  explicit Filled(std::int64_t partitions) : files(256u << 20), logger(clock, runtime::LogLevel::kError, runtime::LogFormat::kText) {
    std::vector<std::byte> state(200, std::byte{7});
    for (std::int64_t i = 0; i < partitions; ++i) {
      PartitionId id;
      id.topic.bytes.fill(static_cast<std::uint8_t>(i % 200 + 1));
      id.index = PartitionIndex{static_cast<std::int32_t>(i)};
      states.push_back(state);
      entries.push_back({id, ByteView(states.back())});
    }
    checkpoints = std::move((*Checkpoints::open(files, "checkpoints", logger)).checkpoints);
    if (!checkpoints->append(entries, std::nullopt)) std::abort();
  }

  runtime::MemoryFileSystem files;
  runtime::SystemClock clock;
  runtime::Logger logger;
  std::vector<std::vector<std::byte>> states;
  std::vector<PartitionCheckpoint> entries;
  std::unique_ptr<Checkpoints> checkpoints;
};

void load_checkpoints(benchmark::State& state) {
  Filled filled(state.range(0));
  for (auto _ : state) {
    Result<Checkpoints::Opened> opened = Checkpoints::open(filled.files, "checkpoints", filled.logger);
    benchmark::DoNotOptimize(opened);
  }
}
BENCHMARK(load_checkpoints)->Arg(1000)->Arg(5000)->Unit(benchmark::kMillisecond);

void append_checkpoints(benchmark::State& state) {
  Filled filled(state.range(0));
  for (auto _ : state) {
    if (!filled.checkpoints->append(filled.entries, std::nullopt)) return state.SkipWithError("append failed");
  }
}
BENCHMARK(append_checkpoints)->Arg(1000)->Arg(5000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wharf::log
