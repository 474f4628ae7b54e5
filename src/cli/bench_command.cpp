#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/bench_options.hpp"
#include "cli/bench_report.hpp"
#include "cli/client_session.hpp"
#include "cli/commands.hpp"
#include "cli/topic_requests.hpp"
#include "runtime/signal.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

Task<Result<client::Topic>> topic_of(ClientSession* session, const BenchOptions* options) {
  if (options->create) {
    NewTopic wanted{.name = options->topic,
                    .partitions = options->partitions,
                    .replication = options->replication,
                    .settings = options->settings,
                    .if_missing = true};
    Result<void> created = co_await create_topic(session, std::move(wanted));
    if (!created) co_return fail(created.error());
  }
  auto topic = co_await session->cluster.topic(options->topic, {.must_appear = options->create});
  co_return topic;
}

std::optional<Milliseconds> duration_of(const BenchOptions& options) {
  if (options.seconds == 0) return std::nullopt;
  return Milliseconds(static_cast<std::int64_t>(options.seconds * 1000));
}

Milliseconds warm_up_of(const BenchOptions& options) {
  return Milliseconds(static_cast<std::int64_t>(options.warm_up_seconds * 1000));
}

void print(ClientSession* session, const BenchOptions& options, std::string_view verb, const load::Measured& measured) {
  session->streams.out << (options.json ? bench_json(verb, measured) : bench_text(verb, measured));
}

Task<Result<void>> bench_produce(ClientSession* session, const BenchOptions* options) {
  auto topic = co_await topic_of(session, options);
  if (!topic) co_return fail(topic.error());
  load::Measurement measurement(&session->shard, options->pids);
  load::Producers producers(&session->cluster, &measurement, options->produce);
  Result<void> opened = co_await producers.open(std::move(*topic));
  if (!opened) co_return opened;
  measurement.start(warm_up_of(*options), duration_of(*options), [&producers] { producers.stop(); });
  Result<void> done = co_await producers.run();
  if (!done) co_return done;
  print(session, *options, "produced", measurement.measured());
  co_return Result<void>();
}

Task<Result<void>> bench_consume(ClientSession* session, const BenchOptions* options) {
  auto topic = co_await session->cluster.topic(options->topic, {});
  if (!topic) co_return fail(topic.error());
  load::Measurement measurement(&session->shard, options->pids);
  load::Consumers consumers(&session->cluster, &measurement, options->consume);
  Result<void> opened = co_await consumers.open(std::move(*topic));
  if (!opened) co_return opened;
  measurement.start(warm_up_of(*options), duration_of(*options), [&consumers] { consumers.stop(); });
  Result<void> done = co_await consumers.run();
  if (!done) co_return done;
  print(session, *options, "consumed", measurement.measured());
  co_return Result<void>();
}

Task<void> keep(load::Consumers* consumers, Result<void>* outcome) {
  *outcome = co_await consumers->run();
}

Task<Result<void>> bench_latency(ClientSession* session, const BenchOptions* options) {
  auto topic = co_await topic_of(session, options);
  if (!topic) co_return fail(topic.error());
  load::ProduceLoad load = options->produce;
  load.shape.records = 1;
  if (!load.records_per_second) load.records_per_second = 1000;
  Result<load::StampedBatch> stamp =
      load::StampedBatch::prepare(load.shape.record_bytes, session->shard.clock().wall_now());
  if (!stamp) co_return fail(stamp.error());
  if (options->end_to_end) load.stamp = *stamp;
  load::Measurement measurement(&session->shard, options->pids), reading(&session->shard, {});
  load::Producers producers(&session->cluster, &measurement, std::move(load));
  load::Consumers consumers(&session->cluster, &reading, {.from_end = true, .stamp = *stamp});
  Result<void> opened = co_await producers.open(*topic);
  if (!opened) co_return opened;
  Result<void> read;
  runtime::TaskScope reader(session->shard);
  if (options->end_to_end) {
    Result<void> found = co_await consumers.open(*topic);
    if (!found) co_return found;
    reading.start(warm_up_of(*options), std::nullopt, [] {});
    reader.spawn("bench-reader", keep(&consumers, &read));
  }
  measurement.start(warm_up_of(*options), duration_of(*options), [&producers] { producers.stop(); });
  Result<void> done = co_await producers.run();
  reading.finish();
  consumers.stop();
  co_await reader.close();
  if (!done) co_return done;
  if (!read) co_return read;
  measurement.measured().end_to_end = reading.measured().end_to_end;
  print(session, *options, "produced", measurement.measured());
  co_return Result<void>();
}

using Bench = Task<Result<void>> (*)(ClientSession*, const BenchOptions*);

struct BenchRun {
  std::shared_ptr<ClientOptions> client;
  std::shared_ptr<BenchOptions> options;
  CLI::App* app;

  int operator()(Streams streams) const {
    if (Result<void> settled = options->settle(app->got_subcommand("consume")); !settled) {
      streams.err << "wharf bench: " << settled.error().message << '\n';
      return kUsage;
    }
    const Bench bench = app->got_subcommand("produce")   ? bench_produce
                        : app->got_subcommand("consume") ? bench_consume
                                                         : bench_latency;
    const BenchOptions* filled = options.get();
    return run_client(streams, *client, [bench, filled](ClientSession* session) { return bench(session, filled); });
  }
};

Run declare(CLI::App* app) {
  BenchRun run{ClientOptions::declare(app, "wharf bench"), std::make_shared<BenchOptions>(), app};
  app->require_subcommand(1);
  run.options->declare_produce(
      app->add_subcommand("produce", "Send prepared batches as fast as the broker answers, or at a rate.")
          ->fallthrough());
  run.options->declare_consume(
      app->add_subcommand("consume", "Fetch as fast as the broker sends, counting batches by their headers.")
          ->fallthrough());
  run.options->declare_latency(app->add_subcommand("latency",
                                                   "Send single records at a fixed rate and time the answers. Records "
                                                   "are sent when they are due, however long the "
                                                   "answers take; each is timed from when it was due.")
                                   ->fallthrough());
  return run;
}

}  // namespace

Command bench_command() {
  return {
      .name = "bench",
      .summary = "measure a broker of the Kafka protocol: throughput, latency, its CPU and memory",
      .description =
          R"(Works with Wharf, Kafka and any other broker of the protocol. The generator builds a batch once and sends
the same bytes again and again, and it counts what it reads by the batches' headers alone, so that the broker is what is measured;
the generator's own CPU time is told beside it. It runs in one thread.

Rates count batches as they are on the wire; MB are 1,000,000 bytes. A latency is the time from sending a request to its answer;
with a rate it counts from the moment at which the request was due, so that a broker that stalls is not flattered by a generator
that waits for it. With --pid, run on the broker's machine, the processes' CPU seconds and memory are told: divided by records and
bytes they say what a broker costs, which a rate alone does not.)",
      .examples = R"(wharf bench produce --topic load --create --partitions 8 --connections 4 --pid 4711
wharf bench produce --topic load --record-bytes 100 --batch-records 1000 --acks 1 --json
wharf bench consume --topic load --connections 4
wharf bench consume --topic load --from end --readers 10 --seconds 30
wharf bench latency --topic pings --create --rate 500 --end-to-end)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
