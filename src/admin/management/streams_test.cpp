// Streams of each virtual host, over a whole node.
#include "admin/management/api_testing.hpp"

namespace wharf::management {
namespace {

class ManagementOfStreams : public ManagementApi {
 protected:
  static constexpr const char* kStream = R"({"durable":true,"arguments":{"x-queue-type":"stream","x-max-age":"7D"}})";

  ManagementOfStreams() { make_shop(); }

  void make_shop() {
    EXPECT_EQ(status("PUT", "/vhosts/shop"), 201u);
    EXPECT_LT(status("PUT", "/permissions/shop/guest", R"({"configure":".*","write":".*","read":".*"})"), 205u);
  }
  /// Whether it went anywhere.
  bool publish_in(const std::string& vhost, const std::string& exchange, const std::string& key) {
    boost::json::object body{
        {"properties", boost::json::object()}, {"routing_key", key}, {"payload", "x"}, {"payload_encoding", "string"}};
    Answered answered = ask("POST", "/exchanges/" + vhost + "/" + exchange + "/publish", boost::json::serialize(body));
    EXPECT_EQ(answered.status, 200u) << answered.text();
    return answered.status == 200 && answered.body.at("routed").as_bool();
  }
  boost::json::value messages_in(const std::string& vhost, const std::string& name) {
    Answered answered = ask("GET", "/queues/" + vhost + "/" + name);
    return answered.status == 200 ? answered.body.at("messages") : nullptr;
  }
  std::string names_in(const std::string& vhost) {
    std::string names;
    const boost::json::value listed = ask("GET", "/queues/" + vhost).body;
    for (const boost::json::value& one : listed.as_array()) {
      names += std::string(one.at("vhost").as_string()) + ":" + std::string(one.at("name").as_string()) + " ";
    }
    return names;
  }
};

TEST_F(ManagementOfStreams, OneNameInTwoVirtualHostsIsTwoStreams) {
  EXPECT_EQ(status("PUT", "/queues/shop/s", kStream), 201u);
  EXPECT_EQ(status("GET", "/queues/%2F/s"), 404u);
  EXPECT_EQ(status("PUT", "/queues/%2F/s", kStream), 201u);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(publish_in("shop", "amq.default", "s"));
  EXPECT_TRUE(publish_in("%2F", "amq.default", "s"));
  for (int start = 0; start < 2; ++start) {
    EXPECT_EQ(messages_in("shop", "s"), 3);
    EXPECT_EQ(messages_in("%2F", "s"), 1);
    restart();
  }
  EXPECT_EQ(names_in("shop"), "shop:s ");
  EXPECT_EQ(names_in("%2F"), "/:s ");
  EXPECT_EQ(ask("GET", "/queues").body.as_array().size(), 2u);
  EXPECT_EQ(status("PUT", "/queues/shop/s", kStream), 204u);
  refused(ask("PUT", "/queues/shop/s", R"({"durable":true,"arguments":{"x-queue-type":"stream"}})"), 400, "bad_request",
          "inequivalent arg 'x-max-age' for queue 's' in vhost 'shop': received none but current is the value '7D' of "
          "type 'longstr'");
  refused(ask("PUT", "/queues/shop/s", R"({"durable":true})"), 400, "bad_request",
          "inequivalent arg 'x-queue-type' for queue 's' in vhost 'shop': received 'classic' but current is 'stream'");
  EXPECT_EQ(status("DELETE", "/queues/shop/s?if-empty=true"), 400u);
  EXPECT_EQ(status("DELETE", "/queues/shop/s"), 204u);
  EXPECT_EQ(status("GET", "/queues/shop/s"), 404u);
  EXPECT_EQ(messages_in("%2F", "s"), 1);
}

TEST_F(ManagementOfStreams, WhatIsBoundInAVirtualHostReachesItsStream) {
  EXPECT_EQ(status("PUT", "/queues/shop/s", kStream), 201u);
  EXPECT_EQ(status("PUT", "/queues/%2F/s", kStream), 201u);
  EXPECT_EQ(status("POST", "/bindings/shop/e/amq.direct/q/s", R"({"routing_key":"k"})"), 201u);
  for (int start = 0; start < 2; ++start) {
    EXPECT_TRUE(publish_in("shop", "amq.direct", "k"));
    EXPECT_FALSE(publish_in("%2F", "amq.direct", "k"));
    EXPECT_TRUE(publish_in("shop", "amq.topic", "s")) << "the key is a stream's name";
    restart();
  }
  EXPECT_EQ(messages_in("shop", "s"), 4);
  EXPECT_EQ(messages_in("%2F", "s"), 0);
}

TEST_F(ManagementOfStreams, AVirtualHostTakesItsStreamsAlongAndANewOneOfItsNameHasNothing) {
  EXPECT_EQ(status("PUT", "/queues/%2F/s", kStream), 201u);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(status("PUT", "/queues/shop/s", kStream), 201u);
    EXPECT_EQ(status("POST", "/bindings/shop/e/amq.direct/q/s", R"({"routing_key":"k"})"), 201u);
    EXPECT_TRUE(publish_in("shop", "amq.direct", "k"));
    EXPECT_EQ(messages_in("shop", "s"), 1);
    EXPECT_EQ(status("DELETE", "/vhosts/shop"), 204u);
    EXPECT_TRUE(node_->catalogue().topics(shard())->topics("shop").empty());
    if (round == 1) restart();
    make_shop();
    EXPECT_EQ(names_in("shop"), "");
    EXPECT_FALSE(publish_in("shop", "amq.direct", "k"));
    EXPECT_FALSE(publish_in("shop", "amq.default", "s"));
  }
  EXPECT_EQ(messages_in("%2F", "s"), 0);
}

TEST_F(ManagementOfStreams, DefinitionsHaveThemInEachVirtualHost) {
  EXPECT_EQ(status("PUT", "/queues/shop/s", kStream), 201u);
  EXPECT_EQ(status("POST", "/bindings/shop/e/amq.direct/q/s", R"({"routing_key":"k"})"), 201u);
  const boost::json::value all = ask("GET", "/definitions").body, shop = ask("GET", "/definitions/shop").body;
  EXPECT_EQ(boost::json::serialize(all.at("queues")),
            R"([{"name":"s","vhost":"shop","durable":true,"auto_delete":false,)"
            R"("arguments":{"x-queue-type":"stream","x-max-age":"7D"}}])");
  EXPECT_EQ(all.at("bindings").as_array().size(), 1u);
  EXPECT_EQ(status("PUT", "/vhosts/bank"), 201u);
  EXPECT_EQ(status("POST", "/definitions/bank", boost::json::serialize(shop)), 204u);
  EXPECT_EQ(ask("GET", "/definitions/bank").body.at("bindings"), shop.at("bindings"));
  EXPECT_EQ(names_in("bank"), "bank:s ");
  EXPECT_EQ(names_in("%2F"), "");
  EXPECT_EQ(status("DELETE", "/vhosts/shop"), 204u);
  EXPECT_EQ(status("POST", "/definitions", boost::json::serialize(all)), 204u);
  EXPECT_EQ(names_in("shop"), "shop:s ");
  refused(ask("POST", "/definitions", R"({"queues":[{"name":"s","vhost":"shop","durable":true}]})"), 400, "bad_request",
          "queue 's' in vhost 'shop' is a stream already");
}

TEST_F(ManagementOfStreams, TheyMayBeAnyVirtualHostsDefaultType) {
  EXPECT_EQ(status("PUT", "/vhosts/shop", R"({"default_queue_type":"stream"})"), 204u);
  EXPECT_EQ(status("PUT", "/queues/shop/s", R"({"durable":true})"), 201u);
  EXPECT_EQ(ask("GET", "/queues/shop/s").body.at("type"), "stream");
  EXPECT_EQ(status("PUT", "/queues/shop/a%20b", R"({"durable":true})"), 400u) << "no topic could be called so";
}

TEST_F(ManagementOfStreams, TheirUsersAreThoseOfTheVirtualHost) {
  EXPECT_EQ(status("PUT", "/queues/shop/s", kStream), 201u);
  add_user("mary", "management");
  permit("mary");
  EXPECT_EQ(status("GET", "/queues/shop/s", "", "mary:secret"), 401u);
  EXPECT_EQ(status("DELETE", "/queues/shop/s", "", "mary:secret"), 401u);
  EXPECT_EQ(status("PUT", "/permissions/shop/mary", R"({"configure":"^m","write":".*","read":".*"})"), 201u);
  EXPECT_EQ(status("GET", "/queues/shop/s", "", "mary:secret"), 200u);
  EXPECT_EQ(status("DELETE", "/queues/shop/s", "", "mary:secret"), 401u);
  EXPECT_EQ(status("PUT", "/queues/shop/mine", kStream, "mary:secret"), 201u);
  EXPECT_EQ(status("PUT", "/queues/shop/yours", kStream, "mary:secret"), 401u);
}

TEST_F(ManagementOfStreams, NothingIsTakenFromThemByAQueuesPaths) {
  EXPECT_EQ(status("PUT", "/queues/shop/s", kStream), 201u);
  refused(ask("DELETE", "/queues/shop/s/contents"), 400, "bad_request",
          "'s' is a stream, from which nothing is taken: AMQP's consumers read it, and what is old leaves by the "
          "x-max-age and x-max-length-bytes it was declared with");
}

}  // namespace
}  // namespace wharf::management
