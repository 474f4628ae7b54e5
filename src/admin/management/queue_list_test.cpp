// Long lists.
#include "admin/management/api_testing.hpp"

namespace wharf::management {
namespace {

class ManyQueues : public ManagementApi {
 protected:
  static constexpr std::size_t kQueues = 10'000;

  ManyQueues() {
    std::vector<broker::QueueDeclaration> declarations;
    for (std::size_t i = 0; i < kQueues; ++i) declarations.push_back({.name = name_of(i)});
    Result<void> declared = simulation_.run(shard(), node_->entities().declare_queues(shard(), "/", declarations));
    EXPECT_TRUE(declared);
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t messages = 0; messages <= i; ++messages) EXPECT_TRUE(publish(name_of(1'000 * i), "hello"));
    }
  }
  static std::string name_of(std::size_t number) {
    std::string digits = std::to_string(number);
    return "q" + std::string(4 - digits.size(), '0') + digits;
  }
  /// The names that a list answers with, in order.
  std::vector<std::string> names(const std::string& question) {
    Answered answered = ask("GET", question);
    EXPECT_EQ(answered.status, 200u) << question;
    const boost::json::value& list = answered.body.is_array() ? answered.body : answered.body.at("items");
    std::vector<std::string> names;
    for (const boost::json::value& one : list.as_array()) names.emplace_back(one.at("name").as_string());
    return names;
  }
};

TEST_F(ManyQueues, AreListedInOrderWhateverThePage) {
  using testing::ElementsAre;
  EXPECT_EQ(names("/queues?columns=name").size(), kQueues);
  EXPECT_THAT(names("/queues?page=1&page_size=2"), ElementsAre("q0000", "q0001"));
  EXPECT_THAT(names("/queues?page=5000&page_size=2"), ElementsAre("q9998", "q9999"));
  EXPECT_THAT(names("/queues?page=1&page_size=3&sort=name&sort_reverse=true"), ElementsAre("q9999", "q9998", "q9997"));
  EXPECT_THAT(names("/queues?page=1&page_size=4&sort=messages&sort_reverse=true"),
              ElementsAre("q2000", "q1000", "q0000", "q9999"));
  EXPECT_THAT(names("/queues?page=1&page_size=3&sort=message_bytes&sort_reverse=true"),
              ElementsAre("q2000", "q1000", "q0000"));
  EXPECT_THAT(names("/queues?page=1&page_size=2&name=77&sort=name&sort_reverse=true"), ElementsAre("q9977", "q9877"));
  EXPECT_EQ(ask("GET", "/queues?page=1&name=q77").body.at("filtered_count"), 100);
  // What is equal keeps its order, and is turned round with the rest.
  EXPECT_THAT(names("/queues?page=1&page_size=2&sort=state"), ElementsAre("q0000", "q0001"));
  EXPECT_THAT(names("/queues?page=1&page_size=2&sort=state&sort_reverse=true"), ElementsAre("q9999", "q9998"));
  EXPECT_THAT(names("/queues?page=1&page_size=2&sort=no.such"), ElementsAre("q0000", "q0001"));
  EXPECT_THAT(names("/queues?page=1&page_size=2&sort=,"), ElementsAre("q0000", "q0001"));
  EXPECT_THAT(names("/queues/%2F?page=1&page_size=2&sort=,,"), ElementsAre("q0000", "q0001"));
}

TEST_F(ManyQueues, APageSaysOfItsQueuesWhatTheWholeListSays) {
  EXPECT_EQ(status("PUT", "/policies/%2F/short", R"({"pattern":"^q2","definition":{"max-length":9}})"), 201u);
  boost::json::value whole = ask("GET", "/queues").body;
  ASSERT_EQ(whole.as_array().size(), kQueues);
  boost::json::value page = ask("GET", "/queues?page=21&page_size=100").body;
  EXPECT_EQ(page.at("total_count"), kQueues);
  for (std::size_t i = 0; i < 100; ++i) {
    boost::json::object& one = page.at("items").as_array()[i].as_object();
    boost::json::object& same = whole.as_array()[2'000 + i].as_object();
    EXPECT_EQ(one.erase("idle_since"), same.erase("idle_since"));  // to a millisecond
    EXPECT_EQ(one, same);
  }
  EXPECT_EQ(page.at("items").as_array()[0].at("policy"), "short");
  EXPECT_EQ(page.at("items").as_array()[0].at("messages"), 3);
  EXPECT_EQ(names("/queues?page=1&page_size=1&sort=policy").front(), "q2000");
  EXPECT_EQ(ask("GET", "/queues?page=21&page_size=1&columns=messages,arguments").body.at("items").as_array()[0],
            (boost::json::object{{"messages", 0}, {"arguments", boost::json::object()}}));
}

}  // namespace
}  // namespace wharf::management
