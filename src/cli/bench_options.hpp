#pragma once
// The options of `wharf bench`, filled in by the command line.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "load/consume_load.hpp"
#include "load/produce_load.hpp"

namespace CLI {
class App;
}

namespace wharf::cli {

/// Of every action.
struct BenchOptions {
  std::string topic;
  bool create = false;
  std::int32_t partitions = 1;
  std::int16_t replication = -1;
  std::vector<std::string> settings;  // of the topic created: KEY=VALUE
  double seconds = 0;                 // 0: as many as it takes
  double warm_up_seconds = 0;
  std::uint64_t records = 0;  // 0: as many as the time allows
  std::vector<pid_t> pids;
  bool json = false;

  load::ProduceLoad produce;
  load::ConsumeLoad consume;
  std::string acks = "all", compression = "none", pattern = "round-robin", from = "beginning";
  double rate = 0;
  bool end_to_end = false;

  void declare_produce(CLI::App* app);
  void declare_consume(CLI::App* app);
  void declare_latency(CLI::App* app);
  /// Words to values, once the command line is read. Errors: kInvalidArgument.
  Result<void> settle(bool consuming);

 private:
  void declare_topic(CLI::App* app);
  void declare_length(CLI::App* app);
  void declare_sending(CLI::App* app);
};

}  // namespace wharf::cli
