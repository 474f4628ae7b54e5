// The door over a whole node on a simulated machine.
#include "admin/door.hpp"

#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "admin/metrics_table.hpp"
#include "broker/node/node.hpp"
#include "cluster/replication/keyed_records.hpp"
#include "sim/simulation.hpp"

namespace wharf::admin {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

SharedBytes bytes_of(std::string_view text) { return SharedBytes::copy_of(as_bytes(text)); }

/// ConsumerProtocolAssignment, version 0: partition 0 of `topic`.
SharedBytes assignment_of(std::string_view topic) {
  std::string bytes("\0\0\0\0\0\1\0", 7);
  bytes += static_cast<char>(topic.size());
  bytes += topic;
  bytes += std::string("\0\0\0\1\0\0\0\0\xff\xff\xff\xff", 12);
  return bytes_of(bytes);
}

class AdminDoor : public testing::Test {
 protected:
  AdminDoor() {
    broker::Surroundings with{.files = &machine_.disk(), .random = &random_, .logger = &logger_, .folder = "data", .progress = &progress_};
    for (std::size_t i = 0; i < machine_.shards(); ++i) with.shards.push_back(&machine_.shard(i));
    node_ = std::make_unique<broker::Node>(std::move(with), config_);
  }
  ~AdminDoor() override {
    simulation_.run(shard(), door_.stopping());
    std::ignore = simulation_.run(shard(), node_->stop());
  }

  runtime::Shard& shard() { return machine_.shard(); }
  void start() {
    Result<void> started = simulation_.run(shard(), node_->start());
    ASSERT_TRUE(started) << started.error().message;
    door_.ready({.operate = &node_->operate(),
                 .statistics = &node_->statistics(),
                 .entities = &node_->entities(),
                 .catalogue = &node_->catalogue(),
                 .groups = &node_->groups(),
                 .rabbitmq_version = "4.0.5",
                 .node_name = "wharf@0",
                 .cluster_name = "c",
                 .memory_high_bytes = 1'000});
  }
  /// Time moves from event to event: a timer makes it stop there.
  void wait(Nanoseconds time) {
    shard().set_timer(shard().now() + time, [] {});
    simulation_.run_for(time);
  }
  http::Response get(std::string path, http::Pairs query = {}, std::string method = "GET") {
    http::Request request{.method = std::move(method), .path = std::move(path), .query = std::move(query), .headers = {}, .body = {}};
    return simulation_.run(shard(), door_.answer(shard(), std::move(request)));
  }
  std::string metrics() { return get("/metrics").body; }

  std::shared_ptr<const cluster::Topic> create(const std::string& name, std::int32_t partitions = 1) {
    broker::TopicRequest request{.name = name, .partitions = partitions, .overrides = {}};
    auto made = simulation_.run(shard(), node_->catalogue().create_topic(shard(), std::move(request)));
    EXPECT_TRUE(made);
    return *made;
  }
  Result<void> publish(PartitionId partition, int records) {
    std::vector<cluster::KeyedRecord> keyed(static_cast<std::size_t>(records), {"key", "value"});
    std::vector<broker::PublishPart> parts;
    parts.push_back({partition, *cluster::batch_of(keyed, machine_.clock().wall_now())});
    auto outcomes = simulation_.run(
        shard(), node_->publish().publish(shard(), std::move(parts), broker::Acknowledge::kCommitted, shard().now() + 5s));
    if (!outcomes.front()) return fail(outcomes.front().error());
    return {};
  }
  void commit(const std::string& group, const std::string& topic, std::int64_t offset, std::string member = "", std::int32_t generation = -1) {
    groups::CommitOffsets request{.group_id = group, .generation = generation, .member_id = std::move(member)};
    request.topics.push_back({.topic = topic, .topic_id = {}, .partitions = {{.partition = 0, .offset = Offset(offset), .metadata = {}}}});
    auto response = simulation_.run(shard(), node_->groups().ask<groups::CommitOffsetsResponse>(shard(), std::move(request)));
    EXPECT_EQ(response.topics.at(0).partitions.at(0).error, std::nullopt);
  }
  /// A stable group of one member with partition 0 of `topic`, which asks for `subscribed`, if anything; its session outlasts the test.
  groups::JoinResponse join(const std::string& group, const std::string& topic, const std::string& subscribed = {}) {
    std::string subscription("\0\0\0\0\0\0", 6);
    if (!subscribed.empty()) {
      subscription.back() = 1;  // one topic
      subscription += std::string(1, '\0') + static_cast<char>(subscribed.size()) + subscribed + "\xff\xff\xff\xff";
    }
    groups::JoinGroup request{.group_id = group, .member_id = {}, .client_id = "reader", .client_host = "/10.0.0.7",
                              .session_timeout_ms = 600'000, .rebalance_timeout_ms = 600'000, .protocol_type = "consumer",
                              .protocols = {{"range", bytes_of(subscription)}}, .reason = {}, .member_id_suffix = "x",
                              .requires_known_member_id = false};
    auto joined = simulation_.run(shard(), node_->groups().ask<groups::JoinResponse>(shard(), std::move(request)));
    EXPECT_EQ(joined.error, std::nullopt);
    groups::SyncGroup sync{.group_id = group, .generation = joined.generation, .member_id = joined.member_id,
                           .assignments = {{joined.member_id, assignment_of(topic)}}};
    auto synced = simulation_.run(shard(), node_->groups().ask<groups::SyncResponse>(shard(), std::move(sync)));
    EXPECT_EQ(synced.error, std::nullopt);
    return joined;
  }

  sim::Simulation simulation_{5};
  sim::Machine& machine_ = simulation_.add_machine("wharf", 2);
  config::ServerConfig config_ = config::ServerConfig::with(
      {{"offsets.topic.num.partitions", "3"}, {"group.initial.rebalance.delay.ms", "0"}, {"disk.reserve.bytes", "0"}});
  sim::SeededRandom random_ = simulation_.random("node");
  runtime::Logger logger_{machine_.clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  log::RecoveryProgress progress_;
  Door door_{machine_.shard(), machine_.work_pool(), "1.2.3", progress_, 30s};
  std::unique_ptr<broker::Node> node_;
};

TEST_F(AdminDoor, BeforeTheNodeIsReadyItIsHealthyAndNotReady) {
  progress_.partitions_total = 7;
  progress_.partitions_done = 3;
  wait(2s);
  http::Response health = get("/healthz");
  EXPECT_EQ(health.status, 200u);
  EXPECT_THAT(health.body, HasSubstr(R"("state":"recovering")"));
  EXPECT_THAT(health.body, HasSubstr(R"("partitions_done":3,"partitions_found":7)"));
  http::Response readiness = get("/readyz");
  EXPECT_EQ(readiness.status, 503u);
  EXPECT_THAT(readiness.body, HasSubstr(R"("ready":false,"state":"recovering")"));
  EXPECT_THAT(metrics(), HasSubstr("wharf_state{state=\"recovering\"} 1\n"));
  EXPECT_THAT(metrics(), HasSubstr("wharf_recovery_partitions_done 3\n"));
  EXPECT_EQ(get("/metrics", {{"topic", "orders"}}).status, 503u);
  EXPECT_EQ(get("/metrics", {{"top", "5"}}).status, 503u);
}

TEST_F(AdminDoor, AReadyNodeIsReadyUntilItStops) {
  start();
  EXPECT_EQ(get("/readyz").status, 200u);
  EXPECT_THAT(get("/healthz").body, HasSubstr(R"("state":"ready","version":"1.2.3")"));
  simulation_.run(shard(), door_.stopping());
  EXPECT_EQ(get("/readyz").status, 503u);
  EXPECT_THAT(get("/healthz").body, HasSubstr(R"("state":"stopping")"));
  EXPECT_EQ(get("/healthz").status, 200u);
  EXPECT_THAT(metrics(), HasSubstr("wharf_state{state=\"stopping\"} 1\n"));
}

TEST_F(AdminDoor, ADiskThatRefusesWritesMakesItUnreadyUntilItHeals) {
  start();
  auto topic = create("orders");
  ASSERT_TRUE(publish(topic->partition(0), 1));
  machine_.disk().set_errors({.write_one_in = 1, .sync_one_in = 1});
  EXPECT_FALSE(publish(topic->partition(0), 1));
  http::Response readiness = get("/readyz");
  EXPECT_EQ(readiness.status, 503u);
  EXPECT_THAT(readiness.body, HasSubstr("records are not kept: "));
  EXPECT_EQ(get("/healthz").status, 200u);
  EXPECT_THAT(metrics(), HasSubstr("wharf_disk_refusing{shard=\"" + fmt::format("{}", broker::NodeShards::owner_index(topic->partition(0), 2)) + "\"} 1\n"));
  machine_.disk().set_errors({});
  EXPECT_TRUE(simulation_.run_until([&] { return get("/readyz").status == 200; }, simulation_.now() + 10s));
}

TEST_F(AdminDoor, UnknownPathsAndMethodsAreRefused) {
  EXPECT_EQ(get("/nothing").status, 404u);
  EXPECT_EQ(get("/metrics", {}, "POST").status, 405u);
  EXPECT_THAT(get("/metrics", {}, "DELETE").headers, ElementsAre(testing::Pair("Allow", "GET, HEAD")));
  EXPECT_EQ(get("/", {}, "HEAD").status, 200u);
}

TEST_F(AdminDoor, EveryMetricOfTheTableIsOnThePageOrOnTheOneOfATopicOrOfQueues) {
  start();
  create("orders", 4);
  std::string pages = metrics() + get("/metrics", {{"topic", "orders"}}).body;
  const std::string of_queues = get("/metrics", {{"top", "1"}}).body;
  for (const Metric& metric : kMetrics) {
    std::string type = fmt::format("# TYPE {} {}\n", metric.name, to_string(metric.type));
    std::size_t first = pages.find(type);
    EXPECT_TRUE(first != std::string::npos || of_queues.contains(type)) << metric.name;
    if (first != std::string::npos) EXPECT_EQ(pages.find(type, first + 1), std::string::npos) << metric.name << " is there twice";
  }
}

TEST_F(AdminDoor, QueuesAreSummedUpAndTheBusiestOnesShownAlone) {
  start();
  std::vector<broker::QueueDeclaration> queues;
  for (int i = 0; i < 700; ++i) queues.push_back({.name = "q" + std::to_string(i)});
  ASSERT_TRUE(simulation_.run(shard(), node_->entities().declare_queues(shard(), "/", queues)));
  for (const char* name : {"q7", "q7", "q8"}) {
    auto queue = node_->entities().find(shard(), "/")->queue(name);
    std::vector<cluster::KeyedRecord> keyed(1, {"key", "value"});
    std::vector<broker::EnqueuePart> parts;
    parts.push_back({queue->ref, {.batch = *cluster::batch_of(keyed, machine_.clock().wall_now()), .messages = 1, .body_bytes = 5}});
    for (const Result<void>& kept : simulation_.run(shard(), node_->queues().enqueue(shard(), std::move(parts)))) ASSERT_TRUE(kept);
  }
  EXPECT_THAT(metrics(), HasSubstr("\nrabbitmq_queues 700\n"));
  EXPECT_THAT(metrics(), HasSubstr("\nrabbitmq_queue_messages_ready 3\n"));
  EXPECT_THAT(metrics(), HasSubstr("\nrabbitmq_queue_messages_ready_bytes 15\n"));
  EXPECT_THAT(metrics(), HasSubstr("\nrabbitmq_identity_info{rabbitmq_node=\"wharf@0\",rabbitmq_cluster=\"c\""));
  std::string busiest = get("/metrics", {{"top", "2"}}).body;
  EXPECT_THAT(busiest, HasSubstr("rabbitmq_queue_messages_published_total{vhost=\"/\",queue=\"q7\"} 2\n"));
  EXPECT_THAT(busiest, HasSubstr("rabbitmq_queue_messages_ready{vhost=\"/\",queue=\"q8\"} 1\n"));
  EXPECT_THAT(busiest, Not(HasSubstr("queue=\"q9\"")));
  std::string named = get("/metrics", {{"queue", "^q69[0-4]$"}, {"vhost", "/"}}).body;
  EXPECT_THAT(named, HasSubstr("rabbitmq_queue_consumers{vhost=\"/\",queue=\"q694\"} 0\n"));
  EXPECT_THAT(named, Not(HasSubstr("queue=\"q7\"")));
  EXPECT_EQ(get("/metrics", {{"queue", "("}}).status, 400u);
  EXPECT_EQ(get("/metrics", {{"top", "1001"}}).status, 400u);
}

TEST_F(AdminDoor, WhatIsPublishedIsCountedByTopicAndByPartition) {
  start();
  auto topic = create("or\"ders", 3);
  ASSERT_TRUE(publish(topic->partition(0), 5));
  ASSERT_TRUE(publish(topic->partition(2), 2));
  std::string page = metrics();
  EXPECT_THAT(page, HasSubstr("wharf_topic_partitions{topic=\"or\\\"ders\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("wharf_topic_records_in_total{topic=\"or\\\"ders\"} 7\n"));
  EXPECT_THAT(page, HasSubstr("wharf_topic_batches_in_total{topic=\"or\\\"ders\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("wharf_topic_high_watermark_sum{topic=\"or\\\"ders\"} 7\n"));
  EXPECT_THAT(page, HasSubstr("wharf_topic_records{topic=\"or\\\"ders\"} 7\n"));
  std::string partitions = get("/metrics", {{"topic", "or\"ders"}}).body;
  EXPECT_THAT(partitions, HasSubstr("wharf_partition_records_in_total{topic=\"or\\\"ders\",partition=\"0\"} 5\n"));
  EXPECT_THAT(partitions, HasSubstr("wharf_partition_end_offset{topic=\"or\\\"ders\",partition=\"2\"} 2\n"));
  http::Response unknown = get("/metrics", {{"topic", "unknown"}});
  EXPECT_EQ(unknown.status, 404u);
  EXPECT_THAT(unknown.body, HasSubstr("there is no topic 'unknown'"));
}

TEST_F(AdminDoor, AGroupsLagIsInRecordsAndInSecondsOfTheFirstUnreadBatch) {
  start();
  auto topic = create("orders");
  ASSERT_TRUE(publish(topic->partition(0), 4));
  wait(10s);
  ASSERT_TRUE(publish(topic->partition(0), 3));
  commit("behind", "orders", 4);
  commit("far-behind", "orders", 1);
  commit("done", "orders", 7);
  wait(20s);
  std::string page = metrics();
  auto seconds = [&](const std::string& group) {
    std::string sample = "wharf_group_lag_seconds{group=\"" + group + "\",topic=\"orders\"} ";
    std::size_t at = page.find(sample);
    return at == std::string::npos ? -1 : std::stod(page.substr(at + sample.size()));
  };
  EXPECT_THAT(page, HasSubstr("wharf_group_lag_records{group=\"behind\",topic=\"orders\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("wharf_group_lag_records{group=\"far-behind\",topic=\"orders\"} 6\n"));
  EXPECT_THAT(page, HasSubstr("wharf_group_lag_records{group=\"done\",topic=\"orders\"} 0\n"));
  EXPECT_NEAR(seconds("behind"), 20, 1);
  EXPECT_NEAR(seconds("far-behind"), 30, 1);
  EXPECT_EQ(seconds("done"), 0);
  EXPECT_THAT(page, HasSubstr("wharf_groups{state=\"Empty\"} 3\n"));
  wait(5s);
  page = metrics();
  EXPECT_NEAR(seconds("behind"), 25, 1);  // the second time from what the first found out
}

TEST_F(AdminDoor, GenerationsAndPartitionsOfNobodyAreTold) {
  start();
  auto topic = create("orders");
  groups::JoinResponse member = join("team", "orders", "orders");
  EXPECT_THAT(metrics(), HasSubstr(fmt::format("wharf_group_generation{{group=\"team\"}} {}\n", member.generation)));
  EXPECT_THAT(metrics(), HasSubstr("wharf_group_unowned_partitions{group=\"team\"} 0\n"));
  ASSERT_TRUE(simulation_.run(shard(), node_->catalogue().grow_topic(shard(), topic->id, 4)));
  EXPECT_THAT(metrics(), HasSubstr("wharf_group_unowned_partitions{group=\"team\"} 3\n"));
}

TEST_F(AdminDoor, AMemberThatOwnsWaitingRecordsAndDoesNotAskForThemIsSilent) {
  start();
  auto topic = create("orders");
  ASSERT_TRUE(publish(topic->partition(0), 4));
  groups::JoinResponse member = join("team", "orders");
  std::string silent = "wharf_group_silent_members{group=\"team\"} 1\n";
  EXPECT_THAT(metrics(), HasSubstr("wharf_group_members{group=\"team\"} 1\n"));
  wait(20s);
  EXPECT_FALSE(metrics().contains(silent));  // it has just joined
  wait(20s);
  EXPECT_TRUE(metrics().contains(silent));

  // Fetches arrive on any shard.
  broker::ReaderActivity& readers = node_->doors(1).readers;
  readers.note(broker::reader_id("another", "10.0.0.7"), topic->partition(0), shard().now());
  EXPECT_TRUE(metrics().contains(silent));
  readers.note(broker::reader_id("reader", "10.0.0.7"), topic->partition(0), shard().now());
  EXPECT_FALSE(metrics().contains(silent));
  wait(40s);
  EXPECT_TRUE(metrics().contains(silent));

  commit("team", "orders", 4, member.member_id, member.generation);  // nothing waits any more
  EXPECT_FALSE(metrics().contains(silent));
}

}  // namespace
}  // namespace wharf::admin
