#include "protocols/stomp/session/destinations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wharf::stomp {
namespace {

using Kind = Destination::Kind;
using testing::HasSubstr;

TEST(Destinations, NamesMeanWhatTheyMeanInRabbitmq) {
  struct Case {
    std::string_view text;
    Destination meant;
  };
  for (const Case& one : {
           Case{"/queue/a", {Kind::kQueue, "a", "", {}}},
           Case{"a", {Kind::kQueue, "a", "", {}}},
           Case{"/queue/a%2Fb", {Kind::kQueue, "a/b", "", {}}},
           Case{"/queue/a/b", {Kind::kQueue, "a/b", "", {}}},
           Case{"/queue/100%", {Kind::kQueue, "100%", "", {}}},
           Case{"/queue/a%zz", {Kind::kQueue, "a%zz", "", {}}},
           Case{"/amq/queue/a", {Kind::kAmqQueue, "a", "", {}}},
           Case{"/topic/a.b", {Kind::kTopic, "amq.topic", "a.b", {}}},
           Case{"/exchange/e", {Kind::kExchange, "e", "", {}}},
           Case{"/exchange/e/k.l", {Kind::kExchange, "e", "k.l", {}}},
           Case{"/exchange/e/k/l", {Kind::kExchange, "e", "k/l", {}}},
           Case{"/temp-queue/t", {Kind::kTempQueue, "t", "", {}}},
           Case{"/reply-queue/r", {Kind::kReplyQueue, "r", "", {}}},
           Case{"/queue/a?b", {Kind::kQueue, "a?b", "", {}}},
           Case{"/queue/a?consumer.prefetchSize=1&consumer.priority=2",
                {Kind::kQueue, "a", "", {{"prefetchSize", "1"}, {"priority", "2"}}}},
       }) {
    auto read = destination_of(one.text);
    ASSERT_TRUE(read) << one.text;
    EXPECT_EQ(*read, one.meant) << one.text;
  }
}

TEST(Destinations, OthersAreRefusedWithRabbitmqsWords) {
  EXPECT_EQ(destination_of("/foo/a").error().message, "Unknown destination");
  EXPECT_THAT(destination_of("/foo/a").error().detail, HasSubstr("'/foo/a' is not a valid destination.\n"));
  EXPECT_EQ(destination_of("").error().message, "Unknown destination");
  EXPECT_EQ(destination_of("/queues/a").error().message, "Unknown destination");
  EXPECT_EQ(destination_of("/queue/").error().detail, "'/' is not a valid queue destination\n");
  EXPECT_EQ(destination_of("/queue").error().detail, "'' is not a valid queue destination\n");
  EXPECT_EQ(destination_of("/topic/").error().message, "Invalid destination");
  EXPECT_EQ(destination_of("/exchange/").error().message, "Invalid destination");
  EXPECT_EQ(destination_of("/queue/" + std::string(256, 'a')).error().message, "Invalid destination");
  EXPECT_THAT(destination_of("/queue/a,/queue/b").error().detail, HasSubstr("composite"));
  EXPECT_THAT(destination_of("/queue/a?consumer.prefetchSize").error().detail, HasSubstr("no option"));
}

TEST(Destinations, WhereAMessageWasPublishedIsToldSoThatItMeansTheSame) {
  EXPECT_EQ(text_of_published("", "a/b%"), "/queue/a%2Fb%25");
  EXPECT_EQ(text_of_published("amq.topic", "a.b"), "/topic/a.b");
  EXPECT_EQ(text_of_published("amq.topic", "a/b%2F"), "/topic/a/b%252F");
  EXPECT_EQ(destination_of("/topic/a/b%252F")->key, "a/b%2F");
  EXPECT_EQ(text_of_published("e", ""), "/exchange/e");
  EXPECT_EQ(text_of_published("e/f", "k"), "/exchange/e%2Ff/k");
  auto again = destination_of(text_of_published("e/f%", "k/l%2F"));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, (Destination{Kind::kExchange, "e/f%", "k/l%2F", {}}));
}

TEST(Destinations, ActivemqsLastWordStandsForAllBelow) {
  EXPECT_EQ(binding_key_of("a.>"), "a.#");
  EXPECT_EQ(binding_key_of(">"), "#");
  EXPECT_EQ(binding_key_of("a.b>"), "a.b>");
  EXPECT_EQ(binding_key_of("a.*.#"), "a.*.#");
}

TEST(Destinations, NoTwoDurableSubscriptionsHaveOneQueue) {
  EXPECT_EQ(durable_queue_name("1", "/topic/a"), "stomp-subscription-1@/topic/a");
  EXPECT_NE(durable_queue_name("1@/topic/a", "/topic/b"), durable_queue_name("1", "/topic/a@/topic/b"));
  EXPECT_NE(durable_queue_name("1%40", "x"), durable_queue_name("1@", "x"));
  EXPECT_NE(durable_queue_of_client("a", "b"), durable_queue_name("a", "b"));
}

}  // namespace
}  // namespace wharf::stomp
