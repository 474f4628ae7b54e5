#pragma once
// Two queues, q and other, and what an operator does to the messages in them.
#include <string>
#include <vector>

#include "admin/management/api_testing.hpp"

namespace wharf::management {

class QueueMessages : public ManagementApi {
 protected:
  void SetUp() override {
    for (const char* name : {"q", "other"}) make(name);
  }
  void make(const std::string& name, const std::string& arguments = "{}") {
    EXPECT_EQ(status("PUT", "/queues/%2F/" + name, R"({"durable":true,"arguments":)" + arguments + "}"), 201u);
  }
  static std::string at(const std::string& queue, const std::string& position = "") {
    return "/wharf/v1/queues/%2F/" + queue + "/messages" + (position.empty() ? "" : "/" + position);
  }
  std::vector<std::string> bodies(const std::string& queue) {
    std::vector<std::string> bodies;
    boost::json::value seen = ask("GET", at(queue)).body;
    for (const boost::json::value& one : seen.at("messages").as_array())
      bodies.emplace_back(one.at("payload").as_string());
    return bodies;
  }
  /// Held by a consumer.
  void get_one(const std::string& queue) {
    broker::QueueRef ref = node_->entities().find(shard(), "/")->queue(queue)->ref;
    queue::ConsumerId holder = node_->queues().new_consumer_id(shard());
    ASSERT_TRUE(simulation_.run(shard(), node_->queues().get(shard(), ref, holder, false)));
  }
};

using Bodies = std::vector<std::string>;

}  // namespace wharf::management
