// What flows, over a whole node on a simulated machine.
#include "admin/v1/api_testing.hpp"
#include "admin/v1/flow_picture.hpp"
#include "admin/v1/group_progress.hpp"

namespace wharf::v1 {
namespace {

using boost::json::object;

class FlowApi : public OwnApi {
 protected:
  void declare(const std::string& queue) {
    auto declared = simulation_.run(
        shard(), node_->entities().declare_queue(shard(), "/", broker::QueueDeclaration{.name = queue}));
    EXPECT_TRUE(declared);
  }
  void bind(const std::string& exchange, const std::string& queue) {
    routing::Binding binding{exchange, {routing::DestinationKind::kQueue, queue}, "#", {}};
    EXPECT_TRUE(simulation_.run(shard(), node_->entities().bind(shard(), "/", std::move(binding))));
  }
  /// As a door counts it.
  void publish(const std::string& exchange, int times) {
    auto view = node_->entities().find(shard(), "/");
    const routing::ExchangeEntry* entry = view->routes->exchange(exchange);
    ASSERT_NE(entry, nullptr);
    entry->traffic.count(node_->traffic(0).seconds, routing::ExchangeEvent::kPublishIn,
                         static_cast<std::uint64_t>(times));
  }
  object flow(const std::string& query = "", const std::string& user = "guest:guest") {
    Answered answered = ask("GET", "/flow" + query, "", user);
    EXPECT_EQ(answered.status, 200u);
    return answered.body.as_object();
  }
  static const object* node(const object& flow, std::string_view kind, std::string_view name) {
    for (const boost::json::value& one : flow.at("nodes").as_array()) {
      if (one.at("kind").as_string() == kind && one.at("name").as_string() == name) return &one.as_object();
    }
    return nullptr;
  }
  static std::optional<std::size_t> place(const object& flow, std::string_view kind, std::string_view name) {
    const boost::json::array& nodes = flow.at("nodes").as_array();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].at("kind").as_string() == kind && nodes[i].at("name").as_string() == name) return i;
    }
    return std::nullopt;
  }
  static const object* edge(const object& flow, std::size_t from, std::size_t to) {
    for (const boost::json::value& one : flow.at("edges").as_array()) {
      bool is_it = one.at("from").to_number<std::size_t>() == from && one.at("to").to_number<std::size_t>() == to;
      if (is_it) return &one.as_object();
    }
    return nullptr;
  }
};

TEST_F(FlowApi, OfNothingThereIsAnEmptyPicture) {
  object empty = flow();
  EXPECT_TRUE(empty.at("nodes").as_array().empty()) << boost::json::serialize(empty);
  EXPECT_TRUE(empty.at("edges").as_array().empty());
}

TEST_F(FlowApi, TheBusiestHaveAPlaceOfTheirOwnAndTheOthersOneTogether) {
  for (int i = 0; i < 12; ++i) declare("queue-" + std::to_string(i));
  object seen = flow("?most=5");
  std::size_t own = 0;
  std::uint64_t folded = 0;
  for (const boost::json::value& one : seen.at("nodes").as_array()) {
    if (one.at("kind").as_string() != "queue") continue;
    if (!one.at("others").as_bool()) ++own;
    if (one.at("others").as_bool()) folded = one.at("things").to_number<std::uint64_t>();
  }
  EXPECT_EQ(own, 5u);
  EXPECT_EQ(folded, 7u);
}

TEST_F(FlowApi, AWayIsThereFromAnExchangeThatIsPublishedToToWhatIsBoundThroughAnother) {
  declare("jobs");
  declare("apart");
  routing::Binding through{"amq.topic", {routing::DestinationKind::kExchange, "amq.fanout"}, "#", {}};
  EXPECT_TRUE(simulation_.run(shard(), node_->entities().bind(shard(), "/", std::move(through))));
  bind("amq.fanout", "jobs");
  publish("amq.topic", 30);
  object seen = flow();
  auto from = place(seen, "exchange", "amq.topic"), to = place(seen, "queue", "jobs");
  ASSERT_TRUE(from && to) << boost::json::serialize(seen);
  EXPECT_NE(edge(seen, *from, *to), nullptr);
  EXPECT_EQ(edge(seen, *from, *place(seen, "queue", "apart")), nullptr);
  EXPECT_EQ(node(seen, "exchange", "amq.fanout"), nullptr) << "nobody publishes to it";
}

TEST_F(FlowApi, ByTheDefaultExchangeNothingIsDrawnToWhatGetsNothing) {
  declare("jobs");
  publish("", 30);
  object seen = flow();
  auto from = place(seen, "exchange", ""), to = place(seen, "queue", "jobs");
  ASSERT_TRUE(from && to) << boost::json::serialize(seen);
  EXPECT_EQ(edge(seen, *from, *to), nullptr) << "by it every queue can be reached";
}

TEST_F(FlowApi, ATopicLeadsToItsGroupsAndTheyTellHowFarBehindTheyAre) {
  create("orders");
  fill("orders", 10);
  commit("readers", "orders", 4);
  object seen = flow();
  auto from = place(seen, "topic", "orders"), to = place(seen, "group", "readers");
  ASSERT_TRUE(from && to) << boost::json::serialize(seen);
  ASSERT_NE(edge(seen, *from, *to), nullptr);
  EXPECT_TRUE(edge(seen, *from, *to)->at("rate").is_null()) << "nobody has asked before";
  EXPECT_EQ(node(seen, "group", "readers")->at("waiting").to_number<int>(), 6);
  simulation_.run_for(std::chrono::seconds(5));
  commit("readers", "orders", 9);
  object later = flow();
  double rate = edge(later, *from, *to)->at("rate").to_number<double>();
  EXPECT_GT(rate, 0.5) << "five in a little more than five seconds: " << boost::json::serialize(later);
  EXPECT_LE(rate, 1.0);
}

TEST_F(FlowApi, WhoMaySeeOneVirtualHostIsShownNoOther) {
  EXPECT_TRUE(simulation_.run(shard(), node_->entities().create_namespace(shard(), "v")));
  auto declared = simulation_.run(
      shard(), node_->entities().declare_queue(shard(), "v", broker::QueueDeclaration{.name = "hidden"}));
  EXPECT_TRUE(declared);
  declare("shown");
  add_user("alice", "management", ".*");
  object seen = flow("", "alice:secret");
  EXPECT_NE(node(seen, "queue", "shown"), nullptr);
  EXPECT_EQ(node(seen, "queue", "hidden"), nullptr);
  EXPECT_NE(node(flow("?vhost=v"), "queue", "hidden"), nullptr);
  EXPECT_EQ(node(flow("?vhost=v"), "queue", "shown"), nullptr);
}

TEST_F(FlowApi, HowManyIsHeldToItsBounds) {
  EXPECT_EQ(status("GET", "/flow?most=0"), 400u);
  EXPECT_EQ(status("GET", "/flow?most=51"), 400u);
}

TEST(FlowPicture, RatesOfOneWayAddUpAndWithOneThatIsNotKnownTheSumIsNot) {
  FlowPicture picture;
  FlowPicture::Place a = picture.add({.kind = FlowKind::kExchange, .name = "a"});
  FlowPicture::Place b = picture.add({.kind = FlowKind::kQueue, .name = "b"});
  FlowPicture::Place c = picture.add({.kind = FlowKind::kQueue, .name = "c"});
  picture.connect(a, b, 1.5);
  picture.connect(a, b, 2);
  picture.connect(a, c, 1);
  picture.connect(a, c, std::nullopt);
  boost::json::object json = picture.json();
  EXPECT_EQ(json.at("edges").at(0).at("rate").as_double(), 3.5);
  EXPECT_TRUE(json.at("edges").at(1).at("rate").is_null());
}

TEST(FlowPicture, WhatHasNoPlaceOfItsOwnIsAmongTheOthers) {
  FlowPicture picture;
  FlowPicture::Place a = picture.add({.kind = FlowKind::kTopic, .name = "a"});
  EXPECT_EQ(picture.find(FlowKind::kTopic, {}, "b"), std::nullopt);
  FlowPicture::Place others = picture.add({.kind = FlowKind::kTopic, .things = 2, .others = true});
  EXPECT_EQ(picture.find(FlowKind::kTopic, {}, "a"), a);
  EXPECT_EQ(picture.find(FlowKind::kTopic, {}, "b"), others);
  EXPECT_EQ(picture.find(FlowKind::kGroup, {}, "b"), std::nullopt);
}

TEST(GroupProgress, IsToldBetweenTwoQuestionsAndForgottenWhenNobodyAsks) {
  GroupProgress progress;
  auto note = [&progress](int second, std::int64_t read) {
    progress.note({.at = MonotonicTime(std::chrono::seconds(second)), .read = {{{"g", "t"}, read}}});
  };
  EXPECT_EQ(progress.rate("g", "t"), std::nullopt);
  note(100, 1000);
  EXPECT_EQ(progress.rate("g", "t"), std::nullopt);
  note(101, 9999);  // too soon after the last
  note(105, 1050);
  EXPECT_EQ(progress.rate("g", "t"), 10.0);
  note(110, 900);  // its offsets were reset
  EXPECT_EQ(progress.rate("g", "t"), 0.0);
  EXPECT_EQ(progress.rate("g", "other"), std::nullopt);
  note(300, 2000);
  EXPECT_EQ(progress.rate("g", "t"), std::nullopt);
}

}  // namespace
}  // namespace wharf::v1
