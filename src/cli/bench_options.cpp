#include "cli/bench_options.hpp"

#include <limits>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/value_checks.hpp"

namespace wharf::cli {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
const CLI::Validator kAtLeastOne = whole_number(1);

}  // namespace

void BenchOptions::declare_topic(CLI::App* app) {
  app->add_option("-t,--topic", topic, "The topic to use.")->type_name("TOPIC")->required();
  app->add_flag("--create", create, "Create the topic first; one that exists is used as it is.");
  app->add_option("--partitions", partitions, "With --create: how many partitions (1).")
      ->type_name("N")
      ->check(kAtLeastOne);
  app->add_option("--set", settings,
                  "With --create: a setting of the topic, such as wharf.flush=async. May be given again.")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void BenchOptions::declare_length(CLI::App* app) {
  app->add_option("--seconds", seconds, "Measure for so long (10, unless something else ends it).")
      ->type_name("S")
      ->check(above_zero());
  app->add_option("--warmup", warm_up_seconds, "Run for so long before measuring (0).")
      ->type_name("S")
      ->check(at_least_zero());
  app->add_option("--connections", produce.connections, "Connections at once (1).")->type_name("C")->check(kAtLeastOne);
  app->add_option("--pid", pids, "Also tell what this process used: CPU time and memory. May be given again.")
      ->type_name("PID")
      ->allow_extra_args(false);
  app->add_flag("--json", json, "Print one line of JSON.");
}

void BenchOptions::declare_sending(CLI::App* app) {
  app->add_option("--record-bytes", produce.shape.record_bytes, "Size of each record's value (1024).")
      ->type_name("B")
      ->check(whole_number(0, 100 << 20));
  app->add_option("--in-flight", produce.in_flight, "Requests of one connection without an answer (5).")
      ->type_name("K")
      ->check(kAtLeastOne);
  app->add_option("--acks", acks,
                  "all: in-sync replicas have it (and with Wharf's default it is on disk); 1: the leader has it; 0: no "
                  "answer (all).")
      ->type_name("A")
      ->check(CLI::IsMember({"all", "-1", "1", "0"}));
  app->add_option(
         "--partition-pattern", pattern,
         "round-robin: each connection's requests go to all partitions in turn; one: to partition 0 (round-robin).")
      ->type_name("P")
      ->check(CLI::IsMember({"round-robin", "one"}));
}

void BenchOptions::declare_produce(CLI::App* app) {
  declare_topic(app);
  declare_sending(app);
  app->add_option("--batch-records", produce.shape.records, "Records of a batch; each request carries one batch (100).")
      ->type_name("R")
      ->check(kAtLeastOne);
  app->add_option("--compression", compression, "none, gzip, snappy, lz4 or zstd: of the batch, once (none).")
      ->type_name("CODEC")
      ->check(CLI::IsMember({"none", "gzip", "snappy", "lz4", "zstd"}));
  app->add_option(
         "--rate", rate,
         "Send so many records a second, all connections together; latency then counts from when a request was due.")
      ->type_name("R/S")
      ->check(above_zero());
  app->add_option("--records", records, "Send so many records, in whole batches, and be done when all are answered.")
      ->type_name("N")
      ->check(whole_number(1, kNoLimit));
  declare_length(app);
}

void BenchOptions::declare_consume(CLI::App* app) {
  app->add_option("-t,--topic", topic, "The topic to read.")->type_name("TOPIC")->required();
  app->add_option("--from", from,
                  "beginning: what is there, again and again while --seconds last, else once; end: only what is "
                  "written meanwhile (beginning).")
      ->type_name("WHERE")
      ->check(CLI::IsMember({"beginning", "end"}));
  app->add_option("--readers", consume.readers,
                  "Independent readers; each reads everything by --connections of its own (1).")
      ->type_name("N")
      ->check(kAtLeastOne);
  app->add_option("--max-bytes", consume.max_bytes, "Of one answer (52428800).")->type_name("B")->check(kAtLeastOne);
  app->add_option("--partition-max-bytes", consume.partition_max_bytes, "Of one partition in one answer (8388608).")
      ->type_name("B")
      ->check(kAtLeastOne);
  app->add_option("--min-bytes", consume.min_bytes, "The broker waits until so many are there (1).")
      ->type_name("B")
      ->check(kAtLeastOne);
  app->add_option("--records", records, "Be done after so many records.")->type_name("N")->check(whole_number(1, kNoLimit));
  declare_length(app);
}

void BenchOptions::declare_latency(CLI::App* app) {
  declare_topic(app);
  declare_sending(app);
  app->add_option("--rate", rate, "Records a second, all connections together (1000).")
      ->type_name("R/S")
      ->check(above_zero());
  app->add_flag("--end-to-end", end_to_end,
                "Also read the records back, and tell the time from when each was due until a consumer had it.");
  declare_length(app);
}

Result<void> BenchOptions::settle(bool consuming) {
  produce.acks = acks == "all" ? std::int16_t{-1} : static_cast<std::int16_t>(std::stoi(acks));
  produce.shape.compression = *compression_from(compression);
  produce.one_partition = pattern == "one";
  if (rate > 0) produce.records_per_second = rate;
  if (records > 0) produce.records = consume.records = records;
  if (records > 0 && warm_up_seconds > 0)
    return fail(ErrorCode::kInvalidArgument, "--records counts from the first one on: leave --warmup out");
  for (pid_t pid : pids) {
    if (Result<load::ProcessUsage> usage = load::usage_of(pid); !usage)
      return fail(ErrorCode::kInvalidArgument, fmt::format("--pid: {}", usage.error().message));
  }
  const bool endless = consuming ? from == "end" && records == 0 : records == 0;
  consume.from_end = from == "end";
  consume.again = seconds > 0;
  consume.connections = produce.connections;
  if (seconds == 0 && endless) seconds = 10;
  return {};
}

}  // namespace wharf::cli
