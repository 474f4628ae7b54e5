#include <benchmark/benchmark.h>

#include "model/message_testing.hpp"
#include "selector/message_filter.hpp"

namespace wharf::selector {
namespace {

constexpr std::string_view kConditions[]{
    "region = 'eu'",
    "region = 'eu' AND weight > 2.5 AND (JMSPriority >= 4 OR kind IN ('bulk', 'letter', 'parcel'))",
    "id LIKE '%-4a67-%' OR id LIKE '_9d0e%2f7c%'",
};

void Compile(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(MessageFilter::compile(kConditions[state.range(0)]));
}
BENCHMARK(Compile)->DenseRange(0, 2);

/// Of a message with a few properties, none of which lets it match.
void Ask(benchmark::State& state) {
  const Bytes properties = encoded({{"region", std::string("us")},
                                    {"weight", 1.5},
                                    {"kind", std::string("pallet")},
                                    {"id", std::string("f2b1e3a8-6f0e-4b67-9d0e-2f7c1a5b9e44")}});
  StoredRecord stored(batch_with({.message_id = "m-1", .delivery_mode = 2, .properties = properties}));
  MessageFilter filter = MessageFilter::compile(kConditions[state.range(0)]).value();
  for (auto _ : state) benchmark::DoNotOptimize(filter.matches(stored.record));
}
BENCHMARK(Ask)->DenseRange(0, 2);

}  // namespace
}  // namespace wharf::selector
