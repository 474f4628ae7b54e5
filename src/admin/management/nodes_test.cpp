// The node: overview, health, what queues tell from their first moment.
#include <algorithm>

#include "admin/management/api_testing.hpp"

namespace wharf::management {
namespace {

TEST_F(ManagementApi, TheNodeTellsWhatItIs) {
  boost::json::value nodes = ask("GET", "/nodes").body;
  ASSERT_EQ(nodes.as_array().size(), 1u);
  const boost::json::object& node = nodes.at(0).as_object();
  EXPECT_EQ(node.at("name"), "wharf@0");
  EXPECT_EQ(node.at("running"), true);
  EXPECT_EQ(node.at("mem_alarm"), false);
  EXPECT_EQ(node.at("disk_free_alarm"), false);
  EXPECT_GT(node.at("mem_used").to_number<std::int64_t>(), 0);
  EXPECT_GT(node.at("disk_free").to_number<std::int64_t>(), 0);
  EXPECT_EQ(node.at("contexts").at(0).at("port"), "15672");
  EXPECT_EQ(ask("GET", "/nodes/wharf@0").body.at("name"), "wharf@0");
  EXPECT_EQ(status("GET", "/nodes/wharf@0/memory"), 200u);
  EXPECT_EQ(status("GET", "/nodes/other"), 404u);
  add_user("alice");
  refused(ask("GET", "/nodes", "", "alice:secret"), 401, "not_authorised", "Not monitor user");
}

TEST_F(ManagementApi, TheOverviewHasItsNumbersFromTheFirstMoment) {
  boost::json::value overview = ask("GET", "/overview").body;
  for (const char* number : {"messages", "messages_ready", "messages_unacknowledged"})
    EXPECT_EQ(overview.at("queue_totals").at(number), 0);
  EXPECT_EQ(overview.at("object_totals").at("queues"), 0);
  EXPECT_EQ(overview.at("object_totals").at("connections"), 0);
  EXPECT_EQ(overview.at("listeners").at(0).at("protocol"), "amqp");
  add_user("alice");
  boost::json::value shown = ask("GET", "/overview", "", "alice:secret").body;
  EXPECT_FALSE(shown.as_object().contains("listeners"));
  EXPECT_FALSE(shown.as_object().contains("node"));
}

TEST_F(ManagementApi, HealthChecksSayWhatIsWrong) {
  for (const char* check : {"alarms", "local-alarms", "virtual-hosts", "node-is-quorum-critical", "port-listener/5672",
                            "protocol-listener/amqp", "protocol-listener/AMQP091", "certificate-expiration/1/months"}) {
    Answered answered = ask("GET", std::string("/health/checks/") + check);
    EXPECT_EQ(answered.status, 200u) << check;
    EXPECT_EQ(answered.body.at("status"), "ok") << check;
  }
  Answered port = ask("GET", "/health/checks/port-listener/1");
  EXPECT_EQ(port.status, 503u);
  EXPECT_EQ(port.text(), R"({"status":"failed","reason":"No active listener","missing":1,"ports":[5672,15672]})");
  Answered protocol = ask("GET", "/health/checks/protocol-listener/stomp");
  EXPECT_EQ(protocol.text(),
            R"({"status":"failed","reason":"No active listener","missing":"stomp","protocols":["amqp","http"]})");
  refused(ask("GET", "/health/checks/port-listener/x"), 400, "bad_request", "Invalid port");
  EXPECT_EQ(status("GET", "/health/checks/certificate-expiration/1/moons"), 400u);
  EXPECT_EQ(ask("GET", "/aliveness-test/%2F").text(), R"({"status":"ok"})");
  EXPECT_EQ(status("GET", "/aliveness-test/no"), 404u);
  EXPECT_EQ(ask("GET", "/queues/%2F").text(), "[]");
  EXPECT_EQ(status("GET", "/healthchecks/node"), 200u);
}

TEST_F(ManagementApi, AShortageIsAnAlarm) {
  node_->alarms(0).change({.memory = true, .disk = false});
  Answered answered = ask("GET", "/health/checks/alarms");
  EXPECT_EQ(answered.status, 503u);
  EXPECT_EQ(answered.text(), R"({"status":"failed","reason":"There are alarms in effect in the cluster",)"
                             R"("alarms":[{"node":"wharf@0","resource":"memory"}]})");
  EXPECT_EQ(ask("GET", "/nodes/wharf@0").body.at("mem_alarm"), true);
  EXPECT_EQ(status("GET", "/aliveness-test/%2F"), 503u) << "nobody can publish";
  node_->alarms(0).change({});
  EXPECT_EQ(status("GET", "/aliveness-test/%2F"), 200u);
}

// NServiceBus does not start where stream_queue is not enabled.
TEST_F(ManagementApi, FeaturesThatClientsAskForAreEnabled) {
  const boost::json::value flags = ask("GET", "/feature-flags").body;
  for (const char* name : {"quorum_queue", "stream_queue"}) {
    auto has_name = [name](const boost::json::value& flag) { return flag.at("name").as_string() == name; };
    auto found = std::ranges::find_if(flags.as_array(), has_name);
    ASSERT_NE(found, flags.as_array().end()) << name;
    EXPECT_EQ(found->at("state"), "enabled");
  }
  EXPECT_EQ(status("PUT", "/feature-flags/stream_queue/enable", "{}"), 204u);
  EXPECT_EQ(status("PUT", "/feature-flags/khepri_db/enable", "{}"), 404u);
}

TEST_F(ManagementApi, HowToSignInIsToldToAnybody) {
  EXPECT_EQ(ask("GET", "/auth", "", "").text(), R"({"oauth_enabled":false})");
  EXPECT_EQ(status("GET", "/extensions", "", ""), 401u);
  EXPECT_EQ(ask("GET", "/extensions").text(), "[]");
  EXPECT_EQ(ask("GET", "/deprecated-features").text(), "[]");
}

TEST_F(ManagementApi, AQueueHasAllItsNumbersFromItsFirstMoment) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", "{}"), 201u);
  for (boost::json::value queue : {ask("GET", "/queues/%2F/q").body, ask("GET", "/queues").body.at(0)}) {
    for (const char* field :
         {"messages", "messages_ready", "messages_unacknowledged", "message_bytes", "message_bytes_ready",
          "message_bytes_unacknowledged", "consumers", "consumer_capacity", "consumer_utilisation"}) {
      EXPECT_EQ(queue.at(field), 0) << field;
    }
    EXPECT_EQ(queue.at("policy"), nullptr);
  }
  EXPECT_EQ(ask("GET", "/queues/%2F/q").body.at("head_message_timestamp"), nullptr);
  EXPECT_TRUE(publish("q", "12345"));
  boost::json::value queue = ask("GET", "/queues/%2F/q").body;
  EXPECT_EQ(queue.at("message_bytes"), 5);
  EXPECT_EQ(queue.at("message_bytes_ready"), 5);
  EXPECT_EQ(queue.at("head_message_timestamp"), nullptr);
  EXPECT_EQ(ask("GET", "/vhosts").body.at(0).at("messages"), 1);
  take("q", "ack_requeue_false");
  std::string stamped =
      R"({"properties":{"timestamp":77},"routing_key":"q","payload":"x","payload_encoding":"string"})";
  EXPECT_EQ(status("POST", "/exchanges/%2F/amq.default/publish", stamped), 200u);
  EXPECT_EQ(ask("GET", "/queues/%2F/q").body.at("head_message_timestamp"), 77);
}

}  // namespace
}  // namespace wharf::management
