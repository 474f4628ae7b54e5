// A message of 100 bytes in and out: publish (method, header with four properties, body) parsed as a connection does
// it, deliver written for a consumer. One item is one message.
#include <cstring>

#include <benchmark/benchmark.h>

#include "model/error.hpp"
#include "protocols/amqp091/wire/content.hpp"
#include "protocols/amqp091/wire/methods.hpp"

namespace wharf::amqp091 {
namespace {

constexpr std::size_t kReadBytes = 32 * 1024;

std::vector<std::byte> properties() {
  return encode_properties({.content_type = "application/json",
                            .headers = {{{"tenant", std::string("acme")}, {"attempt", std::int32_t{1}}}},
                            .delivery_mode = 2,
                            .message_id = "3f1d9c52-8a0e-4c8b-9d61-0f6f5a1f7c11"})
      .value();
}

/// As many publishes as make one read of a socket, or one with a body of `body_bytes`.
std::vector<std::byte> publishes(std::size_t body_bytes, ByteView encoded_properties, std::size_t& count) {
  SharedBytes body = SharedBytes::copy_of(std::vector<std::byte>(body_bytes, std::byte{'x'}));
  std::vector<std::byte> bytes;
  for (count = 0; bytes.size() < kReadBytes; ++count) {
    Writer writer;
    WHARF_ASSERT(write_method(BasicPublish{.exchange = "orders", .routing_key = "eu.created.customer-17"}, 1, writer));
    write_content(1, encoded_properties, body, kDefaultFrameMax, writer);
    for (const SharedBytes& piece : writer.take()) bytes.insert(bytes.end(), piece.view().begin(), piece.view().end());
  }
  return bytes;
}

/// `plain`: frames, method and header only, nothing kept: what is left over is the assembler.
void parse(benchmark::State& state, ByteView encoded_properties) {
  std::size_t count = 0;
  std::vector<std::byte> bytes = publishes(100, encoded_properties, count);
  FrameBuffer frames;
  ContentAssembler channel;
  for (auto _ : state) {
    for (ByteView left = bytes; !left.empty();) {
      MutableBytes space = frames.space();
      std::size_t read = std::min(space.size(), left.size());
      std::memcpy(space.data(), left.data(), read);
      frames.received(read);
      left = left.subspan(read);
      while (auto frame = *frames.next()) {
        if (!*channel.take(*frame, frames, 1 << 20)) continue;
        const Command& command = channel.command();
        benchmark::DoNotOptimize(decode_method<BasicPublish>(command.method));
        benchmark::DoNotOptimize(command.content.properties.delivery_mode());
        channel.release();
      }
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * count));
}

void parse_publish(benchmark::State& state) {
  parse(state, properties());
}
BENCHMARK(parse_publish);

void parse_publish_without_headers(benchmark::State& state) {
  parse(state, encode_properties({.delivery_mode = 2}).value());
}
BENCHMARK(parse_publish_without_headers);

void write_deliver(benchmark::State& state) {
  std::vector<std::byte> encoded_properties = properties();
  SharedBytes body =
      SharedBytes::copy_of(std::vector<std::byte>(static_cast<std::size_t>(state.range(0)), std::byte{'x'}));
  Writer writer;
  std::uint64_t tag = 0;
  constexpr std::size_t kBurst = 64;  // messages in one gathered write
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBurst; ++i) {
      BasicDeliver deliver{.consumer_tag = "ctag1.f1d9c528a0e",
                           .delivery_tag = ++tag,
                           .exchange = "orders",
                           .routing_key = "eu.created.customer-17"};
      benchmark::DoNotOptimize(write_method(deliver, 1, writer));
      write_content(1, encoded_properties, body, kDefaultFrameMax, writer);
    }
    benchmark::DoNotOptimize(writer.take());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBurst));
}
BENCHMARK(write_deliver)->Arg(100)->Arg(1024)->Arg(2048)->Arg(4096)->Arg(16'384);

void decode_headers(benchmark::State& state) {
  std::vector<std::byte> encoded_properties = properties();
  for (auto _ : state) benchmark::DoNotOptimize(decode_properties(encoded_properties));
}
BENCHMARK(decode_headers);

void edit_headers(benchmark::State& state) {
  std::vector<std::byte> encoded_properties = properties();
  const FieldEdit edits[] = {{"x-death", PropertyList{}}, {"BCC", std::nullopt}};
  for (auto _ : state) benchmark::DoNotOptimize(edit_properties(*PropertiesView::parse(encoded_properties), edits));
}
BENCHMARK(edit_headers);

}  // namespace
}  // namespace wharf::amqp091
