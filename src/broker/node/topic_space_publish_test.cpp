// What is produced to a topic that a queue listens to, over a whole node on a simulated machine.
#include "broker/node/topic_space_publish.hpp"

#include <deque>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "broker/node/node.hpp"
#include "model/record_batch_builder.hpp"
#include "sim/simulation.hpp"

namespace wharf::broker {
namespace {

using namespace std::chrono_literals;

log::OwnedBatches batch_of(const std::string& value, Compression compression = Compression::kNone) {
  BatchBuilder builder(BatchOptions{.compression = compression});
  builder.append({.timestamp = Timestamp{1'767'225'600'000}, .value = as_bytes(value)});
  std::vector<std::byte> bytes = *builder.finish();
  auto owner = std::make_shared_for_overwrite<std::byte[]>(bytes.size());
  std::ranges::copy(bytes, owner.get());
  return {.owner = owner, .bytes = {owner.get(), bytes.size()}};
}

/// A topic `t` of three partitions, and a queue that hears all of it.
class Listening : public testing::Test {
 protected:
  Listening() : simulation_(7) {
    Surroundings with{.files = &machine_.disk(), .random = &random_, .logger = &logger_, .folder = "data"};
    for (std::size_t i = 0; i < machine_.shards(); ++i) with.shards.push_back(&machine_.shard(i));
    node_ = std::make_unique<Node>(std::move(with), config_);
    EXPECT_TRUE(simulation_.run(shard(), node_->start()));
    TopicRequest request{.name = "t", .partitions = 3, .overrides = {{"max.message.bytes", "100000000"}}};
    topic_ = *simulation_.run(shard(), node_->catalogue().create_topic(shard(), std::move(request)));
    QueueDeclaration declaration{.name = "q", .durable = true};
    auto declared = simulation_.run(shard(), node_->entities().declare_queue(shard(), "/", std::move(declaration)));
    queue_ = declared->queue->ref;
    routing::Binding binding{"amq.topic", {routing::DestinationKind::kQueue, "q"}, "t", {}};
    EXPECT_TRUE(simulation_.run(shard(), node_->entities().bind(shard(), "/", std::move(binding))));
  }
  ~Listening() override {
    simulation_.run(shard(), tasks_.close());
    std::ignore = simulation_.run(shard(), node_->stop());
  }

  runtime::Shard& shard() { return machine_.shard(); }
  /// Of the same name, in a namespace "shop".
  std::shared_ptr<const cluster::Topic> topic_of_shop() {
    EXPECT_TRUE(simulation_.run(shard(), node_->entities().create_namespace(shard(), "shop")));
    TopicRequest request{.name = "t", .partitions = 1, .name_space = "shop"};
    return *simulation_.run(shard(), node_->catalogue().create_topic(shard(), std::move(request)));
  }
  /// Does not wait.
  std::size_t send(std::vector<PublishPart> parts) {
    outcomes_.emplace_back();
    tasks_.spawn("send", publish(std::move(parts), &outcomes_.back()));
    return outcomes_.size() - 1;
  }
  PublishPart part(std::int32_t partition, log::OwnedBatches batches) {
    return {topic_->partition(partition), std::move(batches)};
  }
  const std::vector<Result<Published>>& outcome(std::size_t call) {
    EXPECT_TRUE(simulation_.run_until([&] { return !outcomes_[call].empty(); }, simulation_.now() + 60s));
    return outcomes_[call];
  }
  /// The bodies, in order.
  std::vector<std::string> heard() {
    std::vector<std::string> bodies;
    for (std::optional<queue::MessageId> from = queue::kFrontOfQueue; from;) {
      auto browsed = simulation_.run(shard(), node_->queues().browse(shard(), queue_, {.from = *from}));
      for (const auto& one : browsed->messages) bodies.emplace_back(as_text(*one.message.record.value));
      from = browsed->next;
    }
    return bodies;
  }
  std::uint64_t ready() { return simulation_.run(shard(), node_->queues().counts(shard(), queue_))->ready; }

 private:
  runtime::Task<void> publish(std::vector<PublishPart> parts, std::vector<Result<Published>>* into) {
    *into = co_await node_->topic_space_publish().publish(shard(), std::move(parts), Acknowledge::kCommitted,
                                                          shard().now() + 30s);
  }

  sim::Simulation simulation_;
  sim::Machine& machine_ = simulation_.add_machine("a", 3);
  sim::SeededRandom random_ = simulation_.random("node");
  runtime::Logger logger_{machine_.clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  config::ServerConfig config_ =
      config::ServerConfig::with({{"offsets.topic.num.partitions", "1"}, {"disk.reserve.bytes", "0"}});
  std::unique_ptr<Node> node_;
  std::shared_ptr<const cluster::Topic> topic_;
  QueueRef queue_;
  std::deque<std::vector<Result<Published>>> outcomes_;
  runtime::TaskScope tasks_{machine_.shard()};
};

TEST_F(Listening, WhatTheLogRefusesIsNotHeard) {
  log::OwnedBatches damaged = batch_of("damaged");
  damaged.bytes.back() ^= std::byte{1};
  std::vector<PublishPart> parts;
  parts.push_back(part(0, std::move(damaged)));
  parts.push_back(part(1, batch_of("good")));
  const auto& outcomes = outcome(send(std::move(parts)));
  EXPECT_EQ(outcomes[0].error().code, ErrorCode::kCorruptMessage);
  EXPECT_TRUE(outcomes[1]);
  EXPECT_EQ(heard(), std::vector<std::string>{"good"});
}

TEST_F(Listening, OfOnePartitionItIsHeardInOrderHoweverLongEachTakes) {
  std::vector<std::string> sent;
  std::size_t last = 0;
  for (int i = 0; i < 40; ++i) {
    // The long ones are opened beside the shard, and some wait for other partitions too.
    std::string value = std::to_string(i);
    bool is_long = i % 3 == 0;
    std::string noise(is_long ? 200'000 : 10, ' ');
    for (std::size_t at = 0; at < noise.size(); ++at) noise[at] = static_cast<char>('a' + (at * at * 31 + at) % 23);
    std::vector<PublishPart> parts;
    parts.push_back(part(0, batch_of(value + noise, is_long ? Compression::kGzip : Compression::kNone)));
    if (i % 4 == 0) parts.push_back(part(1 + i / 4 % 2, batch_of("other")));
    sent.push_back(value);
    last = send(std::move(parts));
  }
  EXPECT_TRUE(outcome(last).front());
  std::vector<std::string> numbers;
  for (const std::string& body : heard()) {
    if (body != "other") numbers.push_back(body.substr(0, body.find_first_not_of("0123456789")));
  }
  EXPECT_EQ(numbers, sent);
}

TEST_F(Listening, MuchThatIsPackedIntoLittleIsHandedOnInPieces) {
  constexpr std::size_t kBytes = 1u << 20, kRecords = 40;
  BatchBuilder builder(BatchOptions{.compression = Compression::kZstd});
  std::string zeros(kBytes, '0');
  for (std::size_t i = 0; i < kRecords; ++i)
    builder.append({.timestamp = Timestamp{1'767'225'600'000}, .value = as_bytes(zeros)});
  std::vector<std::byte> bytes = *builder.finish();
  std::vector<PublishPart> parts;
  for (std::int32_t partition = 0; partition < 3; ++partition) parts.push_back(part(partition, log::own(bytes)));
  for (const Result<Published>& one : outcome(send(std::move(parts)))) EXPECT_TRUE(one);
  EXPECT_EQ(ready(), 3 * kRecords);
}

TEST_F(Listening, WhatATopicOfAnotherNamespaceTakesIsNotHeardHere) {
  for (PublishPart one : {PublishPart{topic_of_shop()->partition(0), batch_of("theirs")}, part(0, batch_of("ours"))}) {
    std::vector<PublishPart> parts;
    parts.push_back(std::move(one));
    EXPECT_TRUE(outcome(send(std::move(parts))).front());
  }
  EXPECT_EQ(heard(), std::vector<std::string>{"ours"});
}

}  // namespace
}  // namespace wharf::broker
