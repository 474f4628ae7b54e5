// How fast this disk makes blocks durable, and the write-ahead log on it (docs/decisions/020-write-ahead-log.md). Files go below
// $WHARF_BENCH_FOLDER, or the working folder. Compare with --benchmark_enable_random_interleaving=true --benchmark_repetitions=9:
// a shared disk is not the same from one second to the next.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "log/wal_files.hpp"
#include "log/write_ahead_log.hpp"
#include "runtime/clock.hpp"
#include "runtime/logger.hpp"
#include "runtime/posix_files.hpp"
#include "runtime/shard.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/work_pool.hpp"

namespace wharf::log {
namespace {

constexpr std::uint64_t kFileBytes = 16u << 20;

/// A folder that is gone afterwards.
struct BenchFolder {
  BenchFolder() {
    const char* parent = std::getenv("WHARF_BENCH_FOLDER");
    path = std::filesystem::path(parent == nullptr ? "." : parent) / "wharf-wal-bench";
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~BenchFolder() { std::filesystem::remove_all(path); }
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;

  std::filesystem::path path;
  runtime::PosixFileSystem files;
};

struct AlignedDelete {
  void operator()(std::byte* bytes) const { ::operator delete[](bytes, std::align_val_t{kWalBlockBytes}); }
};

void add_percentiles(benchmark::State& state, std::vector<double>& us) {
  if (us.empty()) return;
  std::ranges::sort(us);
  state.counters["p50_us"] = us[us.size() / 2];
  state.counters["p99_us"] = us[us.size() * 99 / 100];
}

double elapsed_us(const runtime::Clock& clock, MonotonicTime begin) {
  return std::chrono::duration<double, std::micro>(clock.monotonic_now() - begin).count();
}

/// One write and its sync into a zeroed file: what a flush waits for.
void durable_write(benchmark::State& state, bool direct) {
  BenchFolder folder;
  auto pool = *WalFiles::open(folder.files, folder.path, {.file_bytes = kFileBytes, .direct = direct});
  WalFile file = *pool->take();
  auto size = static_cast<std::size_t>(state.range(0));
  std::unique_ptr<std::byte[], AlignedDelete> bytes(new (std::align_val_t{kWalBlockBytes}) std::byte[size]);
  std::fill_n(bytes.get(), size, std::byte{0x5A});
  runtime::SystemClock clock;
  std::vector<double> us;
  std::uint64_t position = 0;
  for (auto _ : state) {
    MonotonicTime begin = clock.monotonic_now();
    if (!file.file->write_at(position, ByteView(bytes.get(), size))) return state.SkipWithError("write failed");
    if (!direct && !file.file->sync_data()) return state.SkipWithError("sync failed");
    us.push_back(elapsed_us(clock, begin));
    position += size;
    if (position + size > kFileBytes) position = 0;
  }
  add_percentiles(state, us);
  state.SetBytesProcessed(static_cast<std::int64_t>(us.size() * size));
}
BENCHMARK_CAPTURE(durable_write, buffered, false)->Arg(4 << 10)->Arg(64 << 10)->Arg(1 << 20)->UseRealTime();
BENCHMARK_CAPTURE(durable_write, direct, true)->Arg(4 << 10)->Arg(64 << 10)->Arg(1 << 20)->UseRealTime();

class SilentLogger final : public runtime::Logger {
 public:
  explicit SilentLogger(const runtime::Clock& clock) : Logger(clock, runtime::LogLevel::kError, runtime::LogFormat::kText) {}
};

struct Load {
  WriteAheadLog* log = nullptr;
  const runtime::Clock* clock = nullptr;
  std::vector<std::byte> payload;
  std::size_t records_per_flush = 1;
  std::size_t flushes = 0;
  std::vector<double> us;
  std::uint64_t records = 0;
};

/// Appends and flushes, as a store's loop does.
runtime::Task<void> append_and_flush(Load* load, runtime::Shard* shard) {
  WalRecordHeader header;
  for (std::size_t flush = 0; flush < load->flushes; ++flush) {
    for (std::size_t i = 0; i < load->records_per_flush; ++i) {
      header.base_offset = Offset{static_cast<std::int64_t>(load->records++)};
      header.next_offset = header.base_offset.plus(1);
      if (!load->log->append(header, load->payload)) std::abort();
    }
    MonotonicTime begin = load->clock->monotonic_now();
    Result<WalPosition> durable = co_await load->log->flush();
    if (!durable) std::abort();
    load->us.push_back(elapsed_us(*load->clock, begin));
    load->log->recycle(*durable);
  }
  co_await load->log->close();
  shard->stop();
}

/// The whole path: append (copy), seal (checksums), write, back to the shard.
void group_commit(benchmark::State& state, bool io_uring) {
  BenchFolder folder;
  runtime::SystemClock clock;
  SilentLogger logger(clock);
  runtime::ThreadPool pool(2);
  auto files = *WalFiles::open(folder.files, folder.path, {.file_bytes = kFileBytes});
  Load load;
  load.clock = &clock;
  load.payload.assign(static_cast<std::size_t>(state.range(0)), std::byte{1});
  load.records_per_flush = static_cast<std::size_t>(state.range(1));
  load.flushes = 50;
  for (auto _ : state) {
    runtime::Shard shard(ShardIndex{0}, clock, pool);
    WriteAheadLog log(shard, *files, logger, {.io_uring = io_uring});
    load.log = &log;
    runtime::TaskScope tasks(shard);
    tasks.spawn("bench", append_and_flush(&load, &shard));
    shard.run();
    shard.poll();
  }
  add_percentiles(state, load.us);
  state.SetItemsProcessed(static_cast<std::int64_t>(load.records));
  state.SetBytesProcessed(static_cast<std::int64_t>(load.records * load.payload.size()));
}
void commit_sizes(benchmark::internal::Benchmark* bench) {
  bench->Args({100, 1})->Args({100, 1000})->Args({1000, 1000})->Args({16 << 10, 64})->UseRealTime()->MeasureProcessCPUTime();
}
BENCHMARK_CAPTURE(group_commit, io_uring, true)->Apply(commit_sizes);
BENCHMARK_CAPTURE(group_commit, work_pool, false)->Apply(commit_sizes);

/// Appending alone: the copy and the layout.
void append(benchmark::State& state) {
  WalBuffer buffer;
  std::vector<std::byte> payload(static_cast<std::size_t>(state.range(0)), std::byte{1});
  WalRecordHeader header;
  for (auto _ : state) {
    buffer.append(header, payload);
    if (buffer.bytes() > (1u << 20)) {
      buffer.close_block();
      buffer.drop_to(buffer.end());
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(append)->Arg(100)->Arg(1000)->Arg(16 << 10);

}  // namespace
}  // namespace wharf::log
