// The sentences are what a RabbitMQ 4.0 answered.
#include "protocols/amqp091/session/stream_arguments.hpp"

#include <gtest/gtest.h>

namespace wharf::amqp091 {
namespace {

constexpr QueueName kQueue{"q", "/"};

std::string text(const char* value) {
  return value;
}

std::string verdict(const char* name, PropertyValue value) {
  auto settings = stream_settings({{"x-queue-type", text("stream")}, {name, std::move(value)}}, kQueue);
  return settings ? "ok" : settings.error().reply_text();
}

TEST(StreamArguments, RefusalsAreRabbitMqsWords) {
  struct Case {
    const char* name;
    PropertyValue value;
    const char* why;
  };
  const Case cases[] = {
      {"x-max-age", text("7Q"), ": invalid_max_age"},
      {"x-max-age", text("0h"), ": invalid_max_age"},
      {"x-max-age", text("-1h"), ": invalid_max_age"},
      {"x-max-age", text("7"), ": invalid_max_age"},
      {"x-max-age", text("99999999999999999Y"), ": invalid_max_age"},
      {"x-max-age", 5, ": {unacceptable_type,signedint}"},
      {"x-max-length-bytes", -1, ": {value_negative,-1}"},
      {"x-max-length-bytes", text("a"), ": \"expected integer, got longstr\""},
      {"x-stream-max-segment-size-bytes", -1, ": {value_negative,-1}"},
      {"x-initial-cluster-size", 0, ": {value_zero,0}"},
      {"x-queue-leader-locator", text("x"), ": invalid_queue_locator_arg"},
      {"x-max-length", 5, " of queue type rabbit_stream_queue"},
      {"x-message-ttl", 5, " of queue type rabbit_stream_queue"},
      {"x-dead-letter-exchange", text("a"), " of queue type rabbit_stream_queue"},
      {"x-single-active-consumer", true, " of queue type rabbit_stream_queue"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(verdict(one.name, one.value),
              std::string("PRECONDITION_FAILED - invalid arg '") + one.name + "' for queue 'q' in vhost '/'" + one.why);
  }
  EXPECT_EQ(verdict("x-stream-max-segment-size-bytes", std::int64_t{4'000'000'000}),
            "PRECONDITION_FAILED - Exceeded max value for x-stream-max-segment-size-bytes");
  EXPECT_EQ(verdict("x-stream-filter-size-bytes", 1),
            "PRECONDITION_FAILED - Invalid value for  x-stream-filter-size-bytes");
  for (const char* name : {"x-consumer-timeout", "x-foo"}) EXPECT_EQ(verdict(name, 5), "ok");
  EXPECT_EQ(verdict("x-queue-leader-locator", text("client-local")), "ok");
  EXPECT_EQ(verdict("x-stream-filter-size-bytes", 16), "ok");
}

TEST(StreamArguments, WhatIsKeptIsTheTopicsRetention) {
  auto settings = stream_settings({{"x-queue-type", text("stream")},
                                   {"x-max-age", text("7D")},
                                   {"x-max-length-bytes", 20'000'000},
                                   {"x-stream-max-segment-size-bytes", 5}},
                                  kQueue);
  ASSERT_TRUE(settings);
  EXPECT_EQ(*settings, (TopicSettings{{"cleanup.policy", "delete"},
                                      {"retention.ms", "604800000"},
                                      {"retention.bytes", "20000000"},
                                      {"segment.bytes", "1048576"}}));
  settings = stream_settings({{"x-queue-type", text("stream")}}, kQueue);
  ASSERT_TRUE(settings);
  EXPECT_EQ(*settings,
            (TopicSettings{{"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}}));
}

TEST(StreamArguments, ATopicTellsTheArgumentsThatItCouldHaveBeenDeclaredWith) {
  PropertyTable asked{{"x-queue-type", text("stream")}, {"x-max-age", text("168h")}, {"x-max-length-bytes", 5}};
  EXPECT_EQ(stream_arguments(*stream_settings(asked, kQueue)),
            (PropertyTable{
                {"x-queue-type", text("stream")}, {"x-max-age", text("7D")}, {"x-max-length-bytes", std::int64_t{5}}}));
  EXPECT_EQ(stream_arguments({{"retention.ms", "1500"}}),
            (PropertyTable{{"x-queue-type", text("stream")}, {"x-max-age", text("1500ms")}}));
  for (const TopicSettings& none :
       {TopicSettings{}, TopicSettings{{"retention.ms", "-1"}, {"retention.bytes", "-1"}}}) {
    EXPECT_EQ(stream_arguments(none), (PropertyTable{{"x-queue-type", text("stream")}}));
  }
}

TEST(StreamArguments, AConsumerBeginsWhereItsOffsetSays) {
  using Kind = StreamStart::Kind;
  struct Case {
    PropertyValue value;
    StreamStart start;
  };
  const Case cases[] = {
      {text("first"), {Kind::kFirst, 0}},
      {text("last"), {Kind::kLast, 0}},
      {text("next"), {Kind::kNext, 0}},
      {5, {Kind::kOffset, 5}},
      {std::int64_t{1} << 40, {Kind::kOffset, std::int64_t{1} << 40}},
      {-1, {Kind::kOffset, 0}},
      {text("1h"), {Kind::kAge, 3'600'000}},
      {text("2Y"), {Kind::kAge, 2LL * 365 * 86'400'000}},
      {EpochSeconds{1'700'000'000}, {Kind::kTime, 1'700'000'000'000}},
      {EpochSeconds{~0ull}, {Kind::kTime, std::numeric_limits<std::int64_t>::max() / 1000 * 1000}},
  };
  for (const Case& one : cases) {
    Outcome<StreamStart> start = stream_start({{"x-stream-offset", one.value}}, kQueue);
    ASSERT_TRUE(start);
    EXPECT_EQ(*start, one.start);
  }
  EXPECT_EQ(*stream_start({}, kQueue), StreamStart{});
}

TEST(StreamArguments, AConsumersOffsetThatMeansNothingIsRefused) {
  auto said = [](PropertyTable arguments) { return stream_start(arguments, kQueue).error().reply_text(); };
  EXPECT_EQ(said({{"x-stream-offset", text("10x")}}),
            "PRECONDITION_FAILED - invalid arg 'x-stream-offset' for queue 'q' in vhost '/': "
            "{invalid_stream_offset_arg,{longstr,<<\"10x\">>}}");
  EXPECT_EQ(said({{"x-stream-offset", true}}),
            "PRECONDITION_FAILED - invalid arg 'x-stream-offset' for queue 'q' in vhost '/': "
            "{invalid_stream_offset_arg,{bool,true}}");
  EXPECT_EQ(
      said({{"x-priority", 5}}),
      "PRECONDITION_FAILED - invalid arg 'x-priority' for queue 'q' in vhost '/' of queue type rabbit_stream_queue");
}

}  // namespace
}  // namespace wharf::amqp091
