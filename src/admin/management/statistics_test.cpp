// What passes, and who is connected.
#include "admin/management/api_testing.hpp"

namespace wharf::management {
namespace {

class AConnection final : public broker::OpenConnection {
 public:
  AConnection(broker::ShardTraffic& traffic, const std::string& user, std::uint16_t port) : traffic_(traffic) {
    broker::ConnectionIntroduction introduction;
    introduction.peer = {"10.0.0.7", port};
    introduction.local = {"10.0.0.1", 5672};
    introduction.name = broker::connection_name(introduction.peer, introduction.local);
    introduction.protocol = "AMQP 0-9-1";
    introduction.user = user;
    introduction.vhost = "/";
    introduction_ = std::make_shared<const broker::ConnectionIntroduction>(std::move(introduction));
    serial_ = traffic.opened(*this);
  }
  ~AConnection() override { traffic_.closed(serial_); }
  broker::ConnectionFacts facts() const override {
    return {.id = {ShardIndex(0), serial_},
            .of = introduction_,
            .state = "running",
            .channels = 1,
            .pending_sends = 0,
            .traffic = {}};
  }
  void add_channels(std::vector<broker::ChannelFacts>& into) const override {
    broker::ChannelFacts& channel = into.emplace_back();
    channel.connection = introduction_;
    channel.number = 3;
    channel.state = "running";
    channel.idle_for = std::chrono::seconds(7);
  }
  void add_consumers(std::vector<broker::ConsumerFacts>& into, std::string_view queue) const override {
    if (!queue.empty() && queue != "q") return;
    broker::ConsumerFacts& consumer = into.emplace_back();
    consumer.connection = introduction_;
    consumer.channel = 3;
    consumer.tag = "a-tag";
    consumer.queue = "q";
  }
  void force_close(std::string reason) override { closed_for = std::move(reason); }

  std::string closed_for;

 private:
  broker::ShardTraffic& traffic_;
  broker::IntroductionPointer introduction_;
  std::uint64_t serial_;
};

class ManagementStatistics : public ManagementApi {
 protected:
  double rate(const boost::json::value& stats, const char* event) {
    return stats.at(std::string(event) + "_details").at("rate").to_number<double>();
  }
  void pass(int seconds) { simulation_.run_for(std::chrono::seconds(seconds)); }
};

TEST_F(ManagementStatistics, AQueueCountsWhatPasses) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", R"({"durable":true})"), 201u);
  boost::json::value fresh = ask("GET", "/queues/%2F/q").body;
  for (const char* event : {"publish", "deliver", "deliver_no_ack", "deliver_get", "get", "get_no_ack", "get_empty",
                            "ack", "redeliver", "expired", "dropped"}) {
    EXPECT_EQ(fresh.at("message_stats").at(event), 0) << event;
    EXPECT_EQ(rate(fresh.at("message_stats"), event), 0) << event;
  }
  EXPECT_TRUE(fresh.at("idle_since").is_string());
  pass(5);
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(publish("q", "hello"));
  take("q", "ack_requeue_false", 2);
  take("q", "reject_requeue_true", 1);
  take("q", "reject_requeue_false", 1);
  pass(2);
  boost::json::value busy = ask("GET", "/queues/%2F/q").body;
  const boost::json::value& stats = busy.at("message_stats");
  EXPECT_EQ(stats.at("publish"), 6);
  EXPECT_EQ(stats.at("get"), 4);
  EXPECT_EQ(stats.at("deliver_get"), 4);
  EXPECT_EQ(stats.at("ack"), 2);
  EXPECT_EQ(stats.at("rejected"), 1);
  EXPECT_EQ(stats.at("returned"), 1);
  EXPECT_EQ(stats.at("redeliver"), 1);
  EXPECT_EQ(busy.at("messages"), 3);
  EXPECT_GE(rate(stats, "publish"), 2);
  EXPECT_LE(rate(stats, "publish"), 3);
  EXPECT_GT(rate(busy, "messages"), 0.9);
  EXPECT_FALSE(busy.as_object().contains("idle_since"));
  EXPECT_EQ(ask("GET", "/queues?page=1&sort=message_stats.publish_details.rate&columns=name").body.at("item_count"), 1);
  pass(10);
  boost::json::value idle = ask("GET", "/queues/%2F/q").body;
  EXPECT_EQ(rate(idle.at("message_stats"), "publish"), 0);
  EXPECT_EQ(idle.at("message_stats").at("publish"), 6);
  EXPECT_EQ(rate(idle, "messages"), 0);
  EXPECT_TRUE(idle.at("idle_since").is_string());
}

TEST_F(ManagementStatistics, WhatAQueueGivesUpIsCounted) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q",
                   R"({"arguments":{"x-max-length":1,"x-message-ttl":1000,"x-dead-letter-exchange":""}})"),
            201u);
  EXPECT_TRUE(publish("q", "a"));
  EXPECT_TRUE(publish("q", "b"));
  pass(5);
  boost::json::value queue = ask("GET", "/queues/%2F/q").body;
  const boost::json::value& stats = queue.at("message_stats");
  EXPECT_EQ(stats.at("dropped"), 1);
  EXPECT_EQ(stats.at("expired"), 1);
  EXPECT_EQ(stats.at("dead_lettered"), 2);
  EXPECT_EQ(status("PUT", "/queues/%2F/full", R"({"arguments":{"x-max-length":1,"x-overflow":"reject-publish"}})"),
            201u);
  EXPECT_TRUE(publish("full", "a"));
  std::ignore = ask("POST", "/exchanges/%2F/amq.default/publish",
                    R"({"properties":{},"routing_key":"full","payload":"b","payload_encoding":"string"})");
  EXPECT_EQ(ask("GET", "/queues/%2F/full").body.at("message_stats").at("refused"), 1);
  EXPECT_EQ(status("DELETE", "/queues/%2F/full/contents"), 204u);
  EXPECT_EQ(ask("GET", "/queues/%2F/full").body.at("message_stats").at("purged"), 1);
}

TEST_F(ManagementStatistics, AllNumbersAreThereFromTheStart) {
  boost::json::value overview = ask("GET", "/overview").body;
  for (const char* event : {"publish", "confirm", "deliver_get", "ack", "drop_unroutable", "return_unroutable"})
    EXPECT_EQ(rate(overview.at("message_stats"), event), 0) << event;
  EXPECT_EQ(rate(overview.at("queue_totals"), "messages"), 0);
  EXPECT_EQ(overview.at("object_totals").at("channels"), 0);
  EXPECT_EQ(overview.at("churn_rates").at("queue_created"), 0);
  EXPECT_EQ(rate(ask("GET", "/exchanges/%2F/amq.fanout").body.at("message_stats"), "publish_in"), 0);
  EXPECT_EQ(rate(ask("GET", "/vhosts/%2F").body, "recv_oct"), 0);
  EXPECT_EQ(ask("GET", "/vhosts/%2F").body.at("message_stats").at("publish"), 0);
  EXPECT_EQ(ask("GET", "/nodes").body.as_array().front().at("queue_created"), 0);
  EXPECT_EQ(status("PUT", "/queues/%2F/q", "{}"), 201u);
  EXPECT_EQ(ask("GET", "/overview").body.at("churn_rates").at("queue_created"), 1);
  EXPECT_EQ(status("DELETE", "/queues/%2F/q"), 204u);
  EXPECT_EQ(ask("GET", "/overview").body.at("churn_rates").at("queue_deleted"), 1);
}

TEST_F(ManagementStatistics, AnExchangeAndAVirtualHostCountWhatDoorsTellThem) {
  broker::ShardTraffic& traffic = node_->traffic(0);
  const routing::ExchangeEntry* fanout = node_->entities().find(shard(), "/")->routes->exchange("amq.fanout");
  fanout->traffic.count(traffic.seconds, routing::ExchangeEvent::kPublishIn, 4);
  std::shared_ptr<broker::VhostCounters> vhost = traffic.of_vhost("/");
  vhost->messages.count(traffic.seconds, MessageEvent::kPublish, 4);
  vhost->connections.count(traffic.seconds, broker::ConnectionEvent::kBytesIn, 400);
  EXPECT_EQ(ask("GET", "/exchanges/%2F/amq.fanout").body.at("message_stats").at("publish_in"), 4);
  EXPECT_EQ(ask("GET", "/exchanges").body.as_array().size(), 7u);
  EXPECT_EQ(ask("GET", "/overview").body.at("message_stats").at("publish"), 4);
  EXPECT_EQ(ask("GET", "/vhosts").body.as_array().front().at("recv_oct"), 400);
  EXPECT_GT(rate(ask("GET", "/vhosts/%2F").body.at("message_stats"), "publish"), 0);
}

TEST_F(ManagementStatistics, WhatIsPublishedByHttpCountsAsWhatComesByChannels) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", "{}"), 201u);
  EXPECT_TRUE(publish("q", "hello"));
  EXPECT_FALSE(publish("nowhere", "hello"));
  boost::json::value exchange = ask("GET", "/exchanges/%2F/amq.default").body.at("message_stats");
  EXPECT_EQ(exchange.at("publish_in"), 2);
  EXPECT_EQ(exchange.at("publish_out"), 1);
  boost::json::value all = ask("GET", "/overview").body.at("message_stats");
  EXPECT_EQ(all.at("publish"), 2);
  EXPECT_EQ(all.at("return_unroutable"), 1) << "it was told";
}

TEST_F(ManagementStatistics, ConnectionsChannelsAndConsumersAreListed) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", "{}"), 201u);
  AConnection of_guest(node_->traffic(0), "guest", 1);
  AConnection of_other(node_->traffic(0), "other", 2);
  const std::string name = "/10.0.0.7%3A1%20-%3E%2010.0.0.1%3A5672";
  EXPECT_EQ(ask("GET", "/connections").body.as_array().size(), 2u);
  EXPECT_EQ(ask("GET", "/connections/username/other").body.as_array().size(), 1u);
  EXPECT_EQ(ask("GET", "/connections/username/nobody").body.as_array().size(), 0u);
  EXPECT_EQ(ask("GET", "/vhosts/%2F/connections").body.as_array().size(), 2u);
  EXPECT_EQ(status("GET", "/vhosts/no/connections"), 404u);
  EXPECT_EQ(status("GET", "/connections/no"), 404u);
  boost::json::value connection = ask("GET", "/connections" + name).body;
  EXPECT_EQ(connection.at("name"), "10.0.0.7:1 -> 10.0.0.1:5672");
  EXPECT_EQ(connection.at("peer_port"), 1);
  EXPECT_EQ(rate(connection, "recv_oct"), 0);
  boost::json::value channels = ask("GET", "/connections" + name + "/channels").body;
  ASSERT_EQ(channels.as_array().size(), 1u);
  EXPECT_EQ(channels.as_array()[0].at("name"), "10.0.0.7:1 -> 10.0.0.1:5672 (3)");
  EXPECT_EQ(ask("GET", "/channels").body.as_array().size(), 2u);
  boost::json::value channel = ask("GET", "/channels" + name + "%20(3)").body;
  EXPECT_EQ(channel.at("consumer_details").as_array().size(), 1u);
  EXPECT_EQ(rate(channel.at("message_stats"), "publish"), 0);
  EXPECT_EQ(ask("GET", "/consumers/%2F").body.as_array().size(), 2u);
  EXPECT_EQ(status("GET", "/consumers/no"), 404u);
  EXPECT_EQ(ask("GET", "/queues/%2F/q").body.at("consumer_details").as_array().size(), 2u);
  EXPECT_EQ(ask("GET", "/overview").body.at("object_totals").at("connections"), 2);
}

TEST_F(ManagementStatistics, AConnectionIsClosedByItsUserOrAMonitor) {
  add_user("other");
  permit("other");
  AConnection of_guest(node_->traffic(0), "guest", 1);
  AConnection of_other(node_->traffic(0), "other", 2);
  const std::string guests = "/connections/10.0.0.7%3A1%20-%3E%2010.0.0.1%3A5672";
  const std::string others = "/connections/10.0.0.7%3A2%20-%3E%2010.0.0.1%3A5672";
  EXPECT_EQ(ask("GET", "/connections", "", "other:secret").body.as_array().size(), 1u);
  EXPECT_EQ(ask("GET", "/channels", "", "other:secret").body.as_array().size(), 1u);
  EXPECT_EQ(status("DELETE", guests, "", "other:secret"), 401u);
  EXPECT_EQ(of_guest.closed_for, "");
  EXPECT_EQ(status("DELETE", others, "", "other:secret"), 204u);
  EXPECT_EQ(of_other.closed_for, "Closed via management plugin");
  EXPECT_EQ(status("DELETE", guests), 204u);
  EXPECT_EQ(status("DELETE", "/connections/no"), 404u);
}

// Whoever adds up counters over time (Prometheus' rate()) takes a fall for a restart, and counts all of them again.
TEST_F(ManagementStatistics, TotalsOfTheNodeStayWhenAVirtualHostGoes) {
  EXPECT_EQ(status("PUT", "/vhosts/v", "{}"), 201u);
  broker::ShardTraffic& traffic = node_->traffic(0);
  auto publish_one = [&] { traffic.of_vhost("v")->messages.count(traffic.seconds, MessageEvent::kPublish); };
  auto numbers = [&] { return simulation_.run(shard(), node_->statistics().traffic(shard())); };
  publish_one();
  EXPECT_EQ(numbers().vhosts.at("v").messages.total(MessageEvent::kPublish), 1u);
  for (std::uint64_t times = 1; times <= 2; ++times) {
    EXPECT_EQ(status("DELETE", "/vhosts/v"), 204u);
    pass(1);
    EXPECT_FALSE(numbers().vhosts.contains("v"));
    EXPECT_EQ(numbers().gone.messages.total(MessageEvent::kPublish), times);
    EXPECT_EQ(numbers().gone.messages.rate(MessageEvent::kPublish), 0);
    EXPECT_EQ(status("PUT", "/vhosts/v", "{}"), 201u);
    publish_one();
  }
}

}  // namespace
}  // namespace wharf::management
