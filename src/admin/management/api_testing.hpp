#pragma once
// The management API over a whole node on a simulated machine, asked without a socket.
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "admin/management/api.hpp"
#include "broker/node/node.hpp"
#include "broker/node/node_testing.hpp"
#include "http/target.hpp"
#include "model/base64.hpp"
#include "sim/simulation.hpp"

namespace wharf::management {

class ManagementApi : public testing::Test {
 protected:
  struct Answered {
    unsigned status = 0;
    boost::json::value body;  // null: none
    http::Pairs headers;

    std::string text() const { return boost::json::serialize(body); }
  };

  ManagementApi() { start(); }
  ~ManagementApi() override { stop(); }

  void start() {
    broker::Surroundings with{.files = &machine_.disk(), .random = &random_, .logger = &logger_, .folder = "data"};
    for (std::size_t i = 0; i < machine_.shards(); ++i) with.shards.push_back(&machine_.shard(i));
    node_ = std::make_unique<broker::Node>(std::move(with), config_);
    Result<void> started = simulation_.run(shard(), node_->start());
    EXPECT_TRUE(started) << started.error().message;
    Ports ports{node_->access(),   node_->entities(),   node_->policies(),   node_->queues(), node_->publish(),
                node_->read(),     node_->catalogue(),  node_->histories(),  node_->delays(), node_->deduplication(),
                node_->operate(),  node_->statistics(), node_->parameters(), history_,        tokens(),
                node_->traffic(0), machine_.work_pool(), logger_};
    About about{.version = "1.2.3",
                .rabbitmq_version = "4.0.5",
                .cluster_name = "c",
                .node_name = "wharf@0",
                .data_folder = "data",
                .stream_batch_bytes = 1 << 20,
                .memory_high_bytes = 1 << 30,
                .started = shard().now(),
                .listeners = [] {
                  return std::vector<Listener>{{"amqp", {"127.0.0.1", 5672}, 2}, {"http", {"127.0.0.1", 15672}, 1}};
                }};
    api_ = std::make_unique<Api>(ports, std::move(about), random_);
  }
  void stop() {
    api_.reset();
    std::ignore = simulation_.run(shard(), node_->stop());
    node_.reset();
  }
  void restart() {
    stop();
    start();
  }

  runtime::Shard& shard() { return machine_.shard(); }
  http::Request request_of(std::string method, const std::string& target, std::string body = "",
                           const std::string& user = "guest:guest") {
    http::Request request{.method = std::move(method),
                          .path = {},
                          .query = {},
                          .headers = {},
                          .body = std::move(body),
                          .remote = remote_};
    EXPECT_TRUE(http::read_target("/api" + target, request));
    if (!user.empty()) request.headers.emplace_back("authorization", "Basic " + base64(as_bytes(user)));
    if (!content_type_.empty()) request.headers.emplace_back("content-type", content_type_);
    EXPECT_TRUE(Api::is_asked(request));
    return request;
  }
  Answered ask(std::string method, const std::string& target, std::string body = "",
               const std::string& user = "guest:guest") {
    http::Request request = request_of(std::move(method), target, std::move(body), user);
    http::Response response = simulation_.run(shard(), api_->answer(shard(), std::move(request)));
    Answered answered{.status = response.status, .body = nullptr, .headers = response.headers};
    if (!response.body.empty()) answered.body = boost::json::parse(response.body);
    return answered;
  }
  unsigned status(std::string method, const std::string& target, std::string body = "",
                  const std::string& user = "guest:guest") {
    return ask(std::move(method), target, std::move(body), user).status;
  }
  /// {"error", "reason"} of what was refused.
  void refused(const Answered& answered, unsigned expected, std::string_view error, std::string_view reason) {
    EXPECT_EQ(answered.status, expected);
    ASSERT_TRUE(answered.body.is_object());
    EXPECT_EQ(answered.body.at("error").as_string(), boost::json::string_view(error.data(), error.size()));
    EXPECT_EQ(answered.body.at("reason"), boost::json::value(boost::json::string_view(reason.data(), reason.size())));
  }
  /// A user who may manage, with all rights in "/".
  void add_user(const std::string& name, const std::string& tags = "management") {
    EXPECT_EQ(status("PUT", "/users/" + name, R"({"password":"secret","tags":")" + tags + "\"}"), 201u);
  }
  void permit(const std::string& name, const std::string& configure = ".*", const std::string& write = ".*",
              const std::string& read = ".*") {
    std::string body = R"({"configure":")" + configure + R"(","write":")" + write + R"(","read":")" + read + "\"}";
    EXPECT_LT(status("PUT", "/permissions/%2F/" + name, body), 205u);
  }
  boost::json::value take(const std::string& queue, const std::string& ackmode, int count = 10) {
    return ask("POST", "/queues/%2F/" + queue + "/get",
               R"({"count":)" + std::to_string(count) + R"(,"ackmode":")" + ackmode + R"(","encoding":"auto"})")
        .body;
  }
  bool publish(const std::string& key, const std::string& payload, const std::string& exchange = "amq.default") {
    boost::json::object body{{"properties", boost::json::object()},
                             {"routing_key", key},
                             {"payload", payload},
                             {"payload_encoding", "string"}};
    Answered answered = ask("POST", "/exchanges/%2F/" + exchange + "/publish", boost::json::serialize(body));
    EXPECT_EQ(answered.status, 200u) << answered.text();
    return answered.status == 200 && answered.body.at("routed").as_bool();
  }

  sim::Simulation simulation_{7};
  sim::Machine& machine_ = simulation_.add_machine("wharf", 2);
  config::ServerConfig config_ =
      config::ServerConfig::with({{"offsets.topic.num.partitions", "1"}, {"disk.reserve.bytes", "0"}});
  sim::SeededRandom random_ = simulation_.random("node");
  broker::KeptLines logger_{machine_.clock()};
  std::string content_type_;
  Endpoint remote_{"127.0.0.1", 1};
  std::unique_ptr<broker::Node> node_;
  /// None yet: nobody has made any.
  json_http::Tokens& tokens() {
    tokens_ = std::make_unique<json_http::Tokens>(node_->parameters(), random_,
                                                  [](std::string_view, const Endpoint&) { return true; });
    return *tokens_;
  }

  history::History history_;
  std::unique_ptr<json_http::Tokens> tokens_;
  std::unique_ptr<Api> api_;
};

}  // namespace wharf::management
