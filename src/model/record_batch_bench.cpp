#include <benchmark/benchmark.h>

#include "model/record.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf {
namespace {

std::string value_of(std::size_t number, std::size_t size) {
  std::string value;
  while (value.size() < size) value += fmt::format("{{\"user\":{},\"action\":\"view\"}},", number += 7919);
  value.resize(size);
  return value;
}

/// Records of `value_bytes` each, as many as make 16 KiB.
std::vector<std::byte> batch_of_16_kib(std::size_t value_bytes, Compression compression = Compression::kNone) {
  BatchBuilder builder({.compression = compression});
  for (std::size_t i = 0; builder.size_bytes() + value_bytes < 16 * 1024; ++i) {
    std::string value = value_of(i, value_bytes);
    builder.append({.timestamp = Timestamp{static_cast<std::int64_t>(i)},
                    .key = as_bytes("key"),
                    .value = as_bytes(value),
                    .headers = {}});
  }
  return *builder.finish();
}

void count_bytes(benchmark::State& state, std::size_t per_round) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * per_round));
}

void read_header(benchmark::State& state) {
  std::vector<std::byte> batch = batch_of_16_kib(100);
  for (auto _ : state) benchmark::DoNotOptimize(read_batch(batch));
}
BENCHMARK(read_header);

void read_header_and_checksum(benchmark::State& state) {
  std::vector<std::byte> batch = batch_of_16_kib(100);
  for (auto _ : state) {
    Result<BatchView> view = read_batch(batch);
    benchmark::DoNotOptimize(validate_checksum(view->bytes));
  }
  count_bytes(state, batch.size());
}
BENCHMARK(read_header_and_checksum);

void read_records(benchmark::State& state) {
  std::vector<std::byte> batch = batch_of_16_kib(static_cast<std::size_t>(state.range(0)));
  BatchView view = *read_batch(batch);
  for (auto _ : state) {
    RecordReader reader(view.header, view.records());
    Record record;
    while (*reader.next(record)) benchmark::DoNotOptimize(record.value);
  }
  state.SetItemsProcessed(state.iterations() * view.header.record_count);
}
BENCHMARK(read_records)->Arg(10)->Arg(100)->Arg(1000);

void build_records(benchmark::State& state) {
  std::string value = value_of(1, static_cast<std::size_t>(state.range(0)));
  std::int64_t records = 0;
  for (auto _ : state) {
    BatchBuilder builder({});
    while (builder.size_bytes() < 16 * 1024) {
      builder.append({.timestamp = Timestamp{1}, .key = as_bytes("key"), .value = as_bytes(value), .headers = {}});
    }
    records += builder.record_count();
    benchmark::DoNotOptimize(builder.finish());
  }
  state.SetItemsProcessed(records);
}
BENCHMARK(build_records)->Arg(10)->Arg(100)->Arg(1000);

void compress_16_kib(benchmark::State& state) {
  auto codec = static_cast<Compression>(state.range(0));
  std::vector<std::byte> batch = batch_of_16_kib(100);
  ByteView records = ByteView(batch).subspan(kBatchHeaderBytes);
  for (auto _ : state) benchmark::DoNotOptimize(compress(codec, records));
  state.SetLabel(std::string(to_string(codec)));
  count_bytes(state, records.size());
}
BENCHMARK(compress_16_kib)->DenseRange(1, kLastCompression);

void decompress_16_kib(benchmark::State& state) {
  auto codec = static_cast<Compression>(state.range(0));
  std::vector<std::byte> batch = batch_of_16_kib(100, codec);
  ByteView packed = ByteView(batch).subspan(kBatchHeaderBytes);
  for (auto _ : state) benchmark::DoNotOptimize(decompress(codec, packed, 1 << 20));
  state.SetLabel(std::string(to_string(codec)));
  count_bytes(state, 16 * 1024);
}
BENCHMARK(decompress_16_kib)->DenseRange(1, kLastCompression);

}  // namespace
}  // namespace wharf
