#include "security/core/access_table.hpp"

#include <gtest/gtest.h>

#include "security/core/access_decisions.hpp"
#include "security/core/refusals.hpp"

namespace wharf::security {
namespace {

User user(std::string name, std::string_view password, std::vector<std::string> tags = {}) {
  return {std::move(name), password.empty() ? "" : hash_password({1, 2, 3, 4}, password), HashingAlgorithm::kSha256,
          std::move(tags)};
}

AccessTable table_of(const std::vector<Definition>& definitions) {
  AccessTable table;
  for (const Definition& one : definitions) EXPECT_TRUE(table.apply(one));
  return table;
}

std::string why(const Result<Principal>& signed_in) {
  return signed_in ? "" : signed_in.error().message;
}

TEST(AccessTable, GuestHasAllRightsFromThisMachineOnly) {
  AccessTable table = table_of(first_definitions({1, 2, 3, 4}));
  Result<Principal> guest = table.sign_in("guest", "guest", Peer::kLoopback);
  ASSERT_TRUE(guest);
  EXPECT_TRUE(guest->has_tag("administrator"));
  EXPECT_FALSE(guest->has_tag("monitoring"));
  EXPECT_TRUE(table.may_use_namespace(*guest, "/"));
  EXPECT_FALSE(table.may_use_namespace(*guest, "other"));
  for (Verb verb : {Verb::kConfigure, Verb::kWrite, Verb::kRead}) {
    EXPECT_TRUE(table.may(*guest, "/", verb, Resource::queue("q")));
    EXPECT_FALSE(table.may(*guest, "other", verb, Resource::queue("q")));
  }
  EXPECT_EQ(why(table.sign_in("guest", "guest", Peer::kRemote)), "user 'guest' can only connect via localhost");
  EXPECT_EQ(why(table.sign_in("guest", "wrong", Peer::kRemote)), "user 'guest' - invalid credentials");

  AccessTable open({});
  for (const Definition& one : first_definitions({1, 2, 3, 4})) ASSERT_TRUE(open.apply(one));
  EXPECT_TRUE(open.sign_in("guest", "guest", Peer::kRemote));
}

TEST(AccessTable, SignInTakesTheUsersPasswordAndNoOther) {
  AccessTable table = table_of({user("u", "p", {"monitoring"}), user("blank", "")});
  Result<Principal> who = table.sign_in("u", "p", Peer::kRemote);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->name, "u");
  EXPECT_EQ(who->tags, std::vector<std::string>{"monitoring"});
  EXPECT_EQ(table.sign_in("u", "P", Peer::kRemote).error().code, ErrorCode::kSignInRefused);
  EXPECT_EQ(why(table.sign_in("u", "P", Peer::kRemote)), "user 'u' - invalid credentials");
  EXPECT_EQ(why(table.sign_in("nobody", "p", Peer::kRemote)), "user 'nobody' - invalid credentials");
  EXPECT_EQ(why(table.sign_in("blank", "x", Peer::kRemote)), "user 'blank' - invalid credentials");
  EXPECT_EQ(why(table.sign_in("u", "", Peer::kRemote)),
            "user 'u' attempted to log in with a blank password, which is prohibited");
  EXPECT_FALSE(table.sign_in("blank", "", Peer::kLoopback));
  EXPECT_FALSE(table.sign_in("", "", Peer::kLoopback));
}

// A RabbitMQ 4.0 said each of these.
TEST(AccessTable, RefusalsAreRabbitMqsSentences) {
  AccessTable table = table_of({user("u", "p"), Permission{"u", "/", "^c", "^w|^amq.topic", "^r"},
                                TopicPermission{"u", "/", "amq.topic", "^{username}\\.", "^a"}});
  AccessDecisions decisions({"u", {}, {}}, "/");
  auto refusal = [&](Verb verb, Resource resource) { return decisions.check(table, verb, resource).error(); };
  EXPECT_EQ(refusal(Verb::kConfigure, Resource::queue("q")).message,
            "configure access to queue 'q' in vhost '/' refused for user 'u'");
  EXPECT_EQ(refusal(Verb::kConfigure, Resource::queue("q")).code, ErrorCode::kAccessRefused);
  EXPECT_EQ(refusal(Verb::kRead, Resource::queue("q")).message,
            "read access to queue 'q' in vhost '/' refused for user 'u'");
  EXPECT_EQ(refusal(Verb::kWrite, Resource::exchange("e")).message,
            "write access to exchange 'e' in vhost '/' refused for user 'u'");
  EXPECT_EQ(refusal(Verb::kWrite, Resource::exchange("")).message,
            "write access to exchange 'amq.default' in vhost '/' refused for user 'u'");
  EXPECT_EQ(refusal(Verb::kWrite, Resource::topic_key("amq.topic", "a.b")).message,
            "write access to topic 'a.b' in exchange 'amq.topic' in vhost '/' refused for user 'u'");
  EXPECT_TRUE(decisions.check(table, Verb::kWrite, Resource::topic_key("amq.topic", "u.b")));
  EXPECT_EQ(vhost_refused("u", "other").message, "access to vhost 'other' refused for user 'u'");
  EXPECT_EQ(login_refused("PLAIN").message,
            "Login was refused using authentication mechanism PLAIN. For details see the broker logfile.");
}

TEST(AccessTable, TheDefaultExchangeIsCalledAmqDefault) {
  AccessTable table = table_of({Permission{"u", "/", "", "^amq\\.default$", ""}});
  EXPECT_TRUE(table.may({"u", {}, {}}, "/", Verb::kWrite, Resource::exchange("")));
  EXPECT_FALSE(table.may({"u", {}, {}}, "/", Verb::kWrite, Resource::exchange("amq.direct")));
  EXPECT_FALSE(table.may({"u", {}, {}}, "/", Verb::kWrite, Resource::queue("")));
}

TEST(AccessTable, TopicPermissionsCountForTheirExchangeAndWithAPermission) {
  AccessTable table =
      table_of({Permission{"u", "/", "", ".*", ".*"}, TopicPermission{"u", "/", "t", "^{client_id}$", ""}});
  Principal who{"u", {}, "c"};
  EXPECT_TRUE(table.may(who, "/", Verb::kWrite, Resource::topic_key("t", "c")));
  EXPECT_FALSE(table.may(who, "/", Verb::kWrite, Resource::topic_key("t", "d")));
  EXPECT_FALSE(table.may(who, "/", Verb::kRead, Resource::topic_key("t", "c")));
  EXPECT_TRUE(table.may(who, "/", Verb::kRead, Resource::topic_key("other", "d")));
  EXPECT_FALSE(table.may(who, "/", Verb::kConfigure, Resource::topic_key("other", "d")));
  ASSERT_TRUE(table.apply(PermissionRemoved{"u", "/"}));
  EXPECT_FALSE(table.may(who, "/", Verb::kWrite, Resource::topic_key("t", "c")));
  EXPECT_FALSE(table.may_use_namespace(who, "/"));
}

TEST(AccessTable, WhatIsRefusedChangesNothing) {
  AccessTable table = table_of({user("u", "p"), Permission{"u", "/", "a", "b", "c"}});
  std::uint64_t version = table.version();
  const std::vector<std::pair<Definition, ErrorCode>> refused = {
      {user("", ""), ErrorCode::kInvalidName},
      {user(std::string(256, 'a'), ""), ErrorCode::kInvalidName},
      {user("\xFF", ""), ErrorCode::kInvalidName},
      {user("\xED\xA0\x80", ""), ErrorCode::kInvalidName},
      {user("\xC0\xAF", ""), ErrorCode::kInvalidName},
      {User{"u", "nonsense", HashingAlgorithm::kSha256, {}}, ErrorCode::kInvalidArgument},
      {user("u", "", {""}), ErrorCode::kInvalidName},
      {User{"u", "", HashingAlgorithm::kSha256, std::vector<std::string>(101, "t")}, ErrorCode::kInvalidArgument},
      {Permission{"u", "", "", "", ""}, ErrorCode::kInvalidName},
      {Permission{"", "/", "", "", ""}, ErrorCode::kInvalidName},
      {Permission{"u", "/", "(", "", ""}, ErrorCode::kInvalidArgument},
      {Permission{"u", "/", "", "\xC3", ""}, ErrorCode::kInvalidArgument},
      {Permission{"u", "/", "", "", "a{1001}"}, ErrorCode::kInvalidArgument},
      {TopicPermission{"u", "/", "e", "(?=a)", ""}, ErrorCode::kInvalidArgument},
      {TopicPermission{"u", "/", "\x80", "", ""}, ErrorCode::kInvalidName},
  };
  for (const auto& [definition, code] : refused) {
    Result<void> applied = table.apply(definition);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, code) << applied.error().message;
  }
  EXPECT_EQ(table.version(), version);
  EXPECT_EQ(table.permissions(), (std::vector<Permission>{{"u", "/", "a", "b", "c"}}));
  EXPECT_TRUE(table.apply(user("\xF0\x9F\x90\x87 \xC3\xA9 \xE2\x82\xAC", "")));
}

TEST(AccessTable, PermissionsGoWithTheirUser) {
  AccessTable table =
      table_of({user("u", "p"), Permission{"u", "/", ".*", ".*", ".*"}, UserRemoved{"u"}, user("u", "q")});
  EXPECT_FALSE(table.may_use_namespace({"u", {}, {}}, "/"));
}

TEST(AccessTable, TheRemovalOfAUserLeavesNothingForTheNextOfThatName) {
  AccessTable table = table_of({user("u", "p"), Permission{"u", "/", "", "", ""},
                                TopicPermission{"u", "v", "e", "", ""}, Permission{"w", "v", "", "", ""}});
  std::vector<Definition> removal = table.removal_of_user("u");
  EXPECT_EQ(removal, (std::vector<Definition>{UserRemoved{"u"}, PermissionRemoved{"u", "/"},
                                              TopicPermissionRemoved{"u", "v", "e"}}));
  for (const Definition& one : removal) ASSERT_TRUE(table.apply(one));
  EXPECT_EQ(table.access("u", "/"), nullptr);
  EXPECT_EQ(table.access("u", "v"), nullptr);
  EXPECT_TRUE(table.removal_of_user("u").empty());
  EXPECT_EQ(table.removal_of_namespace("v"), (std::vector<Definition>{PermissionRemoved{"w", "v"}}));
}

TEST(AccessDecisions, AreRememberedUpToTheLimitAndForgottenWhenTheTableChanges) {
  AccessTable table = table_of({Permission{"u", "/", "", "^w", ""}});
  AccessDecisions decisions({"u", {}, {}}, "/", 3);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(decisions.may(table, Verb::kWrite, Resource::exchange("w" + std::to_string(i))));
    EXPECT_TRUE(decisions.may(table, Verb::kWrite, Resource::topic_key("w", std::to_string(i))));
    EXPECT_LE(decisions.size(), 3u);
  }
  EXPECT_FALSE(decisions.may(table, Verb::kRead, Resource::exchange("w1")));
  ASSERT_TRUE(table.apply(Permission{"u", "/", "", "", "^w"}));
  EXPECT_FALSE(decisions.may(table, Verb::kWrite, Resource::exchange("w1")));
  EXPECT_TRUE(decisions.may(table, Verb::kRead, Resource::exchange("w1")));
  ASSERT_TRUE(table.apply(PermissionRemoved{"u", "/"}));
  EXPECT_FALSE(decisions.may(table, Verb::kRead, Resource::exchange("w1")));
}

TEST(AccessDecisions, TwoQuestionsAreNeverTakenForOne) {
  AccessTable table = table_of({Permission{"u", "/", "", "^a$", ""}, TopicPermission{"u", "/", "a", "^bc$", ""},
                                TopicPermission{"u", "/", "ab", "^x$", ""}});
  AccessDecisions decisions({"u", {}, {}}, "/");
  EXPECT_TRUE(decisions.may(table, Verb::kWrite, Resource::topic_key("a", "bc")));
  EXPECT_FALSE(decisions.may(table, Verb::kWrite, Resource::topic_key("ab", "c")));
  EXPECT_TRUE(decisions.may(table, Verb::kWrite, Resource::exchange("a")));
  EXPECT_TRUE(decisions.may(table, Verb::kWrite, Resource::queue("a")));
  EXPECT_FALSE(decisions.may(table, Verb::kRead, Resource::queue("a")));
}

}  // namespace
}  // namespace wharf::security
