#include "protocols/stomp/session/subscribe_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wharf::stomp {
namespace {

using testing::HasSubstr;

Frame subscribe(std::vector<Header> headers, std::string_view destination = "/queue/q") {
  Frame frame{.command = "SUBSCRIBE", .headers = {{"id", "0"}, {"destination", destination}}, .body = {}};
  for (Header one : headers) frame.headers.push_back(one);
  return frame;
}

SubscribeRequest read(std::vector<Header> headers, std::string_view destination = "/queue/q") {
  auto request = subscribe_request_of(subscribe(std::move(headers), destination), Version::k12);
  EXPECT_TRUE(request) << request.error().detail;
  return request.value_or(SubscribeRequest());
}

std::string refused(std::vector<Header> headers, std::string_view destination = "/queue/q") {
  auto request = subscribe_request_of(subscribe(std::move(headers), destination), Version::k12);
  return request ? "" : request.error().message + ": " + request.error().detail;
}

TEST(SubscribeRequest, OfNothingSaidItIsPlain) {
  SubscribeRequest request = read({});
  EXPECT_EQ(request.id, "0");
  EXPECT_EQ(request.ack, AckMode::kAuto);
  EXPECT_EQ(request.prefetch, 0u);
  EXPECT_FALSE(request.outlives());
  EXPECT_FALSE(request.queue.says_anything());
}

TEST(SubscribeRequest, RabbitmqsHeadersAreRead) {
  SubscribeRequest request = read({{"ack", "client-individual"},
                                   {"prefetch-count", "5"},
                                   {"x-priority", "-2"},
                                   {"durable", "true"},
                                   {"auto-delete", "false"},
                                   {"x-queue-name", "mine"},
                                   {"x-message-ttl", "100"},
                                   {"x-dead-letter-exchange", "dlx"},
                                   {"x-single-active-consumer", "true"}},
                                  "/topic/a");
  EXPECT_EQ(request.ack, AckMode::kIndividual);
  EXPECT_EQ(request.prefetch, 5u);
  EXPECT_EQ(request.priority, -2);
  EXPECT_TRUE(request.outlives());
  EXPECT_EQ(request.queue.name, "mine");
  EXPECT_EQ(request.queue.arguments, (PropertyTable{{"x-message-ttl", std::int64_t{100}},
                                                    {"x-dead-letter-exchange", std::string("dlx")},
                                                    {"x-single-active-consumer", true}}));
}

TEST(SubscribeRequest, ActivemqsHeadersAreRead) {
  SubscribeRequest request = read({{"activemq.prefetchSize", "7"},
                                   {"activemq.priority", "3"},
                                   {"activemq.subscriptionName", "news"},
                                   {"activemq.maximumPendingMessageLimit", "9"},
                                   {"activemq.dispatchAsync", "true"},
                                   {"activemq.noLocal", "false"},
                                   {"selector", "a = 1"}},
                                  "/topic/a");
  EXPECT_EQ(request.prefetch, 7u);
  EXPECT_EQ(request.priority, 3);
  EXPECT_EQ(request.durable_name, "news");
  EXPECT_EQ(request.most_waiting, 9u);
  EXPECT_EQ(request.selector, "a = 1");
  EXPECT_TRUE(request.outlives());
  EXPECT_EQ(read({}, "/queue/q?consumer.prefetchSize=3").prefetch, 3u);
}

TEST(SubscribeRequest, WhatIsNotServedIsRefusedAndNotPassedOver) {
  EXPECT_THAT(refused({{"activemq.exclusive", "true"}}), HasSubstr("x-single-active-consumer"));
  EXPECT_THAT(refused({{"activemq.noLocal", "true"}}), HasSubstr("Not served"));
  EXPECT_THAT(refused({{"no-local", "true"}}), HasSubstr("Not served"));
  EXPECT_THAT(refused({{"activemq.retroactive", "true"}}), HasSubstr("Not served"));
  EXPECT_THAT(refused({{"activemq.prefetchSize", "0"}}), HasSubstr("Not served"));
  EXPECT_THAT(refused({{"activemq.somethingNew", "1"}}), HasSubstr("Not served"));
  EXPECT_THAT(refused({{"transformation", "jms-map-json"}}), HasSubstr("Not served"));
  EXPECT_THAT(refused({{"x-stream-offset", "first"}}), HasSubstr("Not served"));
  EXPECT_THAT(refused({{"activemq.maximumPendingMessageLimit", "9"}}), HasSubstr("x-max-length"));
  EXPECT_THAT(refused({}, "/queue/q?consumer.retroactive=true"), HasSubstr("Not served"));
}

TEST(SubscribeRequest, ValuesThatAreNoneSayWhichHeader) {
  EXPECT_THAT(refused({{"ack", "maybe"}}), HasSubstr("'maybe' is no value of 'ack'"));
  EXPECT_THAT(refused({{"prefetch-count", "many"}}), HasSubstr("'many' is no value of 'prefetch-count'"));
  EXPECT_THAT(refused({{"durable", "yes"}}), HasSubstr("'yes' is no value of 'durable'"));
  EXPECT_THAT(refused({{"x-message-ttl", "1s"}}), HasSubstr("'1s' is no value of 'x-message-ttl'"));
  EXPECT_THAT(refused({{"activemq.subscriptionName", "n"}}), HasSubstr("a topic or an exchange"));
  EXPECT_THAT(refused({{"activemq.subscriptionName", "n"}, {"x-queue-name", "q"}}, "/topic/a"),
              HasSubstr("of its own"));
}

TEST(SubscribeRequest, FromVersion11OnTheIdIsNeeded) {
  Frame frame{.command = "SUBSCRIBE", .headers = {{"destination", "/queue/q"}}, .body = {}};
  EXPECT_TRUE(subscribe_request_of(frame, Version::k10));
  EXPECT_FALSE(subscribe_request_of(frame, Version::k11));
  frame.headers = {{"id", "1"}};
  auto none = subscribe_request_of(frame, Version::k12);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "Missing destination");
}

}  // namespace
}  // namespace wharf::stomp
