// Tokens whose disk refuses, and whose users go.
#include "admin/json_http/tokens.hpp"

#include <gtest/gtest.h>

#include "admin/json_http/tokens_testing.hpp"
#include "sim/simulation.hpp"

namespace wharf::json_http {
namespace {

class TokensOfADisk : public testing::Test {
 protected:
  TokensOfADisk() { put_user("alice"); }
  void put_user(std::string name) { EXPECT_TRUE(users_.apply(security::User{.name = std::move(name)})); }
  runtime::Shard& shard() { return machine_.shard(); }
  Tokens::Made make(const std::string& user = "alice") {
    auto made = simulation_.run(shard(), tokens_.make(shard(), {.user = user, .name = "ci", .expires_ms = kNever}));
    EXPECT_TRUE(made);
    return made.value_or(Tokens::Made());
  }
  bool revoke(const Tokens::Made& made) {
    return simulation_.run(shard(), tokens_.revoke(shard(), made.token.id)).has_value();
  }
  bool revoke_all_of(const std::string& user) {
    return simulation_.run(shard(), tokens_.revoke_all_of(shard(), user)).has_value();
  }
  bool opens(const Tokens& tokens, const Tokens::Made& made) {
    return tokens.match(made.text, {"127.0.0.1", 1}, shard().clock().wall_now()) != nullptr;
  }
  bool opens(const Tokens::Made& made) { return opens(tokens_, made); }
  bool opens_after_a_restart(const Tokens::Made& made) {
    Tokens again(parameters_, random_, from_anywhere);
    simulation_.run(shard(), again.open(shard(), &users_));
    return opens(again, made);
  }
  runtime::Task<void> make_into(std::optional<Result<Tokens::Made>>* made) {
    made->emplace(co_await tokens_.make(shard(), {.user = "alice", .name = "ci", .expires_ms = kNever}));
  }
  runtime::Task<void> revoke_all(std::string user) {
    Result<void> revoked = co_await tokens_.revoke_all_of(shard(), std::move(user));
    EXPECT_TRUE(revoked);
  }
  static bool from_anywhere(std::string_view, const Endpoint&) { return true; }

  static constexpr std::int64_t kNever = 253'402'300'799'999;
  sim::Simulation simulation_{7};
  sim::Machine& machine_ = simulation_.add_machine("wharf");
  sim::SeededRandom random_ = simulation_.random("tokens");
  security::AccessTable users_;
  ParametersInMemory parameters_;
  Tokens tokens_{parameters_, random_, from_anywhere};
};

TEST_F(TokensOfADisk, OneThatTheDiskDidNotForgetOpensNothingAndCanBeRevokedAgain) {
  Tokens::Made made = make();
  parameters_.refuses = 1;
  EXPECT_FALSE(revoke(made));
  EXPECT_FALSE(opens(made));
  EXPECT_TRUE(revoke(made));
  EXPECT_FALSE(opens_after_a_restart(made));
  EXPECT_EQ(tokens_.find(made.token.id), nullptr);
}

TEST_F(TokensOfADisk, TheNextThatIsMadeTriesItAgain) {
  Tokens::Made made = make();
  parameters_.refuses = 1;
  EXPECT_FALSE(revoke(made));
  make("bob");
  EXPECT_FALSE(opens_after_a_restart(made));
}

TEST_F(TokensOfADisk, AUserWhoseTokensWereNotAllForgottenLosesThemTheNextTime) {
  Tokens::Made first = make(), second = make(), third = make();
  parameters_.refuses = 1;
  EXPECT_FALSE(revoke_all_of("alice"));
  EXPECT_EQ(parameters_.kept.size(), 1u) << "the others do not wait for the one";
  EXPECT_TRUE(revoke_all_of("alice"));
  for (const Tokens::Made& made : {first, second, third}) EXPECT_FALSE(opens_after_a_restart(made));
}

TEST_F(TokensOfADisk, OneThatIsOnItsWayToTheDiskGoesWithItsUser) {
  parameters_.is_holding = true;
  std::optional<Result<Tokens::Made>> made;
  runtime::TaskScope tasks(shard());
  tasks.spawn("make", make_into(&made));
  simulation_.run_for(std::chrono::seconds(1));
  EXPECT_FALSE(made);
  tasks.spawn("revoke", revoke_all("alice"));
  simulation_.run_for(std::chrono::seconds(1));
  parameters_.let_go();
  simulation_.run(shard(), tasks.close());
  ASSERT_TRUE(made);
  EXPECT_FALSE(*made);
  EXPECT_TRUE(tokens_.list().empty());
  EXPECT_TRUE(parameters_.kept.empty());
}

TEST_F(TokensOfADisk, WhatAUserLeftBehindGoesAtTheNextStart) {
  Tokens::Made of_alice = make("alice"), of_bob = make("bob");
  EXPECT_TRUE(opens_after_a_restart(of_alice));
  EXPECT_EQ(parameters_.kept.size(), 1u) << "bob is not there";
  put_user("bob");
  EXPECT_FALSE(opens_after_a_restart(of_bob));
}

}  // namespace
}  // namespace wharf::json_http
