#pragma once
// The API over a whole node on a simulated machine, asked without a socket. Every answer is held to the table of
// routes.
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "admin/v1/api.hpp"
#include "admin/v1/shape_check.hpp"
#include "admin/v1/shapes.hpp"
#include "broker/node/node.hpp"
#include "http/target.hpp"
#include "model/base64.hpp"
#include "sim/simulation.hpp"

namespace wharf::v1 {

class OwnApi : public testing::Test {
 protected:
  struct Answered {
    unsigned status = 0;
    boost::json::value body;  // null: none

    std::string text() const { return boost::json::serialize(body); }
    std::string reason() const { return std::string(body.at("reason").as_string()); }
    const boost::json::array& items() const { return body.at("items").as_array(); }
  };

  OwnApi() {
    broker::Surroundings with{.files = &machine_.disk(), .random = &random_, .logger = &logger_, .folder = "data"};
    for (std::size_t i = 0; i < machine_.shards(); ++i) with.shards.push_back(&machine_.shard(i));
    node_ = std::make_unique<broker::Node>(std::move(with), config_);
    Result<void> started = simulation_.run(shard(), node_->start());
    EXPECT_TRUE(started) << started.error().message;
    tokens_ = std::make_unique<json_http::Tokens>(
        node_->parameters(), random_,
        [](std::string_view user, const Endpoint& remote) { return user != "guest" || remote.host == "127.0.0.1"; });
    simulation_.run(shard(), tokens_->open(shard(), &node_->access().table(shard())));
    Ports ports{node_->access(), node_->catalogue(), node_->operate(),    node_->read(), node_->publish(),
                node_->groups(), node_->entities(),  node_->statistics(), *tokens_,      machine_.work_pool(),
                config_, logger_};
    api_ =
        std::make_unique<Api>(ports, About{.version = "1.2.3", .node = node_->id(), .started = shard().now()}, random_);
  }
  ~OwnApi() override {
    api_.reset();
    std::ignore = simulation_.run(shard(), node_->stop());
  }

  runtime::Shard& shard() { return machine_.shard(); }

  Answered ask(std::string method, const std::string& target, std::string body = "",
               const std::string& user = "guest:guest", const std::string& host = "127.0.0.1") {
    http::Request request{.method = std::move(method),
                          .path = {},
                          .query = {},
                          .headers = {},
                          .body = std::move(body),
                          .remote = {host, 1}};
    EXPECT_TRUE(http::read_target(std::string(kRoot) + target, request));
    bool is_token = user.starts_with("Bearer ");
    if (!user.empty()) {
      request.headers.emplace_back("authorization", is_token ? user : "Basic " + base64(as_bytes(user)));
    }
    if (!request.body.empty()) request.headers.emplace_back("content-type", content_type_);
    EXPECT_TRUE(Api::is_asked(request)) << target;
    Found found = find_route(request.method, request.segments);
    http::Response response = simulation_.run(shard(), api_->answer(shard(), std::move(request)));
    Answered answered{.status = response.status, .body = nullptr};
    if (!response.body.empty()) answered.body = boost::json::parse(response.body);
    if (found.route != nullptr) expect_as_documented(*found.route, answered);
    return answered;
  }
  unsigned status(std::string method, const std::string& target, std::string body = "",
                  const std::string& user = "guest:guest") {
    return ask(std::move(method), target, std::move(body), user).status;
  }

  static void expect_as_documented(const Route& route, const Answered& answered) {
    bool is_known = answered.status == route.status || route.others.contains(std::to_string(answered.status)) ||
                    answered.status == 400 || answered.status == 401 || answered.status == 403 ||
                    answered.status == 415;
    EXPECT_TRUE(is_known) << route.id << " answered " << answered.status << " " << answered.text();
    if (answered.status >= 300) return expect_shape(shapes::kError, answered.body);
    if (route.answer == nullptr) return;
    if (route.paging == Paging::kNone) return expect_shape(*route.answer, answered.body);
    for (const boost::json::value& item : answered.items()) expect_shape(*route.answer, item);
  }
  static void expect_shape(const Shape& shape, const boost::json::value& value) {
    ASSERT_TRUE(value.is_object()) << shape.name << ": " << boost::json::serialize(value);
    EXPECT_EQ(complaint_about(shape, value.get_object()), std::nullopt)
        << shape.name << ": " << boost::json::serialize(value);
  }

  void create(const std::string& name, int partitions = 1) {
    EXPECT_EQ(
        status("POST", "/topics", R"({"name":")" + name + R"(","partitions":)" + std::to_string(partitions) + "}"),
        201u);
  }
  std::int64_t produce(const std::string& topic, const std::string& body) {
    Answered answered = ask("POST", "/topics/" + topic + "/messages", body);
    EXPECT_EQ(answered.status, 201u) << answered.text();
    return answered.status == 201 ? answered.body.at("offset").as_int64() : -1;
  }
  /// `count` messages with the values "0", "1", ... in partition 0.
  void fill(const std::string& topic, int count, int partition = 0) {
    for (int i = 0; i < count; ++i) {
      produce(topic, R"({"partition":)" + std::to_string(partition) + R"(,"value":")" + std::to_string(i) +
                         R"(","timestamp_ms":)" + std::to_string(1'700'000'000'000 + i) + "}");
    }
  }
  void commit(const std::string& group, const std::string& topic, std::int64_t offset, std::int32_t partition = 0) {
    groups::CommitOffsets request{.group_id = group, .member_id = {}, .topics = {}};
    request.topics.push_back({.topic = topic,
                              .topic_id = {},
                              .partitions = {{.partition = partition, .offset = Offset(offset), .metadata = {}}}});
    auto response =
        simulation_.run(shard(), node_->groups().ask<groups::CommitOffsetsResponse>(shard(), std::move(request)));
    EXPECT_EQ(response.topics.at(0).partitions.at(0).error, std::nullopt);
  }
  /// A user with this tag and, in "/", these patterns for configure, write and read.
  void add_user(const std::string& name, const std::string& tag, std::optional<std::string> pattern = std::nullopt) {
    security::User user{.name = name, .password_hash = node_->access().hash_password("secret"), .tags = {tag}};
    EXPECT_TRUE(simulation_.run(shard(), node_->access().put_user(shard(), std::move(user))));
    if (!pattern) return;
    security::Permission permission{
        .user = name, .name_space = "/", .configure = *pattern, .write = *pattern, .read = *pattern};
    EXPECT_TRUE(simulation_.run(shard(), node_->access().set_permission(shard(), std::move(permission))));
  }

  sim::Simulation simulation_{7};
  sim::Machine& machine_ = simulation_.add_machine("wharf", 2);
  config::ServerConfig config_ =
      config::ServerConfig::with({{"offsets.topic.num.partitions", "1"}, {"disk.reserve.bytes", "0"}});
  sim::SeededRandom random_ = simulation_.random("node");
  runtime::Logger logger_{machine_.clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  std::string content_type_ = "application/json";
  std::unique_ptr<broker::Node> node_;
  std::unique_ptr<json_http::Tokens> tokens_;
  std::unique_ptr<Api> api_;
};

}  // namespace wharf::v1
