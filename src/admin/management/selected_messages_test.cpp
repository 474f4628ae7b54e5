// What an operator does to the messages of a queue that match a selector, and to the oldest.
#include <fmt/format.h>

#include "admin/management/queue_messages_testing.hpp"

namespace wharf::management {
namespace {

class SelectedMessages : public QueueMessages {
 protected:
  /// Bodies "0", "1" and so on, with a header `n` of the same number.
  void fill(const std::string& queue, int messages) {
    for (int n = 0; n < messages; ++n) {
      EXPECT_EQ(status("POST", "/exchanges/%2F/amq.default/publish",
                       fmt::format(R"({{"properties":{{"headers":{{"n":{}}}}},"routing_key":"{}","payload":"{}",)"
                                   R"("payload_encoding":"string"}})",
                                   n, queue, n)),
                200u);
    }
  }
  Answered move(const std::string& where, const std::string& to = "other") {
    boost::json::object body{{"queue", to}, {"where", where}};
    return ask("POST", at("q") + "/move", boost::json::serialize(body));
  }
};

TEST_F(SelectedMessages, TheOldestAreDroppedByNumber) {
  for (const char* body : {"1", "2", "3"}) EXPECT_TRUE(publish("q", body));
  EXPECT_EQ(ask("DELETE", at("q") + "?oldest=2").text(), R"({"dropped":2})");
  EXPECT_EQ(bodies("q"), Bodies{"3"});
  EXPECT_EQ(ask("DELETE", at("q") + "?oldest=2").text(), R"({"dropped":1})");
  EXPECT_EQ(status("DELETE", at("q")), 400u);
  EXPECT_EQ(status("DELETE", at("q") + "?oldest=-1"), 400u);
  EXPECT_EQ(status("DELETE", at("no") + "?oldest=1"), 404u);
}

TEST_F(SelectedMessages, ThoseThatMatchAreDropped) {
  fill("q", 6);
  EXPECT_EQ(ask("DELETE", at("q") + "?where=n%20%3E%203").text(), R"({"dropped":2})");
  EXPECT_EQ(bodies("q"), (Bodies{"0", "1", "2", "3"}));
  EXPECT_EQ(ask("DELETE", at("q") + "?where=n%20%3C%3E%201&oldest=2").text(), R"({"dropped":2})");
  EXPECT_EQ(bodies("q"), (Bodies{"1", "3"}));
  EXPECT_EQ(status("DELETE", at("no") + "?where=TRUE"), 404u);
}

TEST_F(SelectedMessages, WhatIsNoSelectorIsRefusedWithItsPlaceAndTouchesNothing) {
  fill("q", 2);
  constexpr std::string_view kWhy = "the selector, at position 5: a ' that is never closed";
  refused(ask("DELETE", at("q") + "?where=n%20%3D%20'1"), 400, "bad_request", kWhy);
  refused(ask("GET", at("q") + "?where=n%20%3D%20'1"), 400, "bad_request", kWhy);
  refused(move("n = '1"), 400, "bad_request", kWhy);
  EXPECT_EQ(status("DELETE", at("q") + "?where="), 400u);
  EXPECT_EQ(move("").status, 400u);
  EXPECT_EQ(status("POST", at("q") + "/move", R"({"queue":"other"})"), 400u);
  EXPECT_EQ(bodies("q"), (Bodies{"0", "1"}));
  EXPECT_EQ(bodies("other"), Bodies{});
}

TEST_F(SelectedMessages, AStreamIsNoPlaceToMoveThemTo) {
  fill("q", 2);
  ASSERT_EQ(status("PUT", "/queues/%2F/s", R"({"durable":true,"arguments":{"x-queue-type":"stream"}})"), 201u);
  refused(move("n = 1", "s"), 400, "bad_request",
          "'s' is a stream: a message is published to it, and moved between queues alone");
  EXPECT_EQ(move("n = 1", "none").status, 404u);
  EXPECT_EQ(bodies("q"), (Bodies{"0", "1"}));
}

TEST_F(SelectedMessages, ThoseThatMatchAreShown) {
  fill("q", 6);
  boost::json::value seen = ask("GET", at("q") + "?where=n%20IN%20(1,4,5)&count=2").body;
  ASSERT_EQ(seen.at("messages").as_array().size(), 2u);
  EXPECT_EQ(seen.at("messages").at(1).at("payload"), "4");
  EXPECT_EQ(seen.at("next"), "5");
}

TEST_F(SelectedMessages, ThoseThatMatchAreMovedInTheirOrder) {
  fill("q", 600);
  EXPECT_EQ(move("n >= 10").text(), R"({"moved":590})");
  EXPECT_EQ(bodies("q"), (Bodies{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
  boost::json::value there = ask("GET", at("other") + "?count=1000").body.at("messages");
  ASSERT_EQ(there.as_array().size(), 590u);
  for (std::size_t i = 0; i < 590; ++i) EXPECT_EQ(there.at(i).at("payload").as_string(), std::to_string(i + 10));
  EXPECT_EQ(move("n >= 10").text(), R"({"moved":0})");
}

TEST_F(SelectedMessages, WhatAConsumerHoldsIsNotMoved) {
  fill("q", 3);
  get_one("q");
  EXPECT_EQ(move("TRUE").text(), R"({"moved":2})");
  EXPECT_EQ(bodies("q"), Bodies{"0"});
}

TEST_F(SelectedMessages, WhatTheOtherQueueDoesNotTakeStaysInItsPlace) {
  make("small", R"({"x-max-length":2,"x-overflow":"reject-publish"})");
  fill("q", 5);
  refused(move("n > 0", "small"), 400, "bad_request", "the queue is full; 2 messages were moved before");
  EXPECT_EQ(bodies("small"), (Bodies{"1", "2"}));
  EXPECT_EQ(bodies("q"), (Bodies{"0", "3", "4"}));
  boost::json::value seen = ask("GET", at("q")).body.at("messages");
  EXPECT_EQ(seen.at(1).at("state"), "ready");
  EXPECT_EQ(seen.at(1).at("delivery_count"), 0);
  EXPECT_EQ(move("TRUE", "no").status, 404u);
  EXPECT_EQ(move("TRUE", "q").status, 400u);
  EXPECT_EQ(ask("POST", at("q") + "/move", R"({"queue":7,"where":"TRUE"})").text(),
            R"({"error":"bad_request","reason":"not_string: \"queue\""})");
}

TEST_F(SelectedMessages, WhoMayNotReadTheOneOrWriteTheOtherMovesAndDropsNothing) {
  fill("q", 1);
  add_user("ann");
  const std::string body = R"({"queue":"other","where":"TRUE"})";
  permit("ann", "", "", "^q$");
  EXPECT_EQ(status("POST", at("q") + "/move", body, "ann:secret"), 401u);
  permit("ann", "", "^other$", "");
  EXPECT_EQ(status("POST", at("q") + "/move", body, "ann:secret"), 401u);
  EXPECT_EQ(status("DELETE", at("q") + "?where=TRUE", "", "ann:secret"), 401u);
  EXPECT_EQ(bodies("q"), Bodies{"0"});
}

}  // namespace
}  // namespace wharf::management
