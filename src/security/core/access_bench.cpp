// What asking costs: of a connection that has asked before (each publish), of one that has not, and at worst.
#include <benchmark/benchmark.h>

#include "security/core/access_decisions.hpp"

namespace wharf::security {
namespace {

AccessTable table() {
  AccessTable table;
  for (const Definition& one :
       std::vector<Definition>{Permission{"u", "/", "^app-.*", "^(app|shared)-[a-z]+$", "^app-"},
                               TopicPermission{"u", "/", "app-topic", "^{username}\\.[a-z]+$", ".*"}}) {
    WHARF_ASSERT(table.apply(one).has_value());
  }
  return table;
}

void remembered(benchmark::State& state) {
  AccessTable all = table();
  AccessDecisions decisions({"u", {}, {}}, "/");
  for (auto _ : state) {
    benchmark::DoNotOptimize(decisions.may(all, Verb::kWrite, Resource::exchange("app-orders")));
  }
}
BENCHMARK(remembered);

void remembered_topic_key(benchmark::State& state) {
  AccessTable all = table();
  AccessDecisions decisions({"u", {}, {}}, "/");
  for (auto _ : state) {
    benchmark::DoNotOptimize(decisions.may(all, Verb::kWrite, Resource::topic_key("app-topic", "u.created")));
  }
}
BENCHMARK(remembered_topic_key);

void decided_anew(benchmark::State& state) {
  AccessTable all = table();
  for (auto _ : state) {
    benchmark::DoNotOptimize(all.may({"u", {}, {}}, "/", Verb::kWrite, Resource::exchange("app-orders")));
  }
}
BENCHMARK(decided_anew);

void worst_pattern(benchmark::State& state) {
  const std::string_view patterns[] = {"(.*a){20}$", "^(a?){300}a{300}$", "(a.{300}b|.{200}c)+$", "(a|b)*a(a|b){500}$",
                                       "(x+x+)+y|(.*)(.*)(.*)(.*)(.*)[^a]$"};
  Pattern pattern = Pattern::compile(patterns[state.range(0)]).value();
  std::string name;
  for (std::uint32_t i = 0, bits = 12345; i < 255; ++i, bits = bits * 1664525 + 1013904223) name += "ab"[bits >> 31];
  std::uint32_t bits = 1;
  for (auto _ : state) {
    for (char& letter : name) letter = "ab"[(bits = bits * 1664525 + 1013904223) >> 31];
    benchmark::DoNotOptimize(pattern.matches(name));
  }
}
BENCHMARK(worst_pattern)->DenseRange(0, 4);

void sign_in(benchmark::State& state) {
  AccessTable all;
  for (const Definition& one : first_definitions({1, 2, 3, 4})) WHARF_ASSERT(all.apply(one).has_value());
  for (auto _ : state) benchmark::DoNotOptimize(all.sign_in("guest", "guest", Peer::kLoopback));
}
BENCHMARK(sign_in);

}  // namespace
}  // namespace wharf::security
