// Groups, their members and lag; moving their offsets, and back.
#include "admin/v1/api_testing.hpp"

namespace wharf::v1 {
namespace {

using testing::HasSubstr;

TEST_F(OwnApi, AGroupTellsItsLagInMessagesAndSeconds) {
  create("orders", 2);
  fill("orders", 5);
  commit("readers", "orders", 2);
  boost::json::value group = ask("GET", "/groups").items().at(0);
  EXPECT_EQ(group.at("name"), "readers");
  EXPECT_EQ(group.at("state"), "Empty");
  EXPECT_EQ(group.at("lag"), 3);
  EXPECT_GT(group.at("lag_seconds").to_number<double>(), 0);
  EXPECT_EQ(ask("GET", "/groups/readers").body.at("lag"), 3);
  boost::json::value offset = ask("GET", "/groups/readers/offsets").items().at(0);
  EXPECT_EQ(offset.at("offset"), 2);
  EXPECT_EQ(offset.at("lag"), 3);
  EXPECT_EQ(offset.at("member"), nullptr);
  EXPECT_EQ(ask("GET", "/groups/readers/members").items().size(), 0u);
  EXPECT_EQ(status("GET", "/groups/readers/rebalances"), 200u);
  for (const char* below : {"", "/members", "/offsets", "/rebalances"}) {
    EXPECT_EQ(status("GET", std::string("/groups/none") + below), 404u);
  }
}

TEST_F(OwnApi, ALagThatIsNoneIsZeroSeconds) {
  create("orders");
  fill("orders", 2);
  commit("readers", "orders", 2);
  EXPECT_EQ(ask("GET", "/groups/readers").body.at("lag_seconds").to_number<double>(), 0.0);
}

TEST_F(OwnApi, AGroupIsForgotten) {
  create("orders");
  commit("readers", "orders", 0);
  EXPECT_EQ(status("DELETE", "/groups/readers"), 204u);
  EXPECT_EQ(status("DELETE", "/groups/readers"), 404u);
}

TEST_F(OwnApi, GroupsAreNotThePolicymakersOfOtherVirtualHosts) {
  create("orders");
  commit("readers", "orders", 0);
  add_user("stranger", "policymaker");
  add_user("keeper", "policymaker", ".*");
  EXPECT_EQ(status("DELETE", "/groups/readers", "", "stranger:secret"), 403u);
  EXPECT_EQ(status("DELETE", "/groups/readers", "", "keeper:secret"), 204u);
}

std::int64_t committed(const boost::json::array& items, std::size_t place) {
  return items.at(place).at("offset").as_int64();
}

TEST_F(OwnApi, AResetShowsWhatItWouldDoDoesItAndIsUndone) {
  create("orders", 2);
  fill("orders", 5, 0);
  fill("orders", 5, 1);
  commit("readers", "orders", 2, 0);
  Answered dry =
      ask("POST", "/groups/readers/offsets/reset", R"({"to":"latest","topics":[{"topic":"orders"}],"dry_run":true})");
  EXPECT_EQ(dry.body.at("applied"), false);
  EXPECT_EQ(dry.body.at("changes").at(0).at("before"), 2);
  EXPECT_EQ(dry.body.at("changes").at(1).at("before"), nullptr);
  EXPECT_EQ(dry.body.at("changes").at(1).at("after"), 5);
  EXPECT_EQ(committed(ask("GET", "/groups/readers/offsets").items(), 0), 2);

  Answered done = ask("POST", "/groups/readers/offsets/reset", R"({"to":"latest","topics":[{"topic":"orders"}]})");
  EXPECT_EQ(done.body.at("applied"), true) << done.text();
  EXPECT_EQ(ask("GET", "/groups/readers/offsets").items().size(), 2u);
  EXPECT_EQ(committed(ask("GET", "/groups/readers/offsets").items(), 0), 5);

  boost::json::object undo{{"to", "places"}, {"places", done.body.at("undo")}};
  EXPECT_EQ(status("POST", "/groups/readers/offsets/reset", boost::json::serialize(undo)), 200u);
  EXPECT_EQ(ask("GET", "/groups/readers/offsets").items().size(), 1u);
  EXPECT_EQ(committed(ask("GET", "/groups/readers/offsets").items(), 0), 2);
}

TEST_F(OwnApi, AResetGoesByTimeShiftAndOffset) {
  create("orders");
  fill("orders", 5);
  commit("readers", "orders", 2);
  auto after = [&](const std::string& to) {
    Answered answered = ask("POST", "/groups/readers/offsets/reset", "{" + to + R"(,"dry_run":true})");
    return answered.status == 200 ? answered.body.at("changes").at(0).at("after").as_int64() : -1;
  };
  EXPECT_EQ(after(R"("to":"time","time_ms":1700000000003)"), 3);
  EXPECT_EQ(after(R"("to":"time","time_ms":1900000000000)"), 5);
  EXPECT_EQ(after(R"("to":"shift","by":-1)"), 1);
  EXPECT_EQ(after(R"("to":"shift","by":-9223372036854775808)"), 0);
  EXPECT_EQ(after(R"("to":"shift","by":100)"), 5);
  EXPECT_EQ(after(R"("to":"offset","offset":4)"), 4);
  EXPECT_EQ(after(R"("to":"earliest")"), 0);
}

TEST_F(OwnApi, AGroupIsToldWhereToBeginBeforeItFirstComes) {
  create("orders");
  fill("orders", 3);
  EXPECT_EQ(status("POST", "/groups/new/offsets/reset", R"({"to":"offset","offset":1,"topics":[{"topic":"orders"}]})"),
            200u);
  EXPECT_EQ(ask("GET", "/groups/new").body.at("lag"), 2);
}

TEST_F(OwnApi, AResetThatCannotBeMeantIsRefused) {
  create("orders");
  commit("readers", "orders", 0);
  auto reset = [&](std::string body) { return ask("POST", "/groups/readers/offsets/reset", std::move(body)); };
  EXPECT_EQ(reset(R"({"to":"time"})").reason(), "time_ms: is missing for time");
  EXPECT_EQ(reset(R"({"to":"earliest","by":1})").reason(), "by: is not for earliest");
  EXPECT_THAT(reset(R"({"to":"sideways"})").reason(), HasSubstr("to: one of"));
  EXPECT_EQ(reset(R"({"to":"earliest","topics":[{"topic":"none"}]})").status, 404u);
  EXPECT_EQ(reset(R"({"to":"earliest","topics":[{"topic":"orders","partitions":[7]}]})").status, 404u);
  EXPECT_EQ(reset(R"({"to":"places","places":[{"topic":"orders","partition":9,"offset":1}]})").status, 404u);
  EXPECT_EQ(reset(R"({"to":"earliest","topics":[]})").status, 400u);
  EXPECT_EQ(status("POST", "/groups/none/offsets/reset", R"({"to":"earliest"})"), 404u);
}

TEST_F(OwnApi, AGroupWithMembersIsShownAndNotReset) {
  create("orders");
  fill("orders", 3);
  groups::JoinGroup request{
      .group_id = "live",
      .member_id = {},
      .client_id = "reader",
      .client_host = "/10.0.0.7",
      .session_timeout_ms = 600'000,
      .rebalance_timeout_ms = 600'000,
      .protocol_type = "consumer",
      .protocols = {{"range", SharedBytes::copy_of(as_bytes(std::string_view("\0\0\0\0\0\0", 6)))}},
      .reason = {},
      .member_id_suffix = "x",
      .requires_known_member_id = false};
  auto joined = simulation_.run(shard(), node_->groups().ask<groups::JoinResponse>(shard(), std::move(request)));
  groups::SyncGroup sync{.group_id = "live", .generation = joined.generation, .member_id = joined.member_id};
  std::string assignment("\0\0\0\0\0\1\0\6orders\0\0\0\1\0\0\0\0\xff\xff\xff\xff", 26);
  sync.assignments.push_back({joined.member_id, SharedBytes::copy_of(as_bytes(assignment))});
  std::ignore = simulation_.run(shard(), node_->groups().ask<groups::SyncResponse>(shard(), std::move(sync)));

  boost::json::value member = ask("GET", "/groups/live/members").items().at(0);
  EXPECT_EQ(member.at("client_id"), "reader");
  EXPECT_EQ(boost::json::serialize(member.at("assignments")), R"([{"topic":"orders","partitions":[0]}])");
  boost::json::value place = ask("GET", "/groups/live/offsets").items().at(0);
  EXPECT_EQ(place.at("offset"), nullptr);
  EXPECT_EQ(place.at("member"), member.at("name"));
  EXPECT_EQ(ask("GET", "/groups/live").body.at("state"), "Stable");
  EXPECT_GT(ask("GET", "/groups/live/rebalances").items().size(), 0u);
  std::string body = R"({"to":"earliest","topics":[{"topic":"orders"}])";
  EXPECT_EQ(status("POST", "/groups/live/offsets/reset", body + R"(,"dry_run":true})"), 200u);
  Answered refused = ask("POST", "/groups/live/offsets/reset", body + "}");
  EXPECT_EQ(refused.status, 409u);
  EXPECT_THAT(refused.reason(), HasSubstr("the group has members"));
  EXPECT_EQ(status("DELETE", "/groups/live"), 409u);
}

}  // namespace
}  // namespace wharf::v1
