// What a message's way through the table costs. "others" are bindings that do not match.
#include <benchmark/benchmark.h>

#include "routing/core/router.hpp"

namespace wharf::routing {
namespace {

constexpr int kKeys = 1 << 16;  // more than caches hold, as with real traffic

Destination queue(int number) {
  return {DestinationKind::kQueue, fmt::format("queue-{}", number)};
}

void bind_queue(RoutingTable& table, std::string exchange, int number, std::string key) {
  table.add_destination(queue(number));
  if (!table.bind({std::move(exchange), queue(number), std::move(key), {}})) std::abort();
}

void route(benchmark::State& state, const RoutingTable& table, std::string_view exchange,
           const std::vector<std::string>& keys) {
  Router router;
  std::size_t reached = 0, next = 0;
  for (auto _ : state) {
    auto start = table.publish_target(exchange);
    reached += router.route(table, *start, {.routing_key = keys[next % keys.size()]}, next).destinations.size();
    ++next;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["reached"] = static_cast<double>(reached) / static_cast<double>(state.iterations());
}

std::vector<std::string> keys_among(std::int64_t bindings, auto key_of) {
  std::vector<std::string> keys;
  for (int i = 0; i < kKeys; ++i) keys.push_back(key_of(static_cast<int>(i * 1'000'003L % bindings)));
  return keys;
}

std::string place(int number) {
  return fmt::format("eu.{}.{}.temperature", number % 300, number);
}

/// Keys of four words, one binding each: no wildcard.
void topic_literal(benchmark::State& state) {
  RoutingTable table("/", 1);
  for (int i = 0; i < state.range(0); ++i) bind_queue(table, "amq.topic", i, place(i));
  route(state, table, "amq.topic", keys_among(state.range(0), place));
}
BENCHMARK(topic_literal)->Arg(1)->Arg(1000)->Arg(100'000);

/// A third each "eu.5.305.*", "#.305.#" and "*.*.305.#".
void topic_wildcards(benchmark::State& state) {
  RoutingTable table("/", 1);
  for (int i = 0; i < state.range(0); ++i) {
    std::string patterns[] = {fmt::format("eu.{}.{}.*", i % 300, i), fmt::format("#.{}.#", i),
                              fmt::format("*.*.{}.#", i)};
    bind_queue(table, "amq.topic", i, patterns[i % 3]);
  }
  route(state, table, "amq.topic", keys_among(state.range(0), place));
}
BENCHMARK(topic_wildcards)->Arg(1)->Arg(1000)->Arg(100'000);

/// A thousand words against ten patterns "#.a.#.a...#".
void topic_many_hashes(benchmark::State& state) {
  RoutingTable table("/", 1);
  std::string pattern = "#", key = "a";
  for (int i = 0; i < 10; ++i) bind_queue(table, "amq.topic", i, pattern += ".a.#");
  for (int i = 1; i < 1000; ++i) key += ".a";
  route(state, table, "amq.topic", {key});
}
BENCHMARK(topic_many_hashes);

void direct(benchmark::State& state) {
  RoutingTable table("/", 1);
  for (int i = 0; i < state.range(0); ++i) bind_queue(table, "amq.direct", i, place(i));
  route(state, table, "amq.direct", keys_among(state.range(0), place));
}
BENCHMARK(direct)->Arg(1)->Arg(100'000);

void default_exchange(benchmark::State& state) {
  RoutingTable table("/", 1);
  for (int i = 0; i < state.range(0); ++i) table.add_destination(queue(i));
  route(state, table, "", keys_among(state.range(0), [](int i) { return queue(i).name; }));
}
BENCHMARK(default_exchange)->Arg(1)->Arg(100'000);

void fanout_to(benchmark::State& state) {
  RoutingTable table("/", 1);
  for (int i = 0; i < state.range(0); ++i) bind_queue(table, "amq.fanout", i, "");
  route(state, table, "amq.fanout", {"key"});
}
BENCHMARK(fanout_to)->Arg(10)->Arg(1000);

void consistent_hash_among(benchmark::State& state) {
  RoutingTable table("/", 1);
  if (!table.declare({.name = "hash", .type = "x-consistent-hash", .arguments = {}})) std::abort();
  for (int i = 0; i < state.range(0); ++i) bind_queue(table, "hash", i, "10");
  route(state, table, "hash", keys_among(100'000, place));
}
BENCHMARK(consistent_hash_among)->Arg(10)->Arg(100);

void headers_among(benchmark::State& state) {
  RoutingTable table("/", 1);
  for (int i = 0; i < state.range(0); ++i) {
    table.add_destination(queue(i));
    PropertyTable arguments{{"format", std::string("pdf")}, {"customer", std::int32_t{i}}};
    if (!table.bind({"amq.headers", queue(i), "", std::move(arguments)})) std::abort();
  }
  PropertyTable headers{{"customer", std::int64_t{5}}, {"format", std::string("pdf")}};
  Router router;
  DestinationId start = *table.publish_target("amq.headers");
  for (auto _ : state) benchmark::DoNotOptimize(router.route(table, start, {.headers = &headers}, 0));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(headers_among)->Arg(10)->Arg(1000);

/// One binding more and one less, among so many.
void bind_and_unbind(benchmark::State& state) {
  RoutingTable table("/", 1);
  for (int i = 0; i < state.range(0); ++i) bind_queue(table, "amq.topic", i, place(i));
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.bind({"amq.topic", queue(0), "eu.more.*.temperature", {}}));
    benchmark::DoNotOptimize(table.unbind({"amq.topic", queue(0), "eu.more.*.temperature", {}}));
  }
}
BENCHMARK(bind_and_unbind)->Arg(1000)->Arg(100'000);

}  // namespace
}  // namespace wharf::routing
