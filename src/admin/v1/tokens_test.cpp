// Tokens: made, used, listed and revoked, through a restart of the table too.
#include "admin/v1/api_testing.hpp"

namespace wharf::v1 {
namespace {

class TokensApi : public OwnApi {
 protected:
  struct Made {
    std::string id, text;
  };
  Made make(const std::string& body = R"({"name":"ci"})", const std::string& user = "guest:guest") {
    Answered answered = ask("POST", "/tokens", body, user);
    EXPECT_EQ(answered.status, 201u) << answered.text();
    return {std::string(answered.body.at("id").as_string()), std::string(answered.body.at("token").as_string())};
  }
};

TEST_F(TokensApi, ATokenSignsInWithItsUsersRightsUntilItIsRevoked) {
  Made made = make();
  EXPECT_TRUE(made.text.starts_with("wharf_" + made.id + "_")) << made.text;
  EXPECT_GE(made.text.size(), 60u);
  EXPECT_EQ(status("GET", "/settings", "", "Bearer " + made.text), 200u);
  EXPECT_EQ(status("DELETE", "/tokens/" + made.id), 204u);
  EXPECT_EQ(status("GET", "/settings", "", "Bearer " + made.text), 401u);
  EXPECT_EQ(status("DELETE", "/tokens/" + made.id), 404u);
}

TEST_F(TokensApi, AWrongOneOpensNothing) {
  Made made = make();
  std::string other = made.text;
  other.back() = other.back() == '0' ? '1' : '0';
  for (const std::string& text : {other, made.text.substr(0, made.text.size() - 1), made.text + "0", made.id,
                                  "wharf_" + made.id + "_", std::string("wharf_"), std::string("x")}) {
    EXPECT_EQ(status("GET", "/topics", "", "Bearer " + text), 401u) << text;
  }
}

TEST_F(TokensApi, ItsTextIsToldOnceAndNotKept) {
  Made made = make();
  Answered listed = ask("GET", "/tokens");
  ASSERT_EQ(listed.items().size(), 1u);
  EXPECT_EQ(listed.items()[0].at("name").as_string(), "ci");
  EXPECT_EQ(listed.items()[0].at("expired").as_bool(), false);
  std::string secret = made.text.substr(made.text.rfind('_') + 1);
  EXPECT_FALSE(listed.text().contains(secret));
  EXPECT_FALSE(listed.text().contains("hash"));
  auto kept = simulation_.run(shard(), node_->parameters().list(shard(), broker::ParameterKind::kToken));
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_FALSE(kept.begin()->second.contains(secret));
}

TEST_F(TokensApi, ItEndsWhenItWasToldTo) {
  Made made = make(R"({"name":"short","expires_in_seconds":60})");
  EXPECT_EQ(status("GET", "/topics", "", "Bearer " + made.text), 200u);
  simulation_.run_for(std::chrono::seconds(61));
  EXPECT_EQ(status("GET", "/topics", "", "Bearer " + made.text), 401u);
  EXPECT_EQ(ask("GET", "/tokens").items()[0].at("expired").as_bool(), true);
  make(R"({"name":"next"})");
  EXPECT_EQ(ask("GET", "/tokens").items().size(), 1u) << "what is over goes with the next that is made";
}

TEST_F(TokensApi, ATokenMakesNoTokens) {
  Made made = make();
  EXPECT_EQ(status("POST", "/tokens", R"({"name":"more"})", "Bearer " + made.text), 403u);
}

TEST_F(TokensApi, OthersTokensAreForAdministrators) {
  add_user("alice", "management");
  EXPECT_EQ(status("POST", "/tokens", R"({"name":"x","user":"guest"})", "alice:secret"), 403u);
  Made own = make(R"({"name":"hers"})", "alice:secret");
  Made gift = make(R"({"name":"gift","user":"alice"})");
  make();
  EXPECT_EQ(ask("GET", "/tokens", "", "alice:secret").items().size(), 2u);
  EXPECT_EQ(ask("GET", "/tokens").items().size(), 3u);
  EXPECT_EQ(status("GET", "/settings", "", "Bearer " + gift.text), 403u) << "alice's rights, not the maker's";
  EXPECT_EQ(status("DELETE", "/tokens/" + gift.id, "", "alice:secret"), 204u);
  EXPECT_EQ(status("POST", "/tokens", R"({"name":"x","user":"nobody"})"), 404u);
  add_user("carol", "impersonator");
  EXPECT_EQ(status("POST", "/tokens", R"({"name":"x","user":"carol"})"), 409u) << "she may not sign in here";
  add_user("bob", "management");
  EXPECT_EQ(status("DELETE", "/tokens/" + own.id, "", "bob:secret"), 404u);
}

TEST_F(TokensApi, WhoMaySignInFromThisMachineOnlyMaySoByATokenToo) {
  Made made = make();
  EXPECT_EQ(ask("GET", "/topics", "", "Bearer " + made.text, "10.0.0.7").status, 401u);
  EXPECT_EQ(ask("GET", "/topics", "", "Bearer " + made.text).status, 200u);
}

TEST_F(TokensApi, ItGoesWithItsUserAndIsNotTheNextOnesOfThatName) {
  add_user("alice", "administrator");
  Made made = make(R"({"name":"hers","user":"alice"})");
  EXPECT_TRUE(simulation_.run(shard(), node_->access().delete_user(shard(), "alice")));
  EXPECT_EQ(status("GET", "/settings", "", "Bearer " + made.text), 401u);
  EXPECT_TRUE(simulation_.run(shard(), tokens_->revoke_all_of(shard(), "alice")));  // as the management API does first
  add_user("alice", "administrator");
  EXPECT_EQ(status("GET", "/settings", "", "Bearer " + made.text), 401u);
}

TEST_F(TokensApi, ItIsThereAfterARestart) {
  Made made = make();
  json_http::Tokens again(node_->parameters(), random_, [](std::string_view, const Endpoint&) { return true; });
  simulation_.run(shard(), again.open(shard(), &node_->access().table(shard())));
  EXPECT_NE(again.match(made.text, {"127.0.0.1", 1}, shard().clock().wall_now()), nullptr);
}

TEST_F(TokensApi, AUserHasAHundredAtMost) {
  for (std::size_t i = 0; i < json_http::kMostTokensOfUser; ++i) make();
  EXPECT_EQ(status("POST", "/tokens", R"({"name":"one more"})"), 409u);
}

TEST_F(TokensApi, WhatCannotBeMeantIsRefused) {
  for (const char* body : {R"({})", R"({"name":""})", R"({"name":"x","expires_in_seconds":1})",
                           R"({"name":"x","expires_in_seconds":99999999999})", R"({"name":"x","forever":true})"}) {
    EXPECT_EQ(status("POST", "/tokens", body), 400u) << body;
  }
}

}  // namespace
}  // namespace wharf::v1
