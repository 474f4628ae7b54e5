// Who may ask, and users, virtual hosts, permissions.
#include "admin/management/api_testing.hpp"

namespace wharf::management {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST_F(ManagementApi, WhoDoesNotSignInIsAskedTo) {
  for (const char* user : {"", "guest:wrong", "nobody:guest", "guest"}) {
    Answered answered = ask("GET", "/whoami", "", user);
    refused(answered, 401, "not_authorized", "Not_Authorized");
    EXPECT_THAT(answered.headers, Contains(Pair("WWW-Authenticate", "Basic realm=\"RabbitMQ Management\"")));
  }
  EXPECT_EQ(ask("GET", "/whoami").text(), R"({"name":"guest","tags":["administrator"],"is_internal_user":true})");
}

TEST_F(ManagementApi, GuestSignsInFromThisMachineOnly) {
  remote_ = {"192.0.2.1", 1};
  EXPECT_EQ(status("GET", "/whoami"), 401u);
}

TEST_F(ManagementApi, AUserIsMadeChangedAndDeleted) {
  EXPECT_EQ(status("PUT", "/users/al%2Fice", R"({"password":"secret","tags":"management, odd"})"), 201u);
  boost::json::value user = ask("GET", "/users/al%2Fice").body;
  EXPECT_EQ(user.at("name"), "al/ice");
  EXPECT_EQ(user.at("tags"), (boost::json::array{"management", "odd"}));
  EXPECT_EQ(user.at("hashing_algorithm"), "rabbit_password_hashing_sha256");
  EXPECT_EQ(status("GET", "/whoami", "", "al/ice:secret"), 200u);

  // The hash that was told is taken back, for another user too; without a password nobody signs in.
  std::string hash(user.at("password_hash").as_string());
  EXPECT_EQ(status("PUT", "/users/bob", R"({"tags":["monitoring"],"password_hash":")" + hash + "\"}"), 201u);
  EXPECT_EQ(status("GET", "/whoami", "", "bob:secret"), 200u);
  EXPECT_EQ(status("PUT", "/users/bob", R"({"tags":["monitoring"]})"), 204u);
  EXPECT_EQ(status("GET", "/whoami", "", "bob:secret"), 401u);

  EXPECT_EQ(ask("GET", "/users").body.as_array().size(), 3u);
  EXPECT_EQ(status("POST", "/users/bulk-delete", R"({"users":["bob","nobody"]})"), 204u);
  EXPECT_EQ(status("DELETE", "/users/al%2Fice"), 204u);
  refused(ask("DELETE", "/users/al%2Fice"), 404, "Object Not Found", "Not Found");
  refused(ask("GET", "/users/al%2Fice"), 404, "Object Not Found", "Not Found");
}

TEST_F(ManagementApi, ASlashAtTheEndOfAPathSaysNothing) {
  for (const char* path : {"/users", "/permissions", "/bindings", "/cluster-name", "/queues/%2F"}) {
    Answered plain = ask("GET", path);
    EXPECT_EQ(plain.status, 200u) << path;
    EXPECT_EQ(ask("GET", std::string(path) + "/").text(), plain.text());
  }
  EXPECT_EQ(status("PUT", "/cluster-name/", R"({"name":"shop"})"), 204u);
  EXPECT_EQ(ask("GET", "/cluster-name").body.at("name"), "shop");
  EXPECT_EQ(status("GET", "/users//"), 404u);
}

TEST_F(ManagementApi, NoUserAndNoVirtualHostHasLimits) {
  for (const char* list : {"/user-limits", "/user-limits/guest", "/vhost-limits", "/vhost-limits/%2F"}) {
    EXPECT_EQ(ask("GET", list).text(), "[]") << list;
  }
  EXPECT_EQ(status("GET", "/user-limits/nobody"), 404u);
  EXPECT_EQ(status("GET", "/vhost-limits/nowhere"), 404u);
  EXPECT_EQ(status("PUT", "/vhost-limits/%2F/max-queues", R"({"value":1})"), 404u) << "it would not be kept to";
}

runtime::Task<void> ask_later(Api* api, runtime::Shard* here, http::Request request, unsigned* status) {
  http::Response response = co_await api->answer(*here, std::move(request));
  *status = response.status;
}

/// As POST /api/wharf/v1/tokens makes it.
TEST_F(ManagementApi, ATokenThatIsMadeWhileItsUserIsDeletedIsNotTheNextOnesOfThatName) {
  int asked_meanwhile = 0;
  for (int steps = 0; steps < 40; ++steps) {
    add_user("alice");
    unsigned deleted = 0;
    runtime::TaskScope deleting(shard());
    deleting.spawn("delete", ask_later(api_.get(), &shard(), request_of("DELETE", "/users/alice"), &deleted));
    for (int i = 0; i < steps && deleted == 0; ++i) simulation_.step();
    const bool is_there = node_->access().table(shard()).find_user("alice") != nullptr;
    json_http::Tokens::Wanted wanted{.user = "alice", .name = "ci", .expires_ms = 253'402'300'799'999};
    if (is_there && deleted == 0) {
      std::ignore = simulation_.run(shard(), tokens_->make(shard(), std::move(wanted)));
      ++asked_meanwhile;
    }
    simulation_.run(shard(), deleting.close());
    EXPECT_EQ(deleted, 204u);
    EXPECT_TRUE(tokens_->list().empty()) << steps;
    auto kept = simulation_.run(shard(), node_->parameters().list(shard(), broker::ParameterKind::kToken));
    EXPECT_TRUE(kept.empty()) << steps;
  }
  EXPECT_GT(asked_meanwhile, 5);
}

TEST_F(ManagementApi, AUserThatCannotBeIsRefusedInRabbitMqsWords) {
  auto put = [&](std::string body) { return ask("PUT", "/users/x", std::move(body)); };
  refused(put(R"({"password":"a"})"), 400, "bad_request", "tags_not_present");
  refused(put(""), 400, "bad_request", "tags_not_present");
  refused(put("{bad"), 400, "bad_request", "not_json");
  refused(put("[1]"), 400, "bad_request", "not_json");
  refused(put(std::string(10'000, '[')), 400, "bad_request", "not_json");
  refused(put(R"({"tags":"","password":"a","password_hash":"b"})"), 400, "bad_request",
          "both_password_and_password_hash_are_provided");
  EXPECT_EQ(put(R"({"tags":5})").status, 400u);
  EXPECT_EQ(put(R"({"tags":[5]})").status, 400u);
  EXPECT_EQ(put(R"({"tags":"","password":5})").status, 400u);
  EXPECT_EQ(put(R"({"tags":"","password_hash":"xx"})").status, 400u);
  EXPECT_EQ(put(R"({"tags":"","password_hash":"","hashing_algorithm":"rot13"})").status, 400u);
  EXPECT_EQ(status("GET", "/users/x"), 404u);
}

TEST_F(ManagementApi, TagsDecideWhatMayBeAsked) {
  add_user("plain", "");
  add_user("alice");
  add_user("mona", "monitoring");
  refused(ask("GET", "/whoami", "", "plain:secret"), 401, "not_authorised", "Not management user");
  refused(ask("GET", "/users", "", "alice:secret"), 401, "not_authorised", "Not administrator user");
  refused(ask("PUT", "/vhosts/x", "", "mona:secret"), 401, "not_authorised", "Not administrator user");
  refused(ask("GET", "/queues/%2F", "", "alice:secret"), 401, "not_authorised",
          "User not authorised to access virtual host");
  EXPECT_EQ(status("GET", "/queues/%2F", "", "mona:secret"), 401u);
  EXPECT_EQ(ask("GET", "/vhosts", "", "mona:secret").body.as_array().size(), 1u);
  refused(ask("PUT", "/queues/%2F/q", "{}", "mona:secret"), 401, "not_authorised",
          "User not authorised to access virtual host");
  EXPECT_EQ(ask("GET", "/vhosts", "", "alice:secret").text(), "[]");
  permit("alice", "^a", "", "");
  EXPECT_EQ(ask("GET", "/vhosts", "", "alice:secret").body.as_array().size(), 1u);
  EXPECT_EQ(status("PUT", "/queues/%2F/a", "{}", "alice:secret"), 201u);
  refused(ask("PUT", "/queues/%2F/b", "{}", "alice:secret"), 401, "not_authorised",
          "configure access to queue 'b' in vhost '/' refused for user 'alice'");
}

TEST_F(ManagementApi, TheLogSaysWhoseLoginWasRefusedAndWhy) {
  add_user("plain", "");
  auto told = [this] { return logger_.with("refused a login listener=admin from=127.0.0.1:1 "); };
  EXPECT_EQ(status("GET", "/whoami", "", ""), 401u);  // each tool's first request
  EXPECT_EQ(status("GET", "/whoami"), 200u);
  EXPECT_THAT(told(), testing::IsEmpty());
  EXPECT_EQ(status("GET", "/whoami", "", "plain:wrong"), 401u);
  EXPECT_EQ(status("GET", "/whoami", "", "plain:secret"), 401u);
  EXPECT_EQ(status("GET", "/whoami", "", "no colon"), 401u);
  EXPECT_THAT(told(), testing::ElementsAre(testing::HasSubstr("user 'plain'"), testing::HasSubstr("user 'plain' has no tag"),
                                           testing::HasSubstr("neither a name and a password nor a token")));
}

TEST_F(ManagementApi, AVirtualHostIsItsMakersToUse) {
  EXPECT_EQ(status("PUT", "/vhosts/a%20b"), 201u);
  EXPECT_EQ(status("PUT", "/vhosts/a%20b"), 204u);
  EXPECT_EQ(ask("GET", "/vhosts/a%20b").body.at("name"), "a b");
  EXPECT_EQ(ask("GET", "/permissions/a%20b/guest").body.at("configure"), ".*");
  EXPECT_EQ(status("PUT", "/queues/a%20b/q", "{}"), 201u);
  EXPECT_EQ(ask("GET", "/vhosts/a%20b/permissions").body.as_array().size(), 1u);
  EXPECT_EQ(
      status("PUT", "/vhosts/c", R"({"description":"","tags":[],"tracing":false,"default_queue_type":"classic"})"),
      201u);
  EXPECT_EQ(status("DELETE", "/vhosts/a%20b"), 204u);
  refused(ask("DELETE", "/vhosts/a%20b"), 404, "Object Not Found", "Not Found");
  refused(ask("GET", "/queues/a%20b"), 404, "Object Not Found", "Not Found");
  refused(ask("PUT", "/queues/a%20b/q", "{}"), 404, "not_found", "vhost_not_found");
  EXPECT_EQ(ask("DELETE", "/vhosts/%2F").status, 400u);
}

// As RabbitMQ 4.0 was seen to answer, but that a queue which is there is what it is.
TEST_F(ManagementApi, AVirtualHostHasADefaultQueueType) {
  EXPECT_EQ(status("PUT", "/vhosts/v", R"({"default_queue_type":"quorum"})"), 201u);
  EXPECT_EQ(ask("GET", "/vhosts/v").body.at("metadata").at("default_queue_type"), "quorum");
  EXPECT_EQ(status("PUT", "/queues/v/durable", R"({"durable":true})"), 201u);
  EXPECT_EQ(status("PUT", "/queues/v/transient", "{}"), 201u);
  EXPECT_EQ(status("PUT", "/queues/v/named", R"({"durable":true,"arguments":{"x-queue-type":"classic"}})"), 201u);
  EXPECT_EQ(ask("GET", "/queues/v/durable").body.at("type"), "quorum");
  EXPECT_EQ(ask("GET", "/queues/v/durable").body.at("arguments"), (boost::json::object{{"x-queue-type", "quorum"}}));
  EXPECT_EQ(ask("GET", "/queues/v/transient").body.at("type"), "classic");
  EXPECT_EQ(ask("GET", "/queues/v/named").body.at("type"), "classic");
  EXPECT_EQ(status("PUT", "/queues/v/durable", R"({"durable":true})"), 204u);
  EXPECT_EQ(status("PUT", "/queues/v/named", R"({"durable":true})"), 204u);
  EXPECT_EQ(status("PUT", "/vhosts/v", R"({"description":"told without it"})"), 204u);
  EXPECT_EQ(status("PUT", "/vhosts/v", R"({"default_queue_type":"quorum"})"), 204u);
  EXPECT_EQ(ask("GET", "/vhosts/v").body.at("description"), "told without it");
  restart();
  EXPECT_EQ(ask("GET", "/vhosts/v").body.at("default_queue_type"), "quorum");
  EXPECT_EQ(status("PUT", "/vhosts/v", R"({"default_queue_type":"undefined"})"), 204u);
  EXPECT_EQ(status("PUT", "/queues/v/later", R"({"durable":true})"), 201u);
  EXPECT_EQ(ask("GET", "/queues/v/later").body.at("type"), "classic");
  EXPECT_EQ(status("PUT", "/vhosts/v", R"({"default_queue_type":"stack"})"), 400u);
  EXPECT_EQ(status("PUT", "/vhosts/v", R"({"default_queue_type":"stream"})"), 204u);
}

TEST_F(ManagementApi, AStreamIsDeclaredAsAQueue) {
  constexpr const char* kHour = R"({"durable":true,"arguments":{"x-queue-type":"stream","x-max-age":"1h"}})";
  constexpr const char* kMinutes = R"({"durable":true,"arguments":{"x-queue-type":"stream","x-max-age":"60m"}})";
  EXPECT_EQ(status("PUT", "/queues/%2F/s", kHour), 201u);
  EXPECT_EQ(ask("GET", "/queues/%2F/s").body.at("type"), "stream");
  EXPECT_EQ(status("PUT", "/queues/%2F/s", kMinutes), 204u) << "means the same";
  EXPECT_EQ(status("PUT", "/queues/%2F/s", R"({"durable":true,"arguments":{"x-queue-type":"stream"}})"), 400u);
  EXPECT_EQ(status("PUT", "/queues/%2F/s", R"({"durable":true})"), 400u) << "it is no classic queue";
  EXPECT_EQ(status("PUT", "/queues/%2F/t", R"({"arguments":{"x-queue-type":"stream"}})"), 400u) << "not durable";
  EXPECT_EQ(status("PUT", "/vhosts/%2F", R"({"default_queue_type":"stream"})"), 204u);
  EXPECT_EQ(status("PUT", "/queues/%2F/t", R"({"durable":true})"), 201u);
  EXPECT_EQ(ask("GET", "/queues/%2F/t").body.at("type"), "stream");
  EXPECT_EQ(status("PUT", "/queues/%2F/t", R"({"durable":true})"), 204u);
  EXPECT_EQ(status("PUT", "/queues/%2F/amq.mine", R"({"durable":true})"), 401u);
  EXPECT_TRUE(publish("t", "hello"));
  EXPECT_EQ(status("DELETE", "/queues/%2F/t?if-empty=true"), 400u);
  for (const char* name : {"s", "t"}) {
    EXPECT_EQ(status("DELETE", std::string("/queues/%2F/") + name), 204u);
    EXPECT_EQ(status("GET", std::string("/queues/%2F/") + name), 404u);
  }
}

TEST_F(ManagementApi, AVirtualHostThatIsRefusedIsNotThere) {
  const std::string long_note = R"({"description":")" + std::string(70'000, 'x') + R"("})";
  EXPECT_EQ(status("PUT", "/vhosts/" + std::string(256, 'x')), 400u);
  EXPECT_EQ(status("PUT", "/vhosts/%FF"), 400u);
  EXPECT_GE(status("PUT", "/vhosts/noted", long_note), 400u);
  EXPECT_EQ(ask("GET", "/vhosts").body.as_array().size(), 1u);
  EXPECT_EQ(status("PUT", "/vhosts/noted", R"({"description":"short"})"), 201u);
  EXPECT_EQ(ask("GET", "/permissions/noted/guest").body.at("configure"), ".*");
  EXPECT_EQ(status("PUT", "/vhosts/" + std::string(255, 'x')), 201u);
}

TEST_F(ManagementApi, APermissionIsSetAndClearedWithRabbitMqsCodes) {
  add_user("alice");
  const std::string all = R"({"configure":".*","write":".*","read":".*"})";
  EXPECT_EQ(status("PUT", "/permissions/%2F/alice", all), 201u);
  EXPECT_EQ(status("PUT", "/permissions/%2F/alice", all), 204u);
  EXPECT_EQ(ask("GET", "/permissions/%2F/alice").text(),
            R"({"user":"alice","vhost":"/","configure":".*","write":".*","read":".*"})");
  EXPECT_EQ(ask("GET", "/users/alice/permissions").body.as_array().size(), 1u);
  EXPECT_EQ(ask("GET", "/permissions").body.as_array().size(), 2u);
  refused(ask("PUT", "/permissions/no/alice", all), 400, "bad_request", "vhost_or_user_not_found");
  refused(ask("PUT", "/permissions/%2F/no", all), 400, "bad_request", "vhost_or_user_not_found");
  refused(ask("PUT", "/permissions/%2F/alice", R"({"configure":"","write":""})"), 400, "bad_request",
          "[{key_missing,read}]");
  EXPECT_EQ(status("PUT", "/permissions/%2F/alice", R"({"configure":"","write":"","read":"["})"), 400u);
  EXPECT_EQ(status("DELETE", "/permissions/%2F/alice"), 204u);
  EXPECT_EQ(status("DELETE", "/permissions/%2F/alice"), 404u);
  EXPECT_EQ(status("GET", "/permissions/%2F/alice"), 404u);
  EXPECT_EQ(status("GET", "/users/nobody/permissions"), 404u);
}

TEST_F(ManagementApi, TopicPermissionsAreByExchange) {
  add_user("alice");
  auto put = [&](const std::string& exchange) {
    return status("PUT", "/topic-permissions/%2F/alice",
                  R"({"exchange":")" + exchange + R"(","write":"^a","read":"^b"})");
  };
  EXPECT_EQ(put("amq.topic"), 201u);
  EXPECT_EQ(put("news"), 204u);
  EXPECT_EQ(ask("GET", "/topic-permissions/%2F/alice").body.as_array().size(), 2u);
  EXPECT_EQ(ask("GET", "/users/alice/topic-permissions").body.as_array().size(), 2u);
  EXPECT_EQ(status("DELETE", "/topic-permissions/%2F/alice/news"), 204u);
  EXPECT_EQ(status("DELETE", "/topic-permissions/%2F/alice/news"), 404u);
  EXPECT_EQ(put(""), 204u);
  EXPECT_EQ(status("DELETE", "/topic-permissions/%2F/alice/amq.default"), 204u);  // the one without a name alone
  EXPECT_EQ(ask("GET", "/topic-permissions/%2F/alice").body.as_array().size(), 1u);
  EXPECT_EQ(status("DELETE", "/topic-permissions/%2F/alice"), 204u);
  EXPECT_EQ(status("GET", "/topic-permissions/%2F/alice"), 404u);
}

TEST_F(ManagementApi, AnUnknownPathOrMethodIsSaidToBe) {
  refused(ask("GET", "/nothing"), 404, "Object Not Found", "Not Found");
  EXPECT_EQ(ask("GET", "/").status, 404u);
  Answered answered = ask("POST", "/users/alice");
  EXPECT_EQ(answered.status, 405u);
  EXPECT_THAT(answered.headers, Contains(Pair("Allow", "GET, HEAD, PUT, DELETE")));
  EXPECT_EQ(status("HEAD", "/users"), 200u);
}

TEST_F(ManagementApi, EveryRouteBelowAVirtualHostNamesItFirst) {
  for (const Route& route : routes()) {
    if (route.right != Right::kSees && route.right != Right::kEnters) continue;
    EXPECT_TRUE(route.pattern.substr(std::string_view("/api/").size()).contains("/{vhost}")) << route.pattern;
    EXPECT_EQ(route.pattern.find('{'), route.pattern.find("{vhost}")) << route.pattern;
  }
}

}  // namespace
}  // namespace wharf::management
