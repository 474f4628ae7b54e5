// Policies and operator policies.
#include "admin/management/api_testing.hpp"

namespace wharf::management {
namespace {

constexpr std::string_view kInvalid = "Validation failed\n\n";

TEST_F(ManagementApi, APolicyIsSetShownReplacedAndDeleted) {
  EXPECT_EQ(status("PUT", "/policies/%2F/p",
                   R"({"pattern":"^a","definition":{"max-length":5},"priority":3,"apply-to":"queues"})"),
            201u);
  const std::string shown =
      R"({"vhost":"/","name":"p","pattern":"^a","apply-to":"queues","definition":{"max-length":5},"priority":3})";
  EXPECT_EQ(ask("GET", "/policies/%2F/p").text(), shown);
  EXPECT_EQ(ask("GET", "/policies/%2F").text(), "[" + shown + "]");
  EXPECT_EQ(ask("GET", "/policies").text(), "[" + shown + "]");
  EXPECT_EQ(ask("GET", "/operator-policies").text(), "[]");
  EXPECT_EQ(status("PUT", "/policies/%2F/p", R"({"pattern":"^b","definition":{"max-length":6}})"), 204u);
  EXPECT_EQ(ask("GET", "/policies/%2F/p").text(),
            R"({"vhost":"/","name":"p","pattern":"^b","apply-to":"all","definition":{"max-length":6},"priority":0})");
  EXPECT_EQ(status("DELETE", "/policies/%2F/p"), 204u);
  EXPECT_EQ(status("DELETE", "/policies/%2F/p"), 404u);
  EXPECT_EQ(status("GET", "/policies/%2F/p"), 404u);
}

TEST_F(ManagementApi, ABadPolicyIsRefusedInRabbitmqsWords) {
  auto put = [&](const std::string& body, const std::string& kind = "policies") {
    return ask("PUT", "/" + kind + "/%2F/q", body);
  };
  auto invalid = [](std::string_view sentence) { return std::string(kInvalid) + std::string(sentence) + "\n"; };
  refused(put("{}"), 400, "bad_request", "[{key_missing,pattern},{key_missing,definition}]");
  refused(put(R"({"pattern":"a"})"), 400, "bad_request", "[{key_missing,definition}]");
  refused(put("{"), 400, "bad_request", "not_json");
  const std::string max = R"("definition":{"max-length":4})";
  refused(put(R"({"pattern":"a","definition":{}})"), 400, "bad_request", invalid("no policy provided"));
  refused(put(R"({"pattern":5,)" + max + "}"), 400, "bad_request", invalid("pattern should be a binary but was 5"));
  refused(put(R"({"pattern":"a","definition":{"max-length":-4}})"), 400, "bad_request",
          invalid("-4 is not a valid maximum length"));
  refused(put(R"({"pattern":"a","definition":{"odd":-4}})"), 400, "bad_request",
          invalid("[{<<\"odd\">>,-4}] are not recognised policy settings"));
  refused(put(R"({"pattern":"a","definition":{"dead-letter-exchange":"x"}})", "operator-policies"), 400, "bad_request",
          invalid("[{<<\"dead-letter-exchange\">>,<<\"x\">>}] are not recognised policy settings"));
  refused(put(R"({"pattern":"a","apply-to":"odd",)" + max + "}"), 400, "bad_request",
          invalid("apply-to 'odd' unrecognised; should be one of: 'queues', 'classic_queues',  'quorum_queues', "
                  "'streams', 'exchanges', or 'all'"));
  refused(put(R"({"pattern":"a","priority":"5",)" + max + "}"), 400, "bad_request",
          invalid("priority should be a number, actually was <<\"5\">>"));
  EXPECT_EQ(put(R"({"pattern":"a","priority":1.5,)" + max + "}").status, 400u);
  EXPECT_EQ(put(R"({"pattern":"a","definition":5})").status, 400u);
  Answered bad_pattern = put(R"({"pattern":"[",)" + max + "}");
  EXPECT_EQ(bad_pattern.status, 400u);
  EXPECT_THAT(std::string(bad_pattern.body.at("reason").as_string()),
              testing::StartsWith(invalid("pattern should be regular expression but is invalid: ").substr(0, 60)));
  EXPECT_EQ(ask("GET", "/policies").text(), "[]");
  const std::string good = R"({"pattern":"a",)" + max + "}";
  refused(ask("PUT", "/policies/no/q", good), 404, "not_found", "vhost_not_found");
  refused(ask("PUT", "/operator-policies/no/q", good), 404, "not_found", "vhost_not_found");
  refused(ask("GET", "/policies/no"), 404, "Object Not Found", "Not Found");
  refused(ask("GET", "/policies/no/q"), 404, "Object Not Found", "Not Found");
  refused(ask("DELETE", "/policies/no/q"), 404, "Object Not Found", "Not Found");
}

TEST_F(ManagementApi, PolicymakersMakePoliciesWhereTheyHaveAPermission) {
  EXPECT_EQ(status("PUT", "/vhosts/other"), 201u);
  const std::string body = R"({"pattern":"a","definition":{"max-length":4}})";
  EXPECT_EQ(status("PUT", "/operator-policies/%2F/o", body), 201u);
  for (const char* tag : {"policymaker", "monitoring", "management"}) {
    add_user(tag, tag);
    permit(tag, "", "", "");
  }
  const std::string maker = "policymaker:secret";
  EXPECT_EQ(status("PUT", "/policies/%2F/p", body, maker), 201u);
  EXPECT_EQ(status("GET", "/policies/%2F/p", "", maker), 200u);
  for (const char* user : {"monitoring:secret", "management:secret"}) {
    for (const char* method : {"GET", "PUT", "DELETE"}) {
      refused(ask(method, "/policies/%2F/p", body, user), 401, "not_authorised",
              "User not authorised to access object");
    }
    EXPECT_EQ(ask("GET", "/policies", "", user).body.as_array().size(), 1u);
    EXPECT_EQ(ask("GET", "/operator-policies/%2F", "", user).body.as_array().size(), 1u);
  }
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    refused(ask(method, "/operator-policies/%2F/o", body, maker), 401, "not_authorised", "Not administrator user");
    refused(ask(method, "/policies/other/p", body, maker), 401, "not_authorised",
            "User not authorised to access object");
  }
  refused(ask("GET", "/policies/other", "", maker), 401, "not_authorised",
          "User not authorised to access virtual host");
  EXPECT_EQ(status("PUT", "/policies/other/p", body), 201u);
  EXPECT_EQ(ask("GET", "/policies", "", maker).body.as_array().size(), 1u);
  EXPECT_EQ(ask("GET", "/policies").body.as_array().size(), 2u);
  EXPECT_EQ(status("DELETE", "/policies/%2F/p", "", maker), 204u);
}

TEST_F(ManagementApi, AnOperatorPolicyIsAParameterAndNothingElseIs) {
  EXPECT_EQ(status("PUT", "/operator-policies/%2F/o", R"({"pattern":"a","definition":{"max-length":4}})"), 201u);
  boost::json::value parameter = ask("GET", "/parameters/operator_policy/%2F/o").body;
  EXPECT_EQ(parameter, ask("GET", "/parameters").body.at(0));
  EXPECT_EQ(parameter.at("value").at("definition").at("max-length"), 4);
  for (const char* none :
       {"/parameters/operator_policy/%2F/p", "/parameters/operator_policy/no/o", "/parameters/shovel/%2F/o"}) {
    refused(ask("GET", none), 404, "Object Not Found", "Not Found");
    refused(ask("DELETE", none), 404, "Object Not Found", "Not Found");
  }
  EXPECT_EQ(status("DELETE", "/parameters/operator_policy/%2F/o"), 204u);
  EXPECT_EQ(ask("GET", "/operator-policies").text(), "[]");

  const std::string value = R"({"value":{"src-uri":"amqp://"}})";
  refused(ask("PUT", "/parameters/shovel/%2F/s", value), 400, "bad_request",
          "Validation failed\n\ncomponent shovel not found\n");
  refused(ask("PUT", "/parameters/shovel/no/s", value), 404, "not_found", "vhost_not_found");
  EXPECT_EQ(status("PUT", "/parameters/operator_policy/%2F/o", value), 400u);
}

TEST_F(ManagementApi, AParameterIsChangedByAdministrators) {
  add_user("maker", "policymaker");
  permit("maker");
  EXPECT_EQ(status("PUT", "/operator-policies/%2F/o", R"({"pattern":"a","definition":{"max-length":4}})"), 201u);
  EXPECT_EQ(status("GET", "/parameters/operator_policy/%2F/o", "", "maker:secret"), 200u);
  for (const char* method : {"PUT", "DELETE"}) {
    refused(ask(method, "/parameters/operator_policy/%2F/o", "{}", "maker:secret"), 401, "not_authorised",
            "Not administrator user");
  }
}

TEST_F(ManagementApi, QueuesAndExchangesShowWhatAppliesToThem) {
  const std::string columns = "?columns=policy,operator_policy,effective_policy_definition";
  EXPECT_EQ(status("PUT", "/queues/%2F/aq", "{}"), 201u);
  EXPECT_EQ(status("PUT", "/queues/%2F/bq", "{}"), 201u);
  EXPECT_EQ(status("PUT", "/exchanges/%2F/ae", "{}"), 201u);
  EXPECT_EQ(status("PUT", "/policies/%2F/p", R"({"pattern":"","definition":{"max-length":5,"message-ttl":9}})"), 201u);
  EXPECT_EQ(status("PUT", "/operator-policies/%2F/o",
                   R"({"pattern":"^a","definition":{"max-length":4},"apply-to":"queues"})"),
            201u);
  const std::string both =
      R"({"policy":"p","operator_policy":"o","effective_policy_definition":{"max-length":4,"message-ttl":9}})";
  const std::string one =
      R"({"policy":"p","operator_policy":null,"effective_policy_definition":{"max-length":5,"message-ttl":9}})";
  EXPECT_EQ(ask("GET", "/queues/%2F/aq" + columns).text(), both);
  EXPECT_EQ(ask("GET", "/queues" + columns).text(), "[" + both + "," + one + "]");
  EXPECT_EQ(ask("GET", "/exchanges/%2F/ae" + columns).text(), one);
  EXPECT_EQ(ask("GET", "/exchanges/%2F/amq.default" + columns).text(), "{}");
  EXPECT_EQ(status("DELETE", "/policies/%2F/p"), 204u);
  EXPECT_EQ(ask("GET", "/queues/%2F/bq" + columns).text(),
            R"({"policy":null,"operator_policy":null,"effective_policy_definition":{}})");
  EXPECT_EQ(ask("GET", "/exchanges/%2F/ae" + columns).text(), "{}");
}

}  // namespace
}  // namespace wharf::management
