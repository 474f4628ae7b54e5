#include <array>

#include <benchmark/benchmark.h>

#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"
#include "model/record_batch_reader.hpp"

namespace wharf {
namespace {

constexpr std::string_view kUuid = "f2b1e3a8-6f0e-4a67-9d0e-2f7c1a5b9e44";

/// Messages as clients send them.
enum Kind : std::int64_t { kPlain, kText, kTask };

struct Sample {
  explicit Sample(std::int64_t kind) : body(kind == kTask ? 700 : 100, 'b') {
    view = {.origin = Protocol::kAmqp091, .routing_key = "celery", .delivery_mode = 2, .body = as_bytes(body)};
    if (kind == kPlain) return;
    view.content_type = "application/json";
    if (kind == kText) return;
    view.content_encoding = "utf-8";
    view.correlation_id = kUuid;
    view.reply_to = "a5c3cbb0-58f5-3b0c-a9a3-2b3a8c1b7f10";
    view.priority = 0;
    PropertyTable table{{"lang", std::string("py")},
                        {"task", std::string("shop.tasks.send_receipt")},
                        {"id", std::string(kUuid)},
                        {"shadow", Null{}},
                        {"eta", Null{}},
                        {"group", Null{}},
                        {"retries", std::int32_t{0}},
                        {"timelimit", PropertyList{PropertyValue(), PropertyValue()}},
                        {"root_id", std::string(kUuid)},
                        {"argsrepr", std::string("(1024, 'a@example.com')")},
                        {"origin", std::string("gen31@worker-1")},
                        {"ignore_result", false}};
    encode_properties(properties, table);
    view.properties = properties;
  }

  std::string body;
  std::vector<std::byte> properties;
  MessageView view;
};

constexpr int kBatch = 20;  // small: a large buffer comes from the kernel anew each time, which costs more

std::vector<std::byte> batch_of(const MessageView& message) {
  BatchBuilder builder({});
  for (int i = 0; i < kBatch; ++i) append_message(builder, message, Timestamp{1'700'000'000'000});
  return *builder.finish();
}

/// A batch of records, read once, so that what is measured is the message alone.
struct Stored {
  explicit Stored(std::vector<std::byte> batch) : bytes(std::move(batch)) {
    BatchView view = *read_batch(bytes);
    RecordReader reader(view.header, view.records());
    for (Record record; *reader.next(record);) records.push_back(record);
  }
  std::vector<std::byte> bytes;
  std::vector<Record> records;
};

void append(benchmark::State& state) {
  Sample sample(state.range(0));
  std::size_t bytes = 0;
  for (auto _ : state) {
    BatchBuilder builder({});
    for (int i = 0; i < kBatch; ++i) append_message(builder, sample.view, Timestamp{1'700'000'000'000});
    bytes = builder.size_bytes();
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
  state.counters["bytes_each"] = static_cast<double>(bytes - kBatchHeaderBytes) / kBatch;
}
BENCHMARK(append)->Arg(kPlain)->Arg(kText)->Arg(kTask);

/// For comparison: the record without what makes it a message.
void append_bare_record(benchmark::State& state) {
  Sample sample(state.range(0));
  for (auto _ : state) {
    BatchBuilder builder({});
    for (int i = 0; i < kBatch; ++i)
      builder.append({.timestamp = Timestamp{1'700'000'000'000}, .value = sample.view.body, .headers = {}});
    benchmark::DoNotOptimize(builder.size_bytes());
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(append_bare_record)->Arg(kPlain)->Arg(kTask);

void read(benchmark::State& state) {
  Stored stored(batch_of(Sample(state.range(0)).view));
  for (auto _ : state) {
    for (const Record& record : stored.records) benchmark::DoNotOptimize(message_of(record));
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(read)->Arg(kPlain)->Arg(kText)->Arg(kTask);

void read_expiration_and_priority(benchmark::State& state) {
  Sample sample(state.range(0));
  sample.view.expiration = "60000";
  sample.view.priority = 4;
  Stored stored(batch_of(sample.view));
  for (auto _ : state) {
    for (const Record& record : stored.records) {
      benchmark::DoNotOptimize(expiration_ms_of(record));
      benchmark::DoNotOptimize(priority_of(record));
    }
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(read_expiration_and_priority)->Arg(kPlain)->Arg(kTask);

/// A Kafka producer's record with three headers, and its headers as an AMQP table.
void read_plain_record(benchmark::State& state) {
  BatchBuilder builder({});
  const std::array<RecordHeader, 3> headers = {RecordHeader{"content-type", as_bytes("application/json")},
                                               RecordHeader{"traceparent", as_bytes(kUuid)},
                                               RecordHeader{"source", as_bytes("shop")}};
  std::string body(100, 'b');
  for (int i = 0; i < kBatch; ++i)
    builder.append({.timestamp = Timestamp{1}, .key = as_bytes("key"), .value = as_bytes(body), .headers = headers});
  Stored stored(*builder.finish());
  std::vector<std::byte> table;
  for (auto _ : state) {
    for (const Record& record : stored.records) {
      benchmark::DoNotOptimize(message_of(record));
      table.clear();
      if (state.range(0) == 1) benchmark::DoNotOptimize(append_properties(table, record, 1 << 16));
    }
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(read_plain_record)->Arg(0)->Arg(1);

}  // namespace
}  // namespace wharf
