// What a queue keeps on disk, and in whose hands the message is that keeps it there.
#include "admin/management/api_testing.hpp"

namespace wharf::management {
namespace {

class Deaf final : public broker::ConsumerSink {
 public:
  void deliver(queue::ConsumerId, std::vector<broker::Delivery>) override {}
  void ended(queue::ConsumerId, queue::EndReason) override {}
};

class QueueStorage : public ManagementApi {
 protected:
  void SetUp() override { make("q", "{}"); }
  void make(const std::string& name, const std::string& arguments) {
    EXPECT_EQ(status("PUT", "/queues/%2F/" + name, R"({"durable":true,"arguments":)" + arguments + "}"), 201u);
  }
  boost::json::value storage(const std::string& name) {
    return ask("GET", "/wharf/v1/queues/%2F/" + name + "/storage").body;
  }
  broker::QueueRef queue(const std::string& name) { return node_->entities().find(shard(), "/")->queue(name)->ref; }
};

TEST_F(QueueStorage, AnEmptyQueueHasNoOldestMessage) {
  boost::json::value seen = storage("q");
  EXPECT_TRUE(seen.at("oldest").is_null());
  EXPECT_EQ(seen.at("live_bytes"), 0);
  EXPECT_EQ(status("GET", "/wharf/v1/queues/%2F/no/storage"), 404u);
}

TEST_F(QueueStorage, TheOldestThatIsNotSettledIsTold) {
  for (const char* body : {"12345", "123"}) EXPECT_TRUE(publish("q", body));
  boost::json::value seen = storage("q");
  EXPECT_EQ(seen.at("live_bytes"), 8);
  EXPECT_GT(seen.at("disk_bytes").as_int64(), 8);
  EXPECT_EQ(seen.at("oldest").at("position"), "0");
  EXPECT_EQ(seen.at("oldest").at("state"), "ready");
  EXPECT_TRUE(seen.at("oldest").at("held_by").is_null());
  EXPECT_EQ(status("DELETE", "/wharf/v1/queues/%2F/q/messages/0"), 204u);
  EXPECT_EQ(storage("q").at("oldest").at("position"), "1");
  EXPECT_EQ(storage("q").at("live_bytes"), 3);
}

TEST_F(QueueStorage, WhoHoldsItIsToldAndForHowLong) {
  EXPECT_TRUE(publish("q", "x"));
  queue::ConsumerId id = node_->queues().new_consumer_id(shard());
  broker::ConsumerRequest request{.options = {.tag = "slow", .connection = "10.0.0.7:5000"}};
  ASSERT_TRUE(
      simulation_.run(shard(), node_->queues().subscribe(shard(), queue("q"), id, request, std::make_shared<Deaf>())));
  simulation_.run_for(std::chrono::seconds(3));
  boost::json::value oldest = storage("q").at("oldest");
  EXPECT_EQ(oldest.at("state"), "unacknowledged");
  EXPECT_EQ(oldest.at("held_by").at("consumer_tag"), "slow");
  EXPECT_EQ(oldest.at("held_by").at("connection"), "10.0.0.7:5000");
  EXPECT_GE(oldest.at("held_by").at("held_for_ms").as_int64(), 2'900);
  EXPECT_GE(oldest.at("age_ms").as_int64(), 2'900);
}

TEST_F(QueueStorage, OfSeveralPrioritiesTheFirstThatCame) {
  make("p", R"({"x-max-priority":5})");
  auto publish_as = [&](const std::string& priority) {
    return status("POST", "/exchanges/%2F/amq.default/publish",
                  R"({"properties":{"priority":)" + priority +
                      R"(},"routing_key":"p","payload":"x","payload_encoding":"string"})");
  };
  EXPECT_EQ(publish_as("1"), 200u);
  simulation_.run_for(std::chrono::seconds(1));
  EXPECT_EQ(publish_as("5"), 200u);
  EXPECT_EQ(storage("p").at("oldest").at("position"), "1:0");
}

}  // namespace
}  // namespace wharf::management
