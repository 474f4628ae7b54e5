// Publishing into a whole node on a simulated machine: what the way of the records through the work pool must not
// change.
#include "broker/node/log_publish.hpp"

#include <deque>

#include <gtest/gtest.h>

#include "broker/node/node.hpp"
#include "model/record_batch_builder.hpp"
#include "sim/simulation.hpp"

namespace wharf::broker {
namespace {

using namespace std::chrono_literals;

/// What a producer sends: small or long, packed or not, good or with a count that lies.
struct Sent {
  bool is_long = false;
  Compression compression = Compression::kNone;
  bool lies = false;
  std::int32_t records = 1;
  std::int32_t sequence = kNoSequence;  // of producer 7
};

log::OwnedBatches batches_of(const Sent& sent) {
  BatchOptions options{.compression = sent.compression};
  if (sent.sequence != kNoSequence) {
    options.producer_id = ProducerId{7};
    options.producer_epoch = ProducerEpoch{0};
    options.base_sequence = sent.sequence;
  }
  BatchBuilder builder(options);
  std::string value(sent.is_long ? 200'000 : 20, 'v');
  for (std::int32_t i = 0; i < sent.records; ++i) {
    builder.append(
        {.timestamp = Timestamp{1'767'225'600'000}, .key = as_bytes("key"), .value = as_bytes(value), .headers = {}});
  }
  std::vector<std::byte> bytes = *builder.finish();
  if (sent.lies) {
    BatchHeader header = *read_batch_header(bytes);
    header.record_count += 1;
    header.last_offset_delta += 1;
    write_batch_header(bytes, header);
  }
  auto owner = std::make_shared_for_overwrite<std::byte[]>(bytes.size());
  std::ranges::copy(bytes, owner.get());
  return {.owner = owner, .bytes = {owner.get(), bytes.size()}};
}

class Publishing {
 public:
  explicit Publishing(std::uint64_t seed, std::size_t shards = 2)
      : simulation_(seed), machine_(simulation_.add_machine("wharf", shards)) {
    Surroundings with{.files = &machine_.disk(), .random = &random_, .logger = &logger_, .folder = "data"};
    for (std::size_t i = 0; i < machine_.shards(); ++i) with.shards.push_back(&machine_.shard(i));
    node_ = std::make_unique<Node>(std::move(with), config_);
    Result<void> started = simulation_.run(shard(), node_->start());
    EXPECT_TRUE(started) << started.error().message;
  }
  ~Publishing() {
    if (!stopped_) stop();
    simulation_.run(shard(), tasks_.close());
  }

  runtime::Shard& shard() { return machine_.shard(); }
  void stop() {
    stopped_ = true;
    std::ignore = simulation_.run(shard(), node_->stop());
  }
  std::shared_ptr<const cluster::Topic> create(std::int32_t partitions,
                                               std::map<std::string, std::string> overrides = {}) {
    TopicRequest request{.name = "t", .partitions = partitions, .overrides = std::move(overrides)};
    auto made = simulation_.run(shard(), node_->catalogue().create_topic(shard(), std::move(request)));
    EXPECT_TRUE(made);
    return *made;
  }
  /// As soon as this shard knows of it, which is not to say that the change is answered.
  std::shared_ptr<const cluster::Topic> grow(TopicId topic, std::int32_t total) {
    tasks_.spawn("grow", grown(topic, total));
    auto known = [&] { return node_->catalogue().topics(shard())->find(topic)->partitions == total; };
    EXPECT_TRUE(simulation_.run_until(known, simulation_.now() + 60s));
    return node_->catalogue().topics(shard())->find(topic);
  }
  /// Does not wait: as the next request of a connection whose last one is not answered yet.
  std::size_t send(PartitionId partition, const Sent& sent, Acknowledge acknowledge = Acknowledge::kCommitted) {
    outcomes_.emplace_back();
    tasks_.spawn("send", publish(&outcomes_, outcomes_.size() - 1, {partition, batches_of(sent)}, acknowledge));
    return outcomes_.size() - 1;
  }
  const Result<Published>& outcome(std::size_t call) {
    EXPECT_TRUE(simulation_.run_until([&] { return outcomes_[call].has_value(); }, simulation_.now() + 60s));
    return *outcomes_[call];
  }

 private:
  using Outcomes = std::deque<std::optional<Result<Published>>>;
  runtime::Task<void> publish(Outcomes* outcomes, std::size_t call, PublishPart part, Acknowledge acknowledge) {
    std::vector<PublishPart> parts;
    parts.push_back(std::move(part));
    std::vector<Result<Published>> published =
        co_await node_->publish().publish(shard(), std::move(parts), acknowledge, shard().now() + 30s);
    (*outcomes)[call] = published.front();
  }

  runtime::Task<void> grown(TopicId topic, std::int32_t total) {
    Result<void> grown = co_await node_->catalogue().grow_topic(shard(), topic, total);
    EXPECT_TRUE(grown);
  }

  sim::Simulation simulation_;
  sim::Machine& machine_;
  config::ServerConfig config_ =
      config::ServerConfig::with({{"offsets.topic.num.partitions", "1"}, {"disk.reserve.bytes", "0"}});
  sim::SeededRandom random_ = simulation_.random("node");
  runtime::Logger logger_{machine_.clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  std::unique_ptr<Node> node_;
  Outcomes outcomes_;
  bool stopped_ = false;
  runtime::TaskScope tasks_{machine_.shard()};
};

TEST(LogPublish, RecordsThatTakeLongKeepTheirPlaceAndThoseThatLieLeaveNoTrace) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Publishing publishing(seed);
    auto topic = publishing.create(3);
    sim::SeededRandom random(seed, "sent");
    std::array<std::int64_t, 3> next{};
    std::vector<std::pair<std::size_t, std::optional<std::int64_t>>> expected;  // none: refused
    for (int i = 0; i < 40; ++i) {
      Sent sent{.is_long = random.below(3) == 0, .lies = random.below(6) == 0};
      if (random.below(2) == 0) sent.compression = static_cast<Compression>(random.below(kLastCompression + 1));
      sent.records = 1 + static_cast<std::int32_t>(random.below(3));
      auto partition = static_cast<std::size_t>(random.below(next.size()));
      std::size_t call = publishing.send(topic->partition(static_cast<std::int32_t>(partition)), sent);
      expected.emplace_back(call, sent.lies ? std::nullopt : std::optional(next[partition]));
      if (!sent.lies) next[partition] += sent.records;
    }
    for (const auto& [call, offset] : expected) {
      const Result<Published>& outcome = publishing.outcome(call);
      if (offset) {
        ASSERT_TRUE(outcome) << outcome.error().message;
        EXPECT_EQ(outcome->first, Offset(*offset)) << "seed " << seed << ", call " << call;
      } else {
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code, ErrorCode::kInvalidRecord);
      }
    }
  }
}

TEST(LogPublish, APartitionThatAShardKnowsOfTakesRecordsWhereverItIs) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Publishing publishing(seed, 4);
    auto topic = publishing.grow(publishing.create(1)->id, 16);
    std::vector<std::size_t> calls;
    for (std::int32_t i = 0; i < topic->partitions; ++i) calls.push_back(publishing.send(topic->partition(i), {}));
    for (std::size_t call : calls) {
      const Result<Published>& outcome = publishing.outcome(call);
      EXPECT_TRUE(outcome) << "seed " << seed << ", partition " << call << ": " << outcome.error().message;
    }
  }
}

TEST(LogPublish, AnIdempotentProducersSequencesStayInOrderWhereRecordsAreCompressedAnew) {
  Publishing publishing(7);
  auto topic = publishing.create(1, {{"compression.type", "zstd"}});
  std::vector<std::size_t> calls;
  for (std::int32_t i = 0; i < 10; ++i)
    calls.push_back(publishing.send(topic->partition(0), {.is_long = i % 2 == 0, .sequence = i}));
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Result<Published>& outcome = publishing.outcome(calls[i]);
    ASSERT_TRUE(outcome) << i << ": " << outcome.error().message;
    EXPECT_EQ(outcome->first, Offset(static_cast<std::int64_t>(i)));
  }
}

TEST(LogPublish, WhoSendsMoreThanTheDiskTakesWaitsAndIsNotRefusedWhateverItAwaits) {
  for (Acknowledge acknowledge : {Acknowledge::kNone, Acknowledge::kLeader, Acknowledge::kCommitted}) {
    Publishing publishing(11);
    auto topic = publishing.create(2);
    std::vector<std::size_t> calls;
    for (int i = 0; i < 90; ++i)
      calls.push_back(publishing.send(topic->partition(i % 2), {.is_long = true, .records = 5}, acknowledge));
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const Result<Published>& outcome = publishing.outcome(calls[i]);
      ASSERT_TRUE(outcome) << i << ": " << outcome.error().message;
      EXPECT_EQ(outcome->first, Offset(static_cast<std::int64_t>(i / 2 * 5)));
    }
  }
}

TEST(LogPublish, AStopDoesNotWaitForRoomOnTheDisk) {
  Publishing publishing(12);
  auto topic = publishing.create(1);
  for (int i = 0; i < 80; ++i)
    publishing.send(topic->partition(0), {.is_long = true, .records = 5}, Acknowledge::kNone);
  publishing.stop();
  for (std::size_t call = 0; call < 80; ++call) {
    const Result<Published>& outcome = publishing.outcome(call);
    if (!outcome) EXPECT_EQ(outcome.error().code, ErrorCode::kClosed) << outcome.error().message;
  }
}

TEST(LogPublish, AStopAnswersRecordsThatStillWaitForTheirTurn) {
  Publishing publishing(3);
  auto topic = publishing.create(1);
  for (int i = 0; i < 5; ++i)
    publishing.send(topic->partition(0), {.is_long = true, .compression = Compression::kGzip});
  publishing.stop();
  for (std::size_t call = 0; call < 5; ++call) {
    const Result<Published>& outcome = publishing.outcome(call);
    if (!outcome) EXPECT_EQ(outcome.error().code, ErrorCode::kClosed) << outcome.error().message;
  }
}

}  // namespace
}  // namespace wharf::broker
