// Looking into queues without taking anything.
#include "admin/management/api_testing.hpp"
#include "admin/management/message_position.hpp"

namespace wharf::management {
namespace {

const std::string kMessages = "/wharf/v1/queues/%2F/q/messages";

std::vector<std::string> texts(const boost::json::value& answer, std::string_view field) {
  std::vector<std::string> texts;
  for (const boost::json::value& one : answer.at("messages").as_array()) {
    texts.emplace_back(one.at(boost::json::string_view(field.data(), field.size())).as_string());
  }
  return texts;
}

TEST_F(ManagementApi, PeekingShowsMessagesAndLeavesThemAsTheyAre) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", R"({"durable":true})"), 201u);
  EXPECT_EQ(ask("GET", kMessages).text(), R"({"messages":[],"next":null})");
  for (const char* body : {"one", "two", "three"}) EXPECT_TRUE(publish("q", body));
  for (int round = 0; round < 2; ++round) {
    boost::json::value seen = ask("GET", kMessages).body;
    EXPECT_EQ(texts(seen, "payload"), (std::vector<std::string>{"one", "two", "three"}));
    EXPECT_EQ(texts(seen, "state"), (std::vector<std::string>{"ready", "ready", "ready"}));
    EXPECT_TRUE(seen.at("next").is_null());
    const boost::json::value& first = seen.at("messages").as_array().front();
    EXPECT_EQ(first.at("position"), "0");
    EXPECT_EQ(first.at("delivery_count"), 0);
    EXPECT_EQ(first.at("redelivered"), false);
    EXPECT_EQ(first.at("routing_key"), "q");
    EXPECT_FALSE(first.as_object().contains("message_count"));
  }
  boost::json::value page = ask("GET", kMessages + "?from=1&count=1&truncate=2&encoding=base64").body;
  EXPECT_EQ(page.at("next"), "2");
  EXPECT_EQ(texts(page, "payload"), std::vector<std::string>{"dHc="});
  EXPECT_EQ(page.at("messages").at(0).at("payload_bytes"), 3);
  boost::json::value taken = take("q", "ack_requeue_true", 1);
  EXPECT_EQ(taken.at(0).at("redelivered"), false);
  EXPECT_EQ(taken.at(0).at("message_count"), 2);
  boost::json::value after = ask("GET", kMessages).body.at("messages").at(0);
  EXPECT_EQ(after.at("redelivered"), true);
  EXPECT_EQ(after.at("delivery_count"), 1);
}

TEST_F(ManagementApi, WhoWantsMessagesOutOfAStreamIsToldWhatItIsAndWhatToDo) {
  EXPECT_EQ(status("PUT", "/queues/%2F/s", R"({"durable":true,"arguments":{"x-queue-type":"stream"}})"), 201u);
  const Answered answers[] = {
      ask("GET", "/wharf/v1/queues/%2F/s/messages"), ask("DELETE", "/queues/%2F/s/contents"),
      ask("DELETE", "/wharf/v1/queues/%2F/s/messages?oldest=1"), ask("DELETE", "/wharf/v1/queues/%2F/s/messages/0"),
      ask("POST", "/queues/%2F/s/get", R"({"count":1,"ackmode":"ack_requeue_true","encoding":"auto"})")};
  for (const Answered& answered : answers) {
    refused(
        answered, 400, "bad_request",
        "'s' is a stream, from which nothing is taken: `wharf consume --topic s` reads it, and what is old leaves by "
        "its retention (`wharf topic alter s --set retention.ms=...`) or a trim (POST "
        "/api/wharf/v1/topics/s/trim)");
  }
  add_user("carol");
  permit("carol", "", "", "^q$");
  EXPECT_EQ(status("GET", "/wharf/v1/queues/%2F/s/messages", "", "carol:secret"), 401u);
  refused(ask("POST", "/queues/%2F/no/get", R"({"count":1,"ackmode":"ack_requeue_true","encoding":"auto"})"), 404,
          "not_found", "queue_not_found");
}

TEST_F(ManagementApi, PeekingShowsWhatConsumersHold) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", "{}"), 201u);
  EXPECT_TRUE(publish("q", "held"));
  EXPECT_TRUE(publish("q", "waits"));
  queue::ConsumerId holder = node_->queues().new_consumer_id(shard());
  broker::QueueRef queue = node_->entities().find(shard(), "/")->queue("q")->ref;
  ASSERT_TRUE(simulation_.run(shard(), node_->queues().get(shard(), queue, holder, false)));
  EXPECT_EQ(texts(ask("GET", kMessages).body, "state"), (std::vector<std::string>{"unacknowledged", "ready"}));
}

TEST_F(ManagementApi, PeekingGoesByPrioritiesAndSaysTheirPlaces) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", R"({"arguments":{"x-max-priority":5}})"), 201u);
  auto publish_as = [&](int priority) {
    return status("POST", "/exchanges/%2F/amq.default/publish",
                  R"({"properties":{"priority":)" + std::to_string(priority) +
                      R"(},"routing_key":"q","payload":"x","payload_encoding":"string"})");
  };
  for (int priority : {0, 5, 0, 3}) EXPECT_EQ(publish_as(priority), 200u);
  EXPECT_EQ(texts(ask("GET", kMessages).body, "position"), (std::vector<std::string>{"5:0", "3:0", "0", "1"}));
  EXPECT_EQ(texts(ask("GET", kMessages + "?from=3:0").body, "position"), (std::vector<std::string>{"3:0", "0", "1"}));
}

TEST_F(ManagementApi, PeekingIsReading) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", "{}"), 201u);
  add_user("reader");
  permit("reader", "", "", "^q$");
  add_user("writer");
  permit("writer", ".*", ".*", "");
  add_user("stranger");
  EXPECT_EQ(status("GET", kMessages, "", "reader:secret"), 200u);
  EXPECT_EQ(status("GET", kMessages, "", "writer:secret"), 401u);
  EXPECT_EQ(status("GET", kMessages, "", "stranger:secret"), 401u);
  EXPECT_EQ(status("GET", "/wharf/v1/queues/%2F/no/messages"), 404u);
  EXPECT_EQ(status("GET", "/wharf/v1/queues/no/q/messages"), 404u);
  refused(ask("GET", kMessages + "?from=x"), 400, "bad_request",
          "from is no position: \"12\", or \"5:12\" of priority 5");
  refused(ask("GET", kMessages + "?count=1001"), 400, "bad_request", "count is a whole number up to 1000");
  EXPECT_EQ(status("GET", kMessages + "?count=-1"), 400u);
  EXPECT_EQ(status("GET", kMessages + "?encoding=odd"), 400u);
}

TEST(MessagePosition, IsReadAsItIsWritten) {
  for (queue::MessageId id : {queue::MessageId{0, Offset(0)}, {0, Offset(12)}, {5, Offset(12)}, {255, Offset(1)}})
    EXPECT_EQ(position_of(position_text(id)), id);
  EXPECT_EQ(position_of("0:12"), (queue::MessageId{0, Offset(12)}));
  for (const char* text : {"", ":", "1:", ":1", "256:1", "-1", "1:-1", "1:2:3", " 1", "1x"})
    EXPECT_FALSE(position_of(text)) << text;
}

}  // namespace
}  // namespace wharf::management
