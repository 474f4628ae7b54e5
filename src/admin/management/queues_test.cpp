// Exchanges, queues, bindings, and messages through them.
#include "admin/management/api_testing.hpp"
#include "admin/management/properties_key.hpp"

namespace wharf::management {
namespace {

using testing::Contains;
using testing::Pair;

TEST_F(ManagementApi, AQueueIsDeclaredAsByAmqp) {
  const std::string body = R"({"durable":true,"arguments":{"x-message-ttl":60000,"x-max-length":5}})";
  EXPECT_EQ(status("PUT", "/queues/%2F/q", body), 201u);
  EXPECT_EQ(status("PUT", "/queues/%2F/q", body), 204u);
  boost::json::value queue = ask("GET", "/queues/%2F/q").body;
  EXPECT_EQ(queue.at("arguments"), (boost::json::object{{"x-message-ttl", 60000}, {"x-max-length", 5}}));
  for (const char* number : {"messages", "messages_ready", "messages_unacknowledged", "consumers"})
    EXPECT_EQ(queue.at(number), 0);
  refused(ask("PUT", "/queues/%2F/q", R"({"durable":false})"), 400, "bad_request",
          "inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'");
  refused(ask("PUT", "/queues/%2F/r", R"({"arguments":{"x-message-ttl":"a"}})"), 400, "bad_request",
          "invalid arg 'x-message-ttl' for queue 'r' in vhost '/': \"expected integer, got longstr\"");
  EXPECT_EQ(ask("PUT", "/queues/%2F/r", R"({"durable":"maybe"})").text(),
            R"({"error":"bad_request","reason":["not_boolean","maybe"]})");
  EXPECT_EQ(status("PUT", "/queues/%2F/r", R"({"arguments":[1]})"), 400u);
  EXPECT_EQ(status("PUT", "/queues/%2F/amq.r", "{}"), 401u);
  EXPECT_EQ(status("PUT", "/queues/%2F/r", R"({"durable":"true","arguments":[]})"), 201u);
  EXPECT_EQ(status("DELETE", "/queues/%2F/r"), 204u);
  EXPECT_EQ(status("DELETE", "/queues/%2F/r"), 404u);
  EXPECT_EQ(status("GET", "/queues/%2F/r"), 404u);
}

// Tools of RabbitMQ 3 ask for these after each maintenance.
TEST_F(ManagementApi, WhatConcernsMirrorsAloneSucceedsWhereThereAreNone) {
  ASSERT_EQ(status("PUT", "/queues/%2F/q", "{}"), 201u);
  EXPECT_EQ(status("POST", "/queues/%2F/q/actions", R"({"action":"sync"})"), 204u);
  EXPECT_EQ(status("POST", "/queues/%2F/q/actions", R"({"action":"cancel_sync"})"), 204u);
  EXPECT_EQ(status("POST", "/queues/%2F/q/actions", R"({"action":"delete"})"), 400u);
  EXPECT_EQ(status("POST", "/queues/%2F/q/actions", "{}"), 400u);
  EXPECT_EQ(status("POST", "/queues/%2F/none/actions", R"({"action":"sync"})"), 404u);
  EXPECT_EQ(status("POST", "/rebalance/queues", ""), 204u);
}

TEST_F(ManagementApi, NamesAndKeysAreNoLongerThanAmqpCanSayThem) {
  const std::string most(255, 'n');
  EXPECT_EQ(status("PUT", "/queues/%2F/" + most, "{}"), 201u);
  EXPECT_EQ(status("PUT", "/exchanges/%2F/" + most, "{}"), 201u);
  EXPECT_EQ(status("POST", "/bindings/%2F/e/" + most + "/q/" + most, R"({"routing_key":")" + most + R"("})"), 201u);
  refused(ask("PUT", "/queues/%2F/" + most + "n", "{}"), 400, "bad_request",
          "a queue's name has at most 255 bytes, and this has 256");
  EXPECT_EQ(status("PUT", "/exchanges/%2F/" + most + "n", "{}"), 400u);
  EXPECT_EQ(status("POST", "/bindings/%2F/e/" + most + "/q/" + most, R"({"routing_key":")" + most + R"(n"})"), 400u);
}

TEST_F(ManagementApi, AnExclusiveQueueIsShownAndLeftAlone) {
  broker::QueueDeclaration own{.name = "mine", .exclusive = queue::ConnectionId(1)};
  ASSERT_TRUE(simulation_.run(shard(), node_->entities().declare_queue(shard(), "/", std::move(own))));
  EXPECT_EQ(ask("GET", "/queues/%2F/mine").body.at("exclusive"), true);
  EXPECT_EQ(status("DELETE", "/queues/%2F/mine"), 400u);
  EXPECT_EQ(status("DELETE", "/queues/%2F/mine/contents"), 400u);
  EXPECT_EQ(status("PUT", "/queues/%2F/mine", "{}"), 400u);
}

TEST_F(ManagementApi, ListsArePagedFilteredSortedAndCutToColumns) {
  for (int i = 0; i < 700; ++i) ASSERT_EQ(status("PUT", "/queues/%2F/q" + std::to_string(i), "{}"), 201u);
  EXPECT_TRUE(publish("q7", "hello"));
  EXPECT_EQ(ask("GET", "/queues").body.as_array().size(), 700u);
  boost::json::value page = ask("GET", "/queues?page=2&page_size=500&columns=name").body;
  EXPECT_EQ(page.at("item_count"), 200);
  EXPECT_EQ(page.at("page_count"), 2);
  EXPECT_EQ(page.at("total_count"), 700);
  EXPECT_EQ(page.at("items").as_array().back(), (boost::json::object{{"name", "q99"}}));
  EXPECT_EQ(ask("GET", "/queues?page=1&name=q69").body.at("filtered_count"), 11);
  EXPECT_EQ(ask("GET", "/queues?page=1&name=%5Eq69$&use_regex=true").body.at("filtered_count"), 1);
  EXPECT_EQ(status("GET", "/queues?page=1&name=(&use_regex=true"), 400u);
  boost::json::value sorted = ask("GET", "/queues/%2F?sort=messages&sort_reverse=true&columns=name,messages").body;
  EXPECT_EQ(sorted.as_array().front(), (boost::json::object{{"name", "q7"}, {"messages", 1}}));
  refused(ask("GET", "/queues?page=0"), 400, "invalid_pagination_parameters",
          "Invalid pagination parameters: page number 0, page size 100");
  refused(ask("GET", "/queues?page=9"), 400, "page_out_of_range",
          "Page out of range, page: 9 page size: 100, len: 700");
  EXPECT_EQ(ask("GET", "/overview").body.at("object_totals").at("queues"), 700);
  EXPECT_FALSE(ask("GET", "/queues?disable_stats=true").body.as_array().front().as_object().contains("messages"));
}

TEST_F(ManagementApi, AnExchangeIsDeclaredAndDeleted) {
  EXPECT_EQ(status("PUT", "/exchanges/%2F/e", R"({"type":"topic","durable":true})"), 201u);
  EXPECT_EQ(status("PUT", "/exchanges/%2F/e", R"({"type":"topic","durable":true})"), 204u);
  refused(ask("PUT", "/exchanges/%2F/e", R"({"type":"direct","durable":true})"), 400, "bad_request",
          "inequivalent arg 'type' for exchange 'e' in vhost '/': received 'direct' but current is 'topic'");
  EXPECT_EQ(
      ask("GET", "/exchanges/%2F/e?columns=name,vhost,type,durable,auto_delete,internal,arguments").text(),
      R"({"name":"e","vhost":"/","type":"topic","durable":true,"auto_delete":false,"internal":false,"arguments":{}})");
  EXPECT_EQ(ask("GET", "/exchanges/%2F/amq.default").body.at("name"), "");
  EXPECT_EQ(status("PUT", "/exchanges/%2F/f", R"({"type":"odd"})"), 400u);
  EXPECT_EQ(status("PUT", "/exchanges/%2F/amq.f", R"({"type":"topic"})"), 401u);
  EXPECT_EQ(status("DELETE", "/exchanges/%2F/amq.topic"), 401u);
  EXPECT_EQ(status("DELETE", "/exchanges/%2F/amq.default"), 401u);
  EXPECT_EQ(status("PUT", "/queues/%2F/q", "{}"), 201u);
  EXPECT_EQ(status("POST", "/bindings/%2F/e/e/q/q"), 201u);
  EXPECT_EQ(status("DELETE", "/exchanges/%2F/e?if-unused=true"), 400u);
  EXPECT_EQ(status("DELETE", "/exchanges/%2F/e"), 204u);
  EXPECT_EQ(status("DELETE", "/exchanges/%2F/e"), 404u);
}

TEST_F(ManagementApi, ABindingIsFoundAgainByItsKey) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", "{}"), 201u);
  const std::string ends = "/bindings/%2F/e/amq.topic/q/q";
  Answered bound = ask("POST", ends, R"({"routing_key":"a.#","arguments":{}})");
  EXPECT_EQ(bound.status, 201u);
  EXPECT_THAT(bound.headers, Contains(Pair("Location", "q/a.%2523")));
  EXPECT_EQ(status("POST", ends, R"({"routing_key":"a.#","arguments":{"x":1}})"), 201u);
  EXPECT_EQ(status("POST", ends), 201u);
  EXPECT_EQ(status("POST", "/bindings/%2F/e/amq.topic/e/amq.fanout", R"({"routing_key":"k"})"), 201u);
  EXPECT_EQ(ask("GET", ends).body.as_array().size(), 3u);
  EXPECT_EQ(ask("GET", "/queues/%2F/q/bindings").body.as_array().size(), 4u);  // with the default exchange's
  EXPECT_EQ(ask("GET", "/exchanges/%2F/amq.topic/bindings/source").body.as_array().size(), 4u);
  EXPECT_EQ(ask("GET", "/exchanges/%2F/amq.fanout/bindings/destination").body.as_array().size(), 1u);
  EXPECT_EQ(ask("GET", "/bindings").body.as_array().size(), 5u);
  EXPECT_EQ(ask("GET", ends + "/a.%2523").body.at("routing_key"), "a.#");
  for (const boost::json::value& one : ask("GET", ends).body.as_array()) {
    std::string key(one.at("properties_key").as_string());
    EXPECT_EQ(status("DELETE", ends + "/" + escaped(key)), 204u) << key;
    EXPECT_EQ(status("DELETE", ends + "/" + escaped(key)), 404u) << key;
  }
  refused(ask("POST", "/bindings/%2F/e/amq.topic/q/no"), 404, "not_found", "no queue 'no' in vhost '/'");
  EXPECT_EQ(status("POST", "/bindings/%2F/e/amq.default/q/q"), 401u);
}

TEST_F(ManagementApi, AMessageIsPublishedAndTakenWithItsProperties) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", R"({"durable":true})"), 201u);
  Answered routed = ask(
      "POST", "/exchanges/%2F/amq.default/publish",
      R"({"properties":{"delivery_mode":2,"headers":{"a":1,"BCC":["x"]},"content_type":"text/plain","timestamp":5},)"
      R"("routing_key":"q","payload":"/w==","payload_encoding":"base64"})");
  EXPECT_EQ(routed.text(), R"({"routed":true})");
  EXPECT_TRUE(publish("q", "hello"));
  EXPECT_FALSE(publish("nowhere", "hello"));
  boost::json::value seen = take("q", "ack_requeue_true");
  ASSERT_EQ(seen.as_array().size(), 2u);
  const boost::json::value& first = seen.as_array().front();
  EXPECT_EQ(first.at("payload"), "/w==");
  EXPECT_EQ(first.at("payload_encoding"), "base64");
  EXPECT_EQ(first.at("message_count"), 1);
  EXPECT_EQ(first.at("redelivered"), false);
  EXPECT_EQ(first.at("properties"), (boost::json::object{{"content_type", "text/plain"},
                                                         {"delivery_mode", 2},
                                                         {"timestamp", 5},
                                                         {"headers", boost::json::object{{"a", 1}}}}));
  EXPECT_EQ(seen.as_array().back().at("properties"), boost::json::array());
  boost::json::value again = take("q", "ack_requeue_false", 1);
  EXPECT_EQ(again.as_array().front().at("redelivered"), true);
  EXPECT_EQ(ask("GET", "/queues/%2F/q").body.at("messages_ready"), 1);
  EXPECT_EQ(status("DELETE", "/queues/%2F/q/contents"), 204u);
  EXPECT_EQ(take("q", "ack_requeue_true"), boost::json::array());
}

TEST_F(ManagementApi, WhatIsPublishedToAnExchangeOfRecentHistoryIsThereForWhoIsBoundLater) {
  EXPECT_EQ(status("PUT", "/exchanges/%2F/recent", R"({"type":"x-recent-history"})"), 201u);
  EXPECT_FALSE(publish("key", "earlier", "recent"));
  EXPECT_EQ(status("PUT", "/queues/%2F/late", "{}"), 201u);
  EXPECT_EQ(status("POST", "/bindings/%2F/e/recent/q/late", "{}"), 201u);
  boost::json::value taken = take("late", "ack_requeue_false");
  ASSERT_EQ(taken.as_array().size(), 1u);
  EXPECT_EQ(taken.at(0).at("payload").as_string(), "earlier");
}

TEST_F(ManagementApi, ARejectedMessageGoesWhereDeadLettersGo) {
  EXPECT_EQ(status("PUT", "/queues/%2F/dead", "{}"), 201u);
  EXPECT_EQ(status("PUT", "/queues/%2F/q",
                   R"({"arguments":{"x-dead-letter-exchange":"","x-dead-letter-routing-key":"dead"}})"),
            201u);
  EXPECT_TRUE(publish("q", "poison"));
  EXPECT_EQ(take("q", "reject_requeue_true", 1).as_array().size(), 1u);
  EXPECT_EQ(take("q", "reject_requeue_false", 1).as_array().size(), 1u);
  simulation_.run_until_idle(std::chrono::milliseconds(10));
  EXPECT_EQ(take("dead", "ack_requeue_false").as_array().front().at("payload"), "poison");
}

TEST_F(ManagementApi, AMessageForADelayingExchangeWaits) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", R"({"durable":true})"), 201u);
  EXPECT_EQ(status("PUT", "/exchanges/%2F/e", R"({"type":"x-delayed-message","durable":true})"), 400u);
  EXPECT_EQ(status("PUT", "/exchanges/%2F/e",
                   R"({"type":"x-delayed-message","durable":true,"arguments":{"x-delayed-type":"direct"}})"),
            201u);
  EXPECT_EQ(status("POST", "/bindings/%2F/e/e/q/q", R"({"routing_key":"k"})"), 201u);
  auto later = [&](const std::string& key, int mode) {
    return ask("POST", "/exchanges/%2F/e/publish",
               R"({"properties":{"delivery_mode":)" + std::to_string(mode) +
                   R"(,"headers":{"x-delay":5000}},"routing_key":")" + key +
                   R"(","payload":"x","payload_encoding":"string"})")
        .text();
  };
  EXPECT_EQ(later("k", 2), R"({"routed":true})");
  EXPECT_EQ(later("k", 1), R"({"routed":true})");
  EXPECT_EQ(later("nowhere", 2), R"({"routed":true})");  // nobody knows yet
  EXPECT_TRUE(publish("k", "at once", "e"));
  EXPECT_EQ(take("q", "ack_requeue_false").as_array().size(), 1u);
  simulation_.run_for(std::chrono::milliseconds(4'900));
  EXPECT_EQ(take("q", "ack_requeue_false"), boost::json::array());
  simulation_.run_for(std::chrono::milliseconds(200));
  boost::json::value came = take("q", "ack_requeue_false");
  ASSERT_EQ(came.as_array().size(), 2u);
  EXPECT_EQ(came.as_array().front().at("properties").at("headers"), (boost::json::object{{"x-delay", -5000}}));
}

TEST_F(ManagementApi, BadPublishesAndGetsAreRefused) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", R"({"arguments":{"x-max-length":1,"x-overflow":"reject-publish"}})"), 201u);
  auto to = [&](const std::string& exchange, std::string body) {
    return ask("POST", "/exchanges/%2F/" + exchange + "/publish", std::move(body));
  };
  const std::string rest = R"(,"payload":"x","payload_encoding":"string"})";
  refused(to("no", R"({"properties":{},"routing_key":"q")" + rest), 404, "not_found", "exchange_not_found");
  refused(to("amq.default", R"({"properties":{})" + rest), 400, "bad_request", "[{key_missing,routing_key}]");
  refused(to("amq.default", R"({"properties":{"expiration":"x"},"routing_key":"q")" + rest), 400, "bad_request",
          "invalid expiration 'x': no_integer");
  const std::string in_anothers_name = R"({"properties":{"user_id":"x"},"routing_key":"nowhere")" + rest;
  EXPECT_EQ(to("amq.default", in_anothers_name).status, 400u);
  add_user("proxy", "management,impersonator");
  permit("proxy");
  EXPECT_EQ(status("POST", "/exchanges/%2F/amq.default/publish", in_anothers_name, "proxy:secret"), 200u);
  EXPECT_EQ(to("amq.default", R"({"properties":{"delivery_mode":256},"routing_key":"q")" + rest).status, 400u);
  EXPECT_EQ(to("amq.default", R"({"properties":{"content_type":5},"routing_key":"q")" + rest).text(),
            R"({"error":"bad_request","reason":["not_string","content_type"]})");
  EXPECT_EQ(
      to("amq.default", R"({"properties":{},"routing_key":"q","payload":"*","payload_encoding":"base64"})").status,
      400u);
  EXPECT_TRUE(publish("q", "one"));
  refused(to("amq.default", R"({"properties":{},"routing_key":"q")" + rest), 400, "bad_request", "rejected");

  auto get = [&](std::string body) { return ask("POST", "/queues/%2F/q/get", std::move(body)); };
  refused(get(R"({"count":1,"encoding":"auto"})"), 400, "bad_request", "[{key_missing,ackmode}]");
  EXPECT_EQ(get(R"({"count":"x","ackmode":"ack_requeue_true","encoding":"auto"})").text(),
            R"({"error":"bad_request","reason":["not_integer","x"]})");
  EXPECT_EQ(get(R"({"count":1,"ackmode":"odd","encoding":"auto"})").status, 400u);
  refused(get(R"({"count":1,"ackmode":"ack_requeue_true","encoding":"no"})"), 400, "bad_request",
          "Unsupported encoding. Please use auto or base64.");
  refused(ask("POST", "/queues/%2F/no/get", R"({"count":1,"ackmode":"ack_requeue_true","encoding":"auto"})"), 404,
          "not_found", "queue_not_found");
  EXPECT_EQ(get(R"({"count":1,"ackmode":"ack_requeue_true","encoding":"base64","truncate":2})")
                .body.as_array()
                .front()
                .at("payload"),
            "b24=");
}

TEST_F(ManagementApi, WhatAUserMayNotReadOrWriteIsRefused) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", "{}"), 201u);
  add_user("alice");
  permit("alice", "", "", "");
  for (const char* target : {"/queues/%2F/q/contents", "/queues/%2F/q", "/exchanges/%2F/amq.topic"}) {
    EXPECT_EQ(status("DELETE", target, "", "alice:secret"), 401u) << target;
  }
  EXPECT_EQ(status("POST", "/queues/%2F/q/get", R"({"count":1,"ackmode":"ack_requeue_true","encoding":"auto"})",
                   "alice:secret"),
            401u);
  EXPECT_EQ(status("POST", "/bindings/%2F/e/amq.topic/q/q", "", "alice:secret"), 401u);
  EXPECT_EQ(status("POST", "/exchanges/%2F/amq.default/publish",
                   R"({"properties":{},"routing_key":"q","payload":"x","payload_encoding":"string"})", "alice:secret"),
            401u);
  EXPECT_EQ(ask("GET", "/queues/%2F/q").body.at("messages"), 0);
}

// A publisher by AMQP is held back meanwhile.
TEST_F(ManagementApi, WhileTheNodeIsShortOfSomethingNothingIsPublished) {
  EXPECT_EQ(status("PUT", "/queues/%2F/q", R"({"durable":true})"), 201u);
  const std::string path = "/exchanges/%2F/amq.default/publish";
  const std::string message = R"({"properties":{},"routing_key":"q","payload":"x","payload_encoding":"string"})";
  const std::pair<broker::Shortage, std::string> shortages[] = {{{.memory = true, .disk = false}, "memory"},
                                                                {{.memory = false, .disk = true}, "disk"},
                                                                {{.memory = true, .disk = true}, "memory and disk"}};
  for (const auto& [shortage, what] : shortages) {
    node_->alarms(0).change(shortage);
    refused(ask("POST", path, message), 503, "service_unavailable",
            "the broker is low on " + what + ": publishers are held back until it is over");
  }
  EXPECT_EQ(status("POST", path, "{}"), 400u) << "what could never be published is told so";
  node_->alarms(0).change({});
  EXPECT_TRUE(publish("q", "y"));
  boost::json::value taken = take("q", "ack_requeue_false");
  ASSERT_EQ(taken.as_array().size(), 1u);
  EXPECT_EQ(taken.at(0).at("payload"), "y");
}

}  // namespace
}  // namespace wharf::management
