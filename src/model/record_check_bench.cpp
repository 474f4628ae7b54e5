// What it costs to look at a producer's records on the way in: as they are, and packed by each codec.
#include <benchmark/benchmark.h>

#include "model/record_batch_builder.hpp"
#include "model/record_check.hpp"

namespace wharf {
namespace {

constexpr std::size_t kLimit = std::size_t{128} << 20;

std::string text_of(std::size_t number, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    number += 7919;
    text += fmt::format("{{\"user\":{},\"action\":\"view\",\"page\":{}}},", number, number % 977);
  }
  text.resize(size);
  return text;
}

/// Lengths differ from record to record, by half of `value_bytes`.
std::vector<std::byte> batch_of(std::size_t batch_bytes, std::size_t value_bytes, Compression compression,
                                bool with_key) {
  BatchBuilder builder({.compression = compression});
  for (std::size_t i = 0; i == 0 || builder.size_bytes() + 2 * value_bytes < batch_bytes; ++i) {
    std::string value = text_of(i, value_bytes - value_bytes / 4 + i * 31 % (value_bytes / 2));
    NewRecord record{
        .timestamp = Timestamp{static_cast<std::int64_t>(i)}, .key = {}, .value = as_bytes(value), .headers = {}};
    if (with_key) record.key = as_bytes("user-key");
    builder.append(record);
  }
  return *builder.finish();
}

void check_plain_records(benchmark::State& state) {
  std::vector<std::byte> batch =
      batch_of(16 * 1024, static_cast<std::size_t>(state.range(0)), Compression::kNone, state.range(1) != 0);
  BatchView view = *read_batch(batch);
  Decoders decoders;
  for (auto _ : state) benchmark::DoNotOptimize(check_records(view, RecordKeys::kOptional, kLimit, decoders));
  double records = static_cast<double>(state.iterations()) * view.header.record_count;
  state.counters["per_record"] = benchmark::Counter(records, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(check_plain_records)->ArgsProduct({{10, 100, 1024}, {0, 1}})->ArgNames({"value_bytes", "key"});

void check_one_record(benchmark::State& state) {
  BatchBuilder builder({});
  std::string value = text_of(1, 100);
  builder.append({.timestamp = Timestamp{1}, .key = {}, .value = as_bytes(value), .headers = {}});
  std::vector<std::byte> batch = *builder.finish();
  BatchView view = *read_batch(batch);
  Decoders decoders;
  for (auto _ : state) benchmark::DoNotOptimize(check_records(view, RecordKeys::kOptional, kLimit, decoders));
}
BENCHMARK(check_one_record);

void check_packed_records(benchmark::State& state) {
  auto codec = static_cast<Compression>(state.range(0));
  auto plain_bytes = static_cast<std::size_t>(state.range(1));
  std::vector<std::byte> batch = batch_of(plain_bytes, 100, codec, false);
  BatchView view = *read_batch(batch);
  Decoders decoders;
  for (auto _ : state) benchmark::DoNotOptimize(check_records(view, RecordKeys::kOptional, kLimit, decoders));
  state.SetLabel(fmt::format("{} of {} bytes", to_string(codec), batch.size()));
  state.SetBytesProcessed(static_cast<std::int64_t>(static_cast<std::size_t>(state.iterations()) * plain_bytes));
}
BENCHMARK(check_packed_records)
    ->ArgsProduct({benchmark::CreateDenseRange(1, kLastCompression, 1), {256, 16 << 10, 64 << 10, 1 << 20}})
    ->ArgNames({"codec", "plain_bytes"})
    ->Unit(benchmark::kMicrosecond);

void compress_records(benchmark::State& state) {
  auto codec = static_cast<Compression>(state.range(0));
  std::vector<std::byte> batch = batch_of(static_cast<std::size_t>(state.range(1)), 100, Compression::kNone, false);
  ByteView records = read_batch(batch)->records();
  for (auto _ : state) benchmark::DoNotOptimize(compress(codec, records));
  state.SetLabel(std::string(to_string(codec)));
}
BENCHMARK(compress_records)
    ->ArgsProduct({benchmark::CreateDenseRange(1, kLastCompression, 1), {2 << 10, 16 << 10}})
    ->ArgNames({"codec", "plain_bytes"})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace wharf
