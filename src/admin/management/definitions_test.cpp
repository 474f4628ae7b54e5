// Export and import of definitions, over a whole node.
#include "admin/management/api_testing.hpp"

namespace wharf::management {
namespace {

using testing::HasSubstr;

// As RabbitMQ 4.0.5 exported it.
constexpr const char* kOfRabbitMq = R"({
"rabbit_version":"4.0.5","rabbitmq_version":"4.0.5","product_name":"RabbitMQ","product_version":"4.0.5",
"rabbitmq_definition_format":"cluster","original_cluster_name":"rabbit@a","explanation":"Definitions of cluster 'rabbit@a'",
"users":[{"name":"alice","password_hash":"/ZoTA8VPly93cNrW2h3Xwy1g5EH1P/+nkyHZKFBSdrRKy/v5",
  "hashing_algorithm":"rabbit_password_hashing_sha256","tags":["management","policymaker"],"limits":{}},
 {"name":"guest","password_hash":"mHUCe3zbF4h7L4xTPMTXtaQXcbO5c9XbPkpm9F5tGug9Uxkp",
  "hashing_algorithm":"rabbit_password_hashing_sha256","tags":["administrator"],"limits":{}}],
"vhosts":[{"name":"/","description":"Default virtual host","metadata":{"description":"Default virtual host","tags":[],
  "default_queue_type":"quorum"},"tags":[],"default_queue_type":"quorum"},
 {"name":"shop","description":"","metadata":{"description":"","tags":["a","b"],"default_queue_type":"classic"},
  "tags":["a","b"],"default_queue_type":"classic"}],
"permissions":[{"user":"alice","vhost":"shop","configure":".*","write":".*","read":".*"},
 {"user":"guest","vhost":"/","configure":".*","write":".*","read":".*"}],
"topic_permissions":[{"user":"alice","vhost":"shop","exchange":"amq.topic","write":"^a","read":"^b"}],
"parameters":[{"value":{"pattern":".*","definition":{"max-length":100000},"priority":0,"apply-to":"queues"},
  "vhost":"shop","component":"operator_policy","name":"oper"}],
"global_parameters":[{"name":"cluster_name","value":"rab"},{"name":"cluster_tags","value":[]},
 {"name":"internal_cluster_id","value":"rabbitmq-cluster-id-Ct0DyUXofAst90amQppMnQ"}],
"policies":[{"vhost":"shop","name":"short","pattern":"^tmp","apply-to":"queues","definition":{"message-ttl":60000},"priority":2}],
"queues":[{"name":"log","vhost":"/","durable":true,"auto_delete":false,
  "arguments":{"x-queue-type":"stream","x-max-length-bytes":1000000}},
 {"name":"jobs","vhost":"shop","durable":true,"auto_delete":false,
  "arguments":{"x-max-length":1000,"x-queue-type":"classic"}},
 {"name":"qq","vhost":"shop","durable":true,"auto_delete":false,"arguments":{"x-queue-type":"quorum"}},
 {"name":"tmp","vhost":"shop","durable":false,"auto_delete":true,"arguments":{"x-queue-type":"classic"}}],
"exchanges":[{"name":"lost","vhost":"shop","type":"fanout","durable":true,"auto_delete":false,"internal":false,"arguments":{}},
 {"name":"orders","vhost":"shop","type":"topic","durable":true,"auto_delete":false,"internal":false,
  "arguments":{"alternate-exchange":"lost"}}],
"bindings":[{"source":"amq.direct","vhost":"/","destination":"log","destination_type":"queue","routing_key":"k","arguments":{}},
 {"source":"orders","vhost":"shop","destination":"jobs","destination_type":"queue","routing_key":"a.#",
  "arguments":{"x":1,"y":"b"}},
 {"source":"orders","vhost":"shop","destination":"lost","destination_type":"exchange","routing_key":"z","arguments":{}}]})";

/// What a file says, whatever the order; not who wrote it.
boost::json::object told(boost::json::value file) {
  for (const char* heading : {"rabbit_version", "rabbitmq_version", "product_name", "product_version",
                              "original_cluster_name", "explanation"}) {
    file.as_object().erase(heading);
  }
  boost::json::object told;
  for (auto& [name, value] : file.as_object()) {
    if (!value.is_array()) {
      told[name] = value;
      continue;
    }
    std::map<std::string, boost::json::value> sorted;
    for (boost::json::value& one : value.as_array()) {
      std::map<std::string, std::string> fields;  // the order of an object's fields does not count either
      for (auto& [field, content] : one.as_object()) fields[std::string(field)] = boost::json::serialize(content);
      std::string key;
      for (auto& [field, content] : fields) key += field + content;
      sorted.emplace(key, one);
    }
    boost::json::array all;
    for (auto& [key, one] : sorted) all.push_back(one);
    told[name] = std::move(all);
  }
  return told;
}

TEST_F(ManagementApi, WhatRabbitMqExportedIsExportedAgainAsItWas) {
  EXPECT_EQ(ask("POST", "/definitions", kOfRabbitMq).status, 204u);
  Answered exported = ask("GET", "/definitions", "");
  ASSERT_EQ(exported.status, 200u);
  EXPECT_EQ(told(exported.body), told(boost::json::parse(kOfRabbitMq)));
  EXPECT_EQ(exported.body.at("original_cluster_name"), "rab");
  EXPECT_EQ(ask("GET", "/queues/shop/tmp").body.at("effective_policy_definition"),
            (boost::json::object{{"max-length", 100000}, {"message-ttl", 60000}}));
  // Who declares without a type means the type that it has.
  EXPECT_EQ(status("PUT", "/permissions/shop/guest", R"({"configure":".*","write":".*","read":".*"})"), 201u);
  EXPECT_EQ(status("PUT", "/queues/shop/jobs", R"({"durable":true,"arguments":{"x-max-length":1000}})"), 204u);
}

TEST_F(ManagementApi, ASecondImportAndAnImportOfTheOwnExportChangeNothing) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(ask("POST", "/definitions", kOfRabbitMq).status, 204u);
  boost::json::value exported = ask("GET", "/definitions").body;
  EXPECT_EQ(status("POST", "/definitions", boost::json::serialize(exported)), 204u);
  EXPECT_EQ(ask("GET", "/definitions").body, exported);
}

TEST_F(ManagementApi, DefinitionsAreThereAfterARestart) {
  EXPECT_EQ(ask("POST", "/definitions", kOfRabbitMq).status, 204u);
  boost::json::value before = ask("GET", "/definitions").body;
  restart();
  boost::json::value after = ask("GET", "/definitions").body;
  auto is_transient = [](const boost::json::value& one) { return !one.at("durable").as_bool(); };
  for (const char* section : {"users", "vhosts", "permissions", "topic_permissions", "parameters", "global_parameters",
                              "policies", "exchanges", "bindings"}) {
    EXPECT_EQ(told(after)[section], told(before)[section]) << section;
  }
  boost::json::array kept;
  for (const boost::json::value& one : before.at("queues").as_array()) {
    if (!is_transient(one)) kept.push_back(one);
  }
  EXPECT_EQ(after.at("queues"), kept);
}

TEST_F(ManagementApi, WhatCannotBeKeptIsRefusedBeforeAnythingIsChanged) {
  auto reason = [&](const std::string& section) {
    std::string file = R"({"users":[{"name":"new","password":"x","tags":"management"}],)" + section + "}";
    Answered answered = ask("POST", "/definitions", file);
    EXPECT_EQ(answered.status, 400u) << section;
    EXPECT_EQ(status("GET", "/users/new"), 404u) << section;
    return answered.status == 400 ? std::string(answered.body.at("reason").as_string()) : std::string();
  };
  EXPECT_EQ(reason(R"("queues":[{"name":"q","vhost":"no","durable":true,"auto_delete":false,"arguments":{}}])"),
            "Please create virtual host \"no\" prior to importing definitions.");
  EXPECT_THAT(reason(R"("queues":[{"name":"q","vhost":"/","durable":true,"arguments":{"x-max-length":-1}}])"),
              HasSubstr("invalid arg 'x-max-length' for queue 'q' in vhost '/'"));
  EXPECT_EQ(reason(R"("queues":[{"vhost":"/"}])"), "queues[0]: name is missing");
  EXPECT_EQ(reason(R"("queues":[{"name":"q","vhost":"/","durable":5}])"),
            "queues[0] ('q'): durable is neither true nor false");
  EXPECT_EQ(reason(R"("queues":[{"name":"q","vhost":"/","colour":"red"}])"),
            "queues[0] ('q'): there is no place here for colour");
  EXPECT_EQ(reason(R"("queues":5)"), "queues are no list");
  EXPECT_EQ(reason(R"("queues":[5])"), "queues[0]: it is no object");
  EXPECT_EQ(reason(R"("shovels":[{}])"), "there is no place here for shovels");
  EXPECT_THAT(reason(R"("exchanges":[{"name":"x","vhost":"/","type":"zonk"}])"),
              HasSubstr("unknown exchange type 'zonk'"));
  EXPECT_THAT(reason(R"("bindings":[{"source":"amq.direct","vhost":"/","destination":"no"}])"),
              HasSubstr("no queue 'no' in vhost '/'"));
  EXPECT_THAT(reason(R"("policies":[{"vhost":"/","name":"p","pattern":"x","definition":{"max-len":1}}])"),
              HasSubstr("are not recognised policy settings"));
  EXPECT_THAT(reason(R"("policies":[{"vhost":"/","name":"p","pattern":"(","definition":{"max-length":1}}])"),
              HasSubstr("pattern should be regular expression"));
  EXPECT_THAT(
      reason(R"("parameters":[{"value":{"max-queues":1},"vhost":"/","component":"vhost-limits","name":"limits"}])"),
      HasSubstr("virtual hosts have no limits here"));
  EXPECT_THAT(reason(R"("parameters":[{"value":{},"vhost":"/","component":"shovel","name":"s"}])"),
              HasSubstr("component shovel not found"));
  EXPECT_THAT(reason(R"("permissions":[{"user":"nobody","vhost":"/","configure":"","write":"","read":""}])"),
              HasSubstr("nobody"));
  EXPECT_THAT(reason(R"("vhosts":[{"name":"v","default_queue_type":"stack"}])"),
              HasSubstr("default_queue_type 'stack' is neither classic nor quorum nor stream"));
  EXPECT_THAT(reason(R"("queues":[{"name":"a b","vhost":"/","durable":true,"arguments":{"x-queue-type":"stream"}}])"),
              HasSubstr("cannot be a stream"));
  EXPECT_THAT(
      reason(
          R"("queues":[{"name":"s","vhost":"/","durable":true,"arguments":{"x-queue-type":"stream","x-initial-cluster-size":3}}])"),
      HasSubstr("x-initial-cluster-size"));
}

TEST_F(ManagementApi, AFileThatIsNoneIsRefused) {
  refused(ask("POST", "/definitions", "{bad"), 400, "bad_request", "failed_to_parse_json");
  refused(ask("POST", "/definitions", "[]"), 400, "bad_request", "failed_to_parse_json");
  refused(ask("POST", "/definitions", std::string(10'000, '[')), 400, "bad_request", "failed_to_parse_json");
  EXPECT_EQ(status("POST", "/definitions"), 204u);
  EXPECT_EQ(status("POST", "/definitions", "{}"), 204u);
  // What says nothing has a place: RabbitMQ leaves such a parameter where limits were taken away.
  EXPECT_EQ(
      status("POST", "/definitions",
             R"({"parameters":[{"value":[],"vhost":"/","component":"vhost-limits","name":"limits"}],"shovels":[]})"),
      204u);
  EXPECT_EQ(status("PUT", "/definitions", "{}"), 405u);
  refused(ask("POST", "/definitions", R"({"users":[{"name":"x"}]})"), 400, "bad_request",
          "users[0] ('x'): tags_not_present");
}

TEST_F(ManagementApi, DefinitionsOfOneVirtualHostAreTakenIntoAnother) {
  EXPECT_EQ(ask("POST", "/definitions", kOfRabbitMq).status, 204u);
  boost::json::value shop = ask("GET", "/definitions/shop").body;
  EXPECT_EQ(shop.at("rabbitmq_definition_format"), "single_virtual_host");
  EXPECT_EQ(shop.at("queues").as_array().size(), 3u);
  EXPECT_FALSE(shop.as_object().contains("users"));
  EXPECT_EQ(status("PUT", "/vhosts/other"), 201u);
  EXPECT_EQ(ask("POST", "/definitions/other", boost::json::serialize(shop)).text(), "null");
  boost::json::value other = ask("GET", "/definitions/other").body;
  for (const char* section : {"parameters", "policies", "queues", "exchanges", "bindings"}) {
    EXPECT_EQ(other.at(section), shop.at(section)) << section;
  }
  refused(ask("GET", "/definitions/no"), 400, "bad_request", "vhost_not_found");
  refused(ask("POST", "/definitions/no", "{}"), 404, "not_found", "vhost_not_found");
  EXPECT_EQ(status("POST", "/definitions/other", R"({"users":[{"name":"x","tags":""}]})"), 400u);
}

TEST_F(ManagementApi, DefinitionsAreForAdministrators) {
  add_user("mona", "monitoring");
  for (const char* path : {"/definitions", "/definitions/%2F"}) {
    refused(ask("GET", path, "", "mona:secret"), 401, "not_authorised", "Not administrator user");
    EXPECT_EQ(status("POST", path, "{}", "mona:secret"), 401u);
  }
  http::Request head{.method = "POST", .path = {}, .query = {}, .headers = {}, .body = {}, .remote = remote_};
  EXPECT_TRUE(http::read_target("/api/definitions", head));
  EXPECT_EQ(api_->larger_body(shard(), head, 5), 5u);
  head.headers.emplace_back("authorization", "Basic " + base64(as_bytes("mona:secret")));
  EXPECT_EQ(api_->larger_body(shard(), head, 5), 5u);
  head.headers.front().second = "Basic " + base64(as_bytes("guest:guest"));
  EXPECT_EQ(api_->larger_body(shard(), head, 5), 20'000'000u);
  head.segments.at(1) = "users";
  EXPECT_EQ(api_->larger_body(shard(), head, 5), 5u);
}

TEST_F(ManagementApi, AFormUploadsAFile) {
  content_type_ = "multipart/form-data; boundary=\"xx\"";
  auto form = [](const std::string& file) {
    return "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\nContent-Type: "
           "application/json\r\n\r\n" +
           file + "\r\n--xx--\r\n";
  };
  EXPECT_EQ(status("POST", "/definitions", form(R"({"users":[{"name":"x","tags":""}]})")), 204u);
  EXPECT_EQ(status("GET", "/users/x"), 200u);
  EXPECT_EQ(status("POST", "/definitions", form("{bad")), 400u);
  std::string redirect = "--xx\r\ncontent-disposition: form-data; name=redirect\r\n\r\n../#import\r\n";
  Answered answered = ask("POST", "/definitions", redirect + form("{}"));
  EXPECT_EQ(answered.status, 303u);
  EXPECT_THAT(answered.headers, testing::Contains(testing::Pair("Location", "../#import")));
  redirect = "--xx\r\ncontent-disposition: form-data; name=redirect\r\n\r\n//elsewhere\r\n";
  EXPECT_EQ(status("POST", "/definitions", redirect + form("{}")), 204u);
  EXPECT_EQ(status("POST", "/definitions", "--xx\r\n\r\n\r\n--xx--"), 400u);
  EXPECT_EQ(status("POST", "/definitions", "nothing"), 400u);
  content_type_ = "multipart/form-data";
  EXPECT_EQ(status("POST", "/definitions", form("{}")), 400u);
}

TEST_F(ManagementApi, GlobalParametersAreKept) {
  EXPECT_EQ(status("PUT", "/global-parameters/mine", R"({"value":{"a":[1,2]}})"), 201u);
  EXPECT_EQ(status("PUT", "/global-parameters/mine", R"({"value":{"a":[1]}})"), 204u);
  EXPECT_EQ(ask("GET", "/global-parameters/mine").text(), R"({"name":"mine","value":{"a":[1]}})");
  EXPECT_EQ(ask("GET", "/global-parameters").text(),
            R"([{"name":"internal_cluster_id","value":"c"},{"name":"mine","value":{"a":[1]}}])");
  EXPECT_EQ(ask("GET", "/global-parameters/internal_cluster_id").body.at("value"), "c");
  refused(ask("PUT", "/global-parameters/mine", "{}"), 400, "bad_request", "[{key_missing,value}]");
  EXPECT_EQ(status("DELETE", "/global-parameters/mine"), 204u);
  EXPECT_EQ(status("DELETE", "/global-parameters/mine"), 404u);
  EXPECT_EQ(ask("GET", "/cluster-name").body.at("name"), "c");
  EXPECT_EQ(status("PUT", "/cluster-name", R"({"name":"shop"})"), 204u);
  EXPECT_EQ(ask("GET", "/overview").body.at("cluster_name"), "shop");
}

TEST_F(ManagementApi, AVirtualHostsDescriptionGoesWithIt) {
  EXPECT_EQ(status("PUT", "/vhosts/v", R"({"description":"a shop","tags":"a, b"})"), 201u);
  EXPECT_EQ(ask("GET", "/vhosts/v").body.at("metadata").at("tags"), (boost::json::array{"a", "b"}));
  EXPECT_EQ(status("PUT", "/vhosts/v"), 204u);
  EXPECT_EQ(ask("GET", "/vhosts/v").body.at("description"), "a shop");
  EXPECT_EQ(status("DELETE", "/vhosts/v"), 204u);
  EXPECT_EQ(status("PUT", "/vhosts/v"), 201u);
  EXPECT_EQ(ask("GET", "/vhosts/v").body.at("description"), "");
}

}  // namespace
}  // namespace wharf::management
