#pragma once
// What the tests of the write-ahead log share: a shard that is stepped by hand, records made from a number, and a
// recovery that keeps everything.
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/wal_files.hpp"
#include "log/wal_recovery.hpp"
#include "log/write_ahead_log.hpp"
#include "runtime/clock.hpp"
#include "runtime/file.hpp"
#include "runtime/logger.hpp"
#include "runtime/shard.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/work_pool.hpp"

namespace wharf::log::testing {

/// Runs a job when it is told to.
class StepPool final : public runtime::WorkPool {
 public:
  void submit(runtime::Job job) override { jobs_.push_back(std::move(job)); }
  std::size_t waiting() const { return jobs_.size(); }
  bool run_one() {
    if (jobs_.empty()) return false;
    runtime::Job job = std::move(jobs_.front());
    jobs_.pop_front();
    job();
    return true;
  }

 private:
  std::deque<runtime::Job> jobs_;
};

class QuietLogger final : public runtime::Logger {
 public:
  explicit QuietLogger(const runtime::Clock& clock)
      : Logger(clock, runtime::LogLevel::kInfo, runtime::LogFormat::kText) {}
  std::vector<std::string> lines;

 protected:
  void write(std::string_view line) override { lines.emplace_back(line); }
};

/// One shard and its blocking pool on this thread.
class StepLoop {
 public:
  explicit StepLoop(std::uint32_t index = 0) : shard(ShardIndex{index}, clock, pool), scope_(shard) {}

  /// Until nothing is left to do.
  void run() {
    do {
      turn();
    } while (pool.run_one());
  }
  /// Everything but what waits for the pool.
  void turn() {
    while (shard.poll() > 0) {
    }
  }
  template <class T>
  T await(runtime::Task<T> task) {
    std::optional<T> result = start(std::move(task)).take(*this);
    return std::move(*result);
  }
  void await(runtime::Task<void> task) {
    scope_.spawn("test", std::move(task));
    run();
  }

  /// A task under way, whose result comes later.
  template <class T>
  class Started {
   public:
    bool done() const { return result_->has_value(); }
    T& operator*() { return **result_; }
    std::optional<T> take(StepLoop& loop) {
      loop.run();
      WHARF_ASSERT(done());
      return std::move(*result_);
    }

   private:
    friend class StepLoop;
    std::shared_ptr<std::optional<T>> result_ = std::make_shared<std::optional<T>>();
  };
  template <class T>
  Started<T> start(runtime::Task<T> task) {
    Started<T> started;
    scope_.spawn("test", keep(std::move(task), started.result_));
    return started;
  }

  runtime::SystemClock clock;
  QuietLogger logger{clock};
  StepPool pool;
  runtime::Shard shard;

 private:
  template <class T>
  static runtime::Task<void> keep(runtime::Task<T> task, std::shared_ptr<std::optional<T>> into) {
    T value = co_await std::move(task);
    into->emplace(std::move(value));
  }

  runtime::TaskScope scope_;
};

struct TestRecord {
  WalRecordHeader header;
  std::vector<std::byte> payload;
  WalGap gap = WalGap::kNone;

  bool same_as(const TestRecord& other) const { return header == other.header && payload == other.payload; }
};

inline PartitionId test_partition(std::uint8_t number) {
  PartitionId id;
  id.topic.bytes.fill(static_cast<std::uint8_t>(number + 1));
  id.index = PartitionIndex{number};
  return id;
}

/// Record `number` of a test, at the partition's `offset`: bytes that tell where they belong.
inline TestRecord test_record(std::uint64_t number, std::uint8_t partition, std::int64_t offset, std::size_t bytes) {
  TestRecord record;
  record.header = {.partition = test_partition(partition),
                   .leader_epoch = LeaderEpoch{3},
                   .base_offset = Offset{offset},
                   .next_offset = Offset{offset + 1},
                   .kind = WalRecordKind::kBatches};
  std::uint64_t state = number * 0x9E3779B97F4A7C15ull + 1;
  record.payload.resize(bytes);
  for (std::byte& one : record.payload) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    one = static_cast<std::byte>(state >> 56);
  }
  return record;
}

struct Recovery {
  std::vector<TestRecord> records;
  WalReport report;
};

inline Result<Recovery> try_recover(runtime::FileSystem& files, const std::filesystem::path& folder,
                                    const WalFloors& floors = {}) {
  Recovery recovery;
  Result<WalReport> report =
      read_write_ahead_logs(files, folder, floors, [&](const RecoveredWalRecord& record) -> Result<void> {
        WalRecordHeader header = record.header;
        if (record.owner) header.kind = WalRecordKind::kBatches;  // as it was appended
        recovery.records.push_back({header, {record.payload.begin(), record.payload.end()}, record.gap});
        return {};
      });
  if (!report) return fail(report.error());
  recovery.report = std::move(*report);
  return recovery;
}

inline Recovery recover(runtime::FileSystem& files, const std::filesystem::path& folder, const WalFloors& floors = {}) {
  Result<Recovery> recovery = try_recover(files, folder, floors);
  WHARF_ASSERT(recovery.has_value());
  return std::move(*recovery);
}

}  // namespace wharf::log::testing
