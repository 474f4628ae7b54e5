// A connection whose client is a script, in front of a door whose answers wait for the test.
#include "protocols/kafka/connection.hpp"

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/record_batch_builder.hpp"
#include "protocols/kafka/api/fetch.hpp"
#include "protocols/kafka/api/produce.hpp"
#include "protocols/kafka/handlers/door_testing.hpp"
#include "protocols/kafka/wire/frame.hpp"

namespace wharf::kafka {
namespace {

using Bytes = std::vector<std::byte>;

/// What the client sends comes in order; what it gets is counted. It may leave without reading.
class ScriptedStream final : public runtime::Stream {
 public:
  explicit ScriptedStream(runtime::Shard& shard) : more_(shard) {}

  void send(const Bytes& bytes) {
    sent_.insert(sent_.end(), bytes.begin(), bytes.end());
    more_.notify();
  }
  void end() {
    ended_ = true;
    more_.notify();
  }
  bool client_left = false;
  std::size_t bytes_read = 0;
  std::size_t writes = 0;
  std::string received;

  runtime::Task<Result<std::size_t>> read_some(MutableBytes into) override {
    while (bytes_read == sent_.size() && !ended_ && !closed_) co_await more_.wait();
    if (closed_) co_return fail(ErrorCode::kClosed, "the connection is closed");
    std::size_t count = std::min(into.size(), sent_.size() - bytes_read);
    std::ranges::copy(ByteView(sent_).subspan(bytes_read, count), into.begin());
    bytes_read += count;
    co_return count;
  }
  runtime::Task<Result<void>> write(std::vector<runtime::OutPiece> pieces) override {
    ++writes;
    for (const runtime::OutPiece& piece : pieces) {
      if (const auto* bytes = std::get_if<SharedBytes>(&piece)) received += as_text(bytes->view());
    }
    if (client_left || closed_) co_return fail(ErrorCode::kClosed, "connection reset by peer");
    co_return Result<void>();
  }
  void close() override {
    closed_ = true;
    more_.notify();
  }
  bool is_closed() const { return closed_; }
  std::size_t unacknowledged() override { return 0; }
  const Endpoint& local() const override { return here_; }
  const Endpoint& remote() const override { return there_; }

 private:
  runtime::Signal more_;
  Bytes sent_;
  bool ended_ = false;
  bool closed_ = false;
  Endpoint here_{"127.0.0.1", 9092};
  Endpoint there_{"127.0.0.1", 50000};
};

/// Whoever comes waits until the test lets them go on.
class Gate {
 public:
  explicit Gate(runtime::Shard& shard) : shard_(shard) {}

  std::size_t came = 0;

  runtime::Task<void> pass() {
    ++came;
    if (open_) co_return;
    auto start = [this](runtime::Resume<bool> resume) { waiting_.push_back(std::move(resume)); };
    [[maybe_unused]] bool opened = co_await runtime::suspend<bool>(std::move(start));
  }
  void open() {
    open_ = true;
    for (runtime::Resume<bool>& resume : std::exchange(waiting_, {})) {
      shard_.post([resume = std::move(resume)]() mutable { std::move(resume)(true); });
    }
  }

 private:
  runtime::Shard& shard_;
  bool open_ = false;
  std::vector<runtime::Resume<bool>> waiting_;
};

class GatedPublish final : public broker::Publish {
 public:
  explicit GatedPublish(runtime::Shard& shard) : gate(shard) {}
  Gate gate;
  Nanoseconds last_wait{};
  std::optional<Error> refusal = {};
  runtime::Task<std::vector<Result<broker::Published>>> publish(runtime::Shard& here,
                                                                std::vector<broker::PublishPart> parts,
                                                                broker::Acknowledge, MonotonicTime deadline) override {
    last_wait = deadline - here.now();
    co_await gate.pass();
    Result<broker::Published> outcome = broker::Published{};
    if (refusal) outcome = fail(*refusal);
    co_return std::vector<Result<broker::Published>>(parts.size(), outcome);
  }
};

class GatedRead final : public ReadNothing {
 public:
  explicit GatedRead(runtime::Shard& shard) : gate(shard) {}
  Gate gate;
  std::size_t last_min_bytes = 0;
  runtime::Task<std::vector<broker::ReadOutcome>> read(runtime::Shard&, std::vector<broker::ReadPart> parts,
                                                       broker::ReadLimits limits) override {
    last_min_bytes = limits.min_bytes;
    co_await gate.pass();
    co_return std::vector<broker::ReadOutcome>(parts.size());
  }
};

class ConnectionUnderTest {
 public:
  explicit ConnectionUnderTest(DoorLimits limits = {}) : limits_(limits) {
    under_test_.create("t");
    tasks_.spawn("connection", connection_.run());
  }
  ~ConnectionUnderTest() {
    publish.gate.open();
    read.gate.open();
    connection_.close();
    until([this] { return tasks_.running() == 0; });
  }

  void until(const std::function<bool()>& holds) {
    constexpr auto kLongest = std::chrono::seconds(30);
    for (MonotonicTime begun = now(); !holds() && now() - begun < kLongest;) {
      shard_.timers().expire(now());
      shard_.poll();
    }
    EXPECT_TRUE(holds());
  }
  /// As far as it goes without an answer.
  void settle() {
    while (shard_.poll() > 0) {
    }
  }

  template <class Request>
  Bytes frame_of(const Request& request, std::int16_t version) {
    Writer writer;
    OpenFrame frame = begin_frame(writer);
    RequestHeader header{static_cast<std::int16_t>(Request::kKey), version, 1, "test"};
    EXPECT_TRUE(write_request_header(header, request_header_version(Request::kKey, version), writer));
    EXPECT_TRUE(encode(request, version, writer));
    EXPECT_TRUE(end_frame(frame, writer));
    return {writer.bytes().begin(), writer.bytes().end()};
  }
  Bytes produce(std::int16_t acks, std::size_t value_bytes = 10, std::int32_t timeout_ms = 1000) {
    std::string value(value_bytes, 'v');
    BatchBuilder builder(BatchOptions{});
    builder.append({.timestamp = Timestamp{1}, .key = {}, .value = as_bytes(value), .headers = {}});
    Bytes batch = *builder.finish();
    ProduceRequest request{.transactional_id = {}, .acks = acks, .timeout_ms = timeout_ms, .topic_data = {}};
    request.topic_data.push_back({.name = "t", .topic_id = {}, .partition_data = {}});
    request.topic_data[0].partition_data.push_back({.index = PartitionIndex(0), .records = Records(ByteView(batch))});
    return frame_of(request, 8);
  }
  Bytes fetch(std::int16_t version, std::int32_t min_bytes = 1, std::int32_t max_bytes = 1000) {
    FetchRequest request;
    request.max_wait_ms = 1000;
    request.min_bytes = min_bytes;
    request.max_bytes = max_bytes;
    request.topics.push_back({.topic = "t", .topic_id = {}, .partitions = {}});
    request.topics[0].partitions.emplace_back();
    return frame_of(request, version);
  }

 private:
  DoorLimits limits_;
  DoorUnderTest under_test_;
  runtime::Shard& shard_ = under_test_.shard();

 public:
  GatedPublish publish{shard_};
  GatedRead read{shard_};
  const std::vector<std::string>& log_lines() const { return under_test_.log_lines(); }
  MonotonicTime now() const { return shard_.now(); }

 private:
  static Door door_with(const Door& door, broker::Publish& publish, broker::Read& read, const DoorLimits& limits) {
    return {
        door.shard,      publish,      read,          door.catalogue, door.operate, door.groups, door.fetch_sessions, door.conversions,
        door.counts,     door.traffic, door.requests, door.config,    door.random,  door.logger, door.node_id,
        door.cluster_id, limits};
  }

  std::unique_ptr<ScriptedStream> owned_stream_ = std::make_unique<ScriptedStream>(shard_);

 public:
  ScriptedStream& stream = *owned_stream_;

 private:
  Door door_ = door_with(under_test_.door(), publish, read, limits_);
  Connection connection_{door_, std::move(owned_stream_)};
  runtime::TaskScope tasks_{shard_};
};

TEST(Connection, WhatAClientSentBeforeItLeftIsReadThoughItsAnswersFindNobody) {
  ConnectionUnderTest client;
  client.publish.gate.open();
  client.stream.client_left = true;
  client.stream.send(client.produce(1));
  client.until([&] { return client.stream.writes == 1; });
  client.settle();
  for (int i = 0; i < 5; ++i) {
    client.stream.send(client.produce(0));
    client.settle();
  }
  client.stream.end();
  client.until([&] { return client.publish.gate.came == 6; });
  EXPECT_EQ(client.stream.writes, 1u);
}

TEST(Connection, NoMoreIsReadThanItsMemoryIsForUntilAnswersAreOut) {
  constexpr std::size_t kValueBytes = 1u << 20;
  ConnectionUnderTest client;
  for (int i = 0; i < 100; ++i) client.stream.send(client.produce(1, kValueBytes));
  client.settle();
  EXPECT_GE(client.publish.gate.came, 60u);
  EXPECT_LE(client.publish.gate.came, 65u);
  EXPECT_LE(client.stream.bytes_read, 70u * kValueBytes);
  client.publish.gate.open();
  client.until([&] { return client.publish.gate.came == 100; });
}

TEST(Connection, SmallRequestsAreCountedHoweverManyComeAtOnce) {
  ConnectionUnderTest client;
  Bytes all;
  for (int i = 0; i < 500; ++i) {
    Bytes one = client.produce(0);
    all.insert(all.end(), one.begin(), one.end());
  }
  client.stream.send(all);
  client.settle();
  EXPECT_EQ(client.publish.gate.came, 128u);
  client.publish.gate.open();
  client.until([&] { return client.publish.gate.came == 500; });
}

TEST(Connection, FewFetchesThatCopyTheirRecordsAreServedAtATime) {
  for (std::int16_t version : {std::int16_t{3}, std::int16_t{4}}) {
    ConnectionUnderTest client;
    for (int i = 0; i < 50; ++i) client.stream.send(client.fetch(version));
    client.settle();
    EXPECT_EQ(client.read.gate.came, version == 3 ? 2u : 50u);
    client.read.gate.open();
    client.until([&] { return client.read.gate.came == 50; });
  }
}

TEST(Connection, TheOwnDiskHasItsTimeHoweverShortAProducersTimeoutIsAndNoMoreHoweverLong) {
  for (std::int16_t acks : {std::int16_t{0}, std::int16_t{1}, std::int16_t{-1}}) {
    ConnectionUnderTest client;
    client.publish.gate.open();
    for (std::int32_t timeout_ms : {-1, 0, 1000, std::numeric_limits<std::int32_t>::max()}) {
      std::size_t before = client.publish.gate.came;
      client.stream.send(client.produce(acks, 10, timeout_ms));
      client.until([&] { return client.publish.gate.came > before; });
      EXPECT_GT(client.publish.last_wait, std::chrono::seconds(25));
      EXPECT_LE(client.publish.last_wait, std::chrono::seconds(60));
    }
  }
}

TEST(Connection, ThatAProducersRecordsAreDamagedIsToldOnce) {
  ConnectionUnderTest client;
  client.publish.gate.open();
  client.publish.refusal = Error{ErrorCode::kTooLarge, "too large"};
  client.stream.send(client.produce(1));
  client.until([&] { return client.stream.writes == 1; });
  EXPECT_TRUE(client.log_lines().empty()) << client.log_lines().front();
  client.publish.refusal = Error{ErrorCode::kCorruptMessage, "a wrong checksum"};
  for (std::size_t i = 0; i < 3; ++i) {
    client.stream.send(client.produce(1));
    client.until([&] { return client.stream.writes == i + 2; });
  }
  ASSERT_EQ(client.log_lines().size(), 1u);
  for (const char* part : {"127.0.0.1:50000", "client_id=test", "topic=t", "partition=0", "a wrong checksum"}) {
    EXPECT_TRUE(client.log_lines()[0].contains(part)) << part << ": " << client.log_lines()[0];
  }
}

struct Foreigner {
  std::string_view hello;
  std::string_view name;
  std::string_view answer;  // how it begins
};

TEST(Connection, ClientsOfOtherProtocolsAreToldInTheirOwnWordsAndOneLineNamesThem) {
  using namespace std::string_view_literals;
  const Foreigner foreigners[] = {
      {"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03 and more"sv, "TLS", "\x15\x03"sv},
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"sv, "HTTP", "HTTP/1.1 400"sv},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv, "HTTP/2", "\0\0\0\x04"sv},
      {"AMQP\0\0\x09\x01"sv, "AMQP", "AMQP\0\0\x09\x01"sv},
      {"\x10\x0c\0\4MQTT\4\2\0\x3c\0\0"sv, "MQTT", "\x20\x02\0\1"sv},
      {"CONNECT\naccept-version:1.2\n\n\0"sv, "STOMP", "ERROR\n"sv},
  };
  for (const Foreigner& foreigner : foreigners) {
    ConnectionUnderTest client;
    ByteView hello = as_bytes(foreigner.hello);
    client.stream.send({hello.begin(), hello.end()});
    client.until([&] { return client.stream.is_closed(); });
    EXPECT_TRUE(client.stream.received.starts_with(foreigner.answer)) << foreigner.name;
    ASSERT_EQ(client.log_lines().size(), 1u) << foreigner.name;
    EXPECT_TRUE(client.log_lines()[0].contains(fmt::format("protocol={} ", foreigner.name))) << client.log_lines()[0];
  }
}

TEST(Connection, WhoAsksForNothingIsClosedAfterTheTimeForItAndWhoWaitsForAnAnswerIsNot) {
  ConnectionUnderTest idle(DoorLimits{.max_idle = std::chrono::milliseconds(30)});
  idle.until([&] { return idle.stream.is_closed(); });

  ConnectionUnderTest waiting(DoorLimits{.max_idle = std::chrono::milliseconds(30)});
  MonotonicTime begun = waiting.now();
  waiting.stream.send(waiting.fetch(11));
  waiting.until([&] { return waiting.now() - begun > std::chrono::milliseconds(100); });
  EXPECT_FALSE(waiting.stream.is_closed());
  waiting.read.gate.open();
  waiting.until([&] { return waiting.stream.is_closed(); });
  EXPECT_EQ(waiting.stream.writes, 1u);
}

TEST(Connection, AFetchWaitsForNoMoreBytesThanItMayHave) {
  ConnectionUnderTest client;
  client.stream.send(client.fetch(11, 5000, 300));
  client.until([&] { return client.read.gate.came == 1; });
  EXPECT_EQ(client.read.last_min_bytes, 300u);
}

}  // namespace
}  // namespace wharf::kafka
