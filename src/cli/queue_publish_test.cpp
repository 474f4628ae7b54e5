#include "cli/queue_publish.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "cli/program.hpp"

namespace wharf::cli {
namespace {

std::string properties_of(const PublishOptions& options) {
  Result<boost::json::object> properties = message_properties(options);
  return properties ? boost::json::serialize(*properties) : properties.error().message;
}

TEST(QueuePublish, AMessageIsPersistentUnlessSomethingSaysOtherwise) {
  EXPECT_EQ(properties_of({}), R"({"delivery_mode":2})");
  EXPECT_EQ(properties_of({.transient = true}), R"({"delivery_mode":1})");
  EXPECT_EQ(properties_of({.properties = {"delivery-mode=1"}}), R"({"delivery_mode":1})");
}

TEST(QueuePublish, PropertiesAreWhatTheApiCallsThemAndOfItsTypes) {
  EXPECT_EQ(properties_of({.properties = {"content-type=text/plain", "priority=5", "expiration=60000", "message_id=7",
                                          "timestamp=1700000000", "reply-to=a=b", "app-id="}}),
            R"({"content_type":"text/plain","priority":5,"expiration":"60000","message_id":"7",)"
            R"("timestamp":1700000000,"reply_to":"a=b","app_id":"","delivery_mode":2})");
}

TEST(QueuePublish, HeadersHaveTypes) {
  EXPECT_EQ(properties_of({.headers = {"n=3", "region=eu", "again=true", "list=[1,2]", R"(text="3")"}}),
            R"({"delivery_mode":2,"headers":{"n":3,"region":"eu","again":true,"list":[1,2],"text":"3"}})");
}

TEST(QueuePublish, WhatCannotBeIsToldInASentence) {
  const std::string names =
      "content-type, content-encoding, delivery-mode, priority, correlation-id, reply-to, expiration, message-id, "
      "timestamp, type, user-id, app-id, cluster-id";
  EXPECT_EQ(properties_of({.properties = {"colour=red"}}), "--property: there is no property 'colour': " + names);
  EXPECT_EQ(properties_of({.properties = {"headers={}"}}),
            "--property: headers are given one by one, by --header NAME=VALUE");
  EXPECT_EQ(properties_of({.properties = {"priority"}}), "--property: 'priority' is not NAME=VALUE");
  EXPECT_EQ(properties_of({.properties = {"priority=256"}}),
            "--property: priority is a number from 0 to 255, not '256'");
  EXPECT_EQ(properties_of({.properties = {"delivery-mode=persistent"}}),
            "--property: delivery-mode is a number from 1 to 2, not 'persistent'");
  EXPECT_EQ(properties_of({.properties = {"timestamp=now"}}), "--property: timestamp is seconds since 1970, not 'now'");
  EXPECT_EQ(properties_of({.properties = {"type=" + std::string(256, 'x')}}), "--property: type may have 255 bytes");
  EXPECT_EQ(properties_of({.properties = {"delivery-mode=2"}, .transient = true}),
            "--transient and --property delivery-mode say the same thing: give one of them");
  EXPECT_EQ(properties_of({.headers = {"region"}}), "--header: 'region' is not KEY=VALUE");
}

TEST(QueuePublish, AMessageGoesToAQueueOrByAnExchange) {
  const auto says = [](std::vector<std::string> arguments, const std::string& sentence) {
    arguments.insert(arguments.begin(), {"wharf", "queue", "publish"});
    std::ostringstream out, err;
    EXPECT_EQ(run_program(arguments, {out, err}), kUsage);
    EXPECT_EQ(err.str(), "wharf queue: " + sentence + "\n");
  };
  says({}, "QUEUE is missing, or --exchange");
  says({"jobs", "text", "--routing-key", "k"}, "--routing-key goes with --exchange: the key to a queue is its name");
  says({"jobs", "text", "--exchange", "orders"}, "with --exchange there is no QUEUE: 'text' is one argument too many");
}

}  // namespace
}  // namespace wharf::cli
