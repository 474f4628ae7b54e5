// RabbitMQ's samples, over a node whose history is filled by hand.
#include "admin/management/api_testing.hpp"

namespace wharf::management {
namespace {

class Samples : public ManagementApi {
 protected:
  /// `ready` of it every five seconds, the last now.
  void remember(const std::string& queue, std::vector<std::uint64_t> ready) {
    history_.want({"/", queue});
    std::int64_t at = now_ms() - static_cast<std::int64_t>(ready.size() - 1) * 5'000;
    for (std::uint64_t value : ready) {
      history::QueueRing::Sample sample{.at_ms = at, .values = {}};
      sample.values[history::kQueueReady] = value;
      sample.values[0] = 10 * value;  // published
      history_.add({"/", queue}, sample);
      at += 5'000;
    }
  }
  std::int64_t now_ms() { return shard().clock().wall_now().ms; }
};

constexpr const char* kAges = "lengths_age=60&lengths_incr=5&msg_rates_age=60&msg_rates_incr=5";

TEST_F(Samples, AQueueTellsWhatWasAsRabbitMQDoes) {
  ask("PUT", "/queues/%2F/jobs", "{}");
  remember("jobs", {0, 10, 40});
  boost::json::object json = ask("GET", std::string("/queues/%2F/jobs?") + kAges).body.as_object();
  const boost::json::object& details = json.at("messages_ready_details").as_object();
  const boost::json::array& samples = details.at("samples").as_array();
  ASSERT_GE(samples.size(), 2u);
  EXPECT_GT(samples.front().at("timestamp").as_int64(), samples.back().at("timestamp").as_int64());
  EXPECT_EQ(samples.front().at("timestamp").as_int64() % 5'000, 0);
  EXPECT_GT(samples.front().at("sample").to_number<std::int64_t>(),
            samples.back().at("sample").to_number<std::int64_t>());
  EXPECT_GT(details.at("avg").to_number<double>(), 0);
  EXPECT_GT(details.at("avg_rate").to_number<double>(), 0);
  EXPECT_TRUE(details.contains("rate"));
  EXPECT_EQ(json.at("message_stats").at("publish_details").at("samples").as_array().size(), samples.size());
  EXPECT_TRUE(json.at("message_stats").at("deliver_get_details").as_object().contains("samples"));
  EXPECT_TRUE(json.at("messages_details").as_object().contains("samples"));
}

TEST_F(Samples, WithoutTheQuestionThereAreNone) {
  ask("PUT", "/queues/%2F/jobs", "{}");
  remember("jobs", {0, 10});
  EXPECT_FALSE(ask("GET", "/queues/%2F/jobs").body.at("messages_details").as_object().contains("samples"));
  EXPECT_FALSE(
      ask("GET", "/queues/%2F/jobs?lengths_age=60").body.at("messages_details").as_object().contains("samples"))
      << "both belong to it";
  EXPECT_FALSE(ask("GET", "/overview").body.at("queue_totals").at("messages_details").as_object().contains("samples"));
}

TEST_F(Samples, AListHasThemOfThoseThatAreRememberedAndBeginsNone) {
  ask("PUT", "/queues/%2F/jobs", "{}");
  ask("PUT", "/queues/%2F/other", "{}");
  publish("other", "x");
  remember("jobs", {1, 2});
  boost::json::array queues = ask("GET", std::string("/queues?") + kAges).body.as_array();
  ASSERT_EQ(queues.size(), 2u);
  EXPECT_FALSE(queues[0].at("messages_details").at("samples").as_array().empty());
  const boost::json::object& other = queues[1].at("messages_details").as_object();
  ASSERT_EQ(other.at("samples").as_array().size(), 1u) << "of the other there is the number of now";
  EXPECT_EQ(other.at("samples").at(0).at("sample").to_number<int>(), 1);
  EXPECT_EQ(other.at("avg").to_number<double>(), 1);
  EXPECT_EQ(queues[1].at("message_stats").at("publish_details").at("samples").at(0).at("sample").to_number<int>(), 1);
  EXPECT_EQ(history_.queue({"/", "other"}), nullptr);
  ask("GET", std::string("/queues/%2F/other?") + kAges);
  EXPECT_NE(history_.queue({"/", "other"}), nullptr) << "of one that somebody looks at they begin";
}

TEST_F(Samples, AnOverviewAddsUpTheVirtualHosts) {
  ask("PUT", "/vhosts/v", "{}");
  for (const char* vhost : {"/", "v"}) {
    history::VhostRing::Sample sample{.at_ms = now_ms() - 60'000, .values = {}};
    sample.values[history::kVhostReady] = 7;
    sample.values[0] = 100;  // published
    history_.add(vhost, sample);
  }
  boost::json::object json = ask("GET", std::string("/overview?") + kAges).body.as_object();
  EXPECT_EQ(json.at("queue_totals").at("messages_details").at("samples").at(0).at("sample").to_number<int>(), 14);
  EXPECT_EQ(json.at("message_stats").at("publish_details").at("samples").at(0).at("sample").to_number<int>(), 200);
  EXPECT_EQ(json.at("message_stats").at("publish_details").at("avg_rate").to_number<double>(), 0);
}

TEST_F(Samples, WhatIsNoNumberIsRefused) {
  for (const char* target : {"/overview", "/queues", "/queues/%2F/jobs"}) {
    EXPECT_EQ(ask("GET", std::string(target) + "?lengths_age=x&lengths_incr=5").status, 400u) << target;
    EXPECT_EQ(ask("GET", std::string(target) + "?msg_rates_age=60&msg_rates_incr=0").status, 400u) << target;
    EXPECT_EQ(ask("GET", std::string(target) + "?msg_rates_age=-1&msg_rates_incr=5").status, 400u) << target;
  }
}

}  // namespace
}  // namespace wharf::management
