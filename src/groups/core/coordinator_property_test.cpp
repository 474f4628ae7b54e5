// Any commands in any order, from clients that know what they were told and from clients that do not, over a log that
// fails now and then: what testdata/oracle.hpp holds stays true. rapidcheck shrinks what breaks it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <deque>
#include <map>

#include "groups/core/coordinator.hpp"
#include "groups/core/testdata/oracle.hpp"

namespace wharf::groups {
namespace {

using testing::at_ms;
using testing::bytes_of;

struct Command {
  std::uint8_t what, who, how;
};

std::ostream& operator<<(std::ostream& out, const Command& command) {
  return out << int(command.what) << "/" << int(command.who) << "/" << int(command.how);
}

GroupSettings small_settings() {
  GroupSettings settings;
  settings.initial_rebalance_delay_ms = 500;
  settings.max_size = 4;
  settings.pending_members_max = 3;
  settings.offsets_retention_ms = 20'000;
  settings.history_entries = 4;
  return settings;
}

class World {
 public:
  std::optional<std::string> run(const std::vector<Command>& commands) {
    for (const Command& command : commands) {
      carry_out(command);
      if (wrong_) return wrong_;
    }
    write_all();
    check_replay();
    if (!wrong_) answers_all();
    return wrong_;
  }

 private:
  // What a client has been told.
  struct Client {
    std::string group, member_id;
    std::optional<std::string> instance;
    std::int32_t generation = -1;
    std::vector<std::string> to_assign;  // it leads
  };

  RequestToken ask(std::size_t who) {
    RequestToken token(++last_token_);
    oracle_.asked(token);
    asker_[token] = who;
    return token;
  }

  void complain(std::optional<std::string> wrong) {
    if (!wrong_) wrong_ = std::move(wrong);
  }

  void settle(Actions actions) {
    complain(oracle_.saw(actions, *coordinator_));
    for (Append& append : actions.appends) unwritten_.push_back(std::move(append));
    for (const Reply& reply : actions.replies) told(reply);
  }

  void told(const Reply& reply) {
    Client& client = clients_[asker_[reply.token]];
    const auto* join = std::get_if<JoinResponse>(&reply.response);
    if (!join) return;
    if (join->error == ErrorCode::kUnknownMember || join->error == ErrorCode::kFencedInstance) client.member_id.clear();
    if (join->error == ErrorCode::kMemberIdRequired) client.member_id = join->member_id;
    if (join->error) return;
    client.member_id = join->member_id;
    client.generation = join->generation;
    client.to_assign.clear();
    for (const JoinedMember& member : join->members) client.to_assign.push_back(member.member_id);
    if (!join->members.empty() && !join->skip_assignment)
      complain(oracle_.leads(client.group, join->generation, join->member_id));
  }

  void step(Event event) { settle(coordinator_->step(std::move(event), at_ms(ms_))); }

  void write_one() {
    if (unwritten_.empty()) return;
    Append append = std::move(unwritten_.front());
    unwritten_.pop_front();
    log_.insert(log_.end(), append.records.begin(), append.records.end());
    oracle_.wrote(append.records);
    step(AppendCommitted{append.id});
  }
  void write_all() {
    while (!unwritten_.empty()) write_one();
  }
  /// The oldest, or the newest, which the log may refuse at once.
  void fail_one(bool oldest) {
    if (unwritten_.empty()) return;
    AppendId id = oldest ? unwritten_.front().id : unwritten_.back().id;
    oldest ? unwritten_.pop_front() : unwritten_.pop_back();
    failed_ = true;
    step(AppendFailed{id});
  }

  void check_replay() {
    // An emptied group whose write failed is behind until its retry.
    if (failed_) advance(6'000), write_all();
    failed_ = false;
    if (!wrong_) complain(testing::Oracle::replays(*coordinator_, log_, settings_));
  }

  /// Time alone, and a log that works, answer everybody.
  void answers_all() {
    advance(2'000'000);
    write_all();
    if (!oracle_.open().empty()) complain(fmt::format("{} requests never answered", oracle_.open().size()));
  }

  void advance(std::int64_t by_ms) {
    std::int64_t until = ms_ + by_ms;
    for (int turns = 0; auto due = coordinator_->next_deadline(); ++turns) {
      if (*due > at_ms(until).monotonic) break;
      if (turns > 100'000) return complain("the deadlines never end");
      ms_ = std::max(ms_, std::chrono::duration_cast<Milliseconds>(due->time_since_epoch()).count());
      settle(coordinator_->tick(at_ms(ms_)));
      if (by_ms > 100'000) write_all();
    }
    ms_ = until;
  }

  void restart() {
    // What was on its way may or may not have reached the disk.
    if (!unwritten_.empty()) {
      const auto& records = unwritten_.front().records;
      if (records.size() % 2 == 1) log_.insert(log_.end(), records.begin(), records.end()), oracle_.wrote(records);
    }
    unwritten_.clear();
    failed_ = false;
    coordinator_.emplace(settings_);
    oracle_.restarted();
    testing::replay_log(log_, *coordinator_);
    settle(coordinator_->loaded(at_ms(ms_)));
  }

  void join(Client& client, const Command& command) {
    JoinGroup request;
    request.token = ask(command.who % clients_.size());
    request.group_id = client.group;
    request.member_id = client.member_id;
    request.group_instance_id = client.instance;
    request.client_id = "c";
    request.client_host = fmt::format("/{}", command.who);
    request.session_timeout_ms = 6'000 + 1'000 * (command.how % 4);
    request.rebalance_timeout_ms = 4'000 * (command.how % 3);
    request.protocol_type = "consumer";
    request.protocols = {{"range", testing::subscription({command.how % 2 == 0 ? "orders" : "pay"})}};
    if (command.how % 5 == 0) request.protocols.push_back({"sticky", bytes_of("s")});
    request.member_id_suffix = std::to_string(++suffix_);
    request.requires_known_member_id = command.how % 7 != 0;
    request.supports_skip_assignment = command.how % 3 != 0;
    if (command.how == 255) request.member_id = "somebody-else";
    step(std::move(request));
  }

  void sync(Client& client, const Command& command) {
    SyncGroup request{ask(command.who % clients_.size()),
                      client.group,
                      client.generation,
                      client.member_id,
                      client.instance,
                      {},
                      {},
                      {}};
    for (const std::string& id : client.to_assign) request.assignments.push_back({id, bytes_of(id + "'s part")});
    if (command.how % 4 == 0 && !request.assignments.empty()) request.assignments.pop_back();
    oracle_.asked(request);
    step(std::move(request));
  }

  void commit(Client& client, const Command& command) {
    CommitOffsets request;
    request.token = ask(command.who % clients_.size());
    request.group_id = client.group;
    if (command.how % 3 != 0) request.generation = client.generation, request.member_id = client.member_id;
    if (command.how % 8 == 7) request.retention_ms = 1'000 * command.how;
    TopicId id;
    id.bytes[0] = command.how % 3;
    request.topics = {{command.how % 2 == 0 ? "orders" : "pay",
                       id,
                       {{command.how % 4, Offset(++suffix_), LeaderEpoch(command.how), ""}}}};
    step(std::move(request));
  }

  void carry_out(const Command& command) {
    std::size_t who = command.who % clients_.size();
    Client& client = clients_[who];
    switch (command.what) {
      case 0:
      case 1:
      case 2:
        return join(client, command);
      case 3:
      case 4:
        return sync(client, command);
      case 5:
        return step(Heartbeat{ask(who), client.group, client.generation, client.member_id, client.instance});
      case 6:
        return commit(client, command);
      case 7:
        return step(LeaveGroup{ask(who), client.group, {{client.member_id, client.instance, "why not"}}});
      case 8:
        return advance(command.how * 40);
      case 9:
      case 10:
        return write_one();
      case 11:
        return fail_one(command.how % 2 == 0);
      case 12:
        return step(DeleteGroup{ask(who), client.group});
      case 13:
        return step(DeleteOffsets{ask(who), client.group, {{"orders", {0, 1, 2, 3}}, {"pay", {command.how}}}});
      case 14: {
        TopicId id;
        id.bytes[0] = command.how % 3;
        return step(TopicDeleted{"orders", id});
      }
      case 15:
        return expire(command);
      case 16:
        return write_all(), check_replay();
      case 17:
        return restart();
      case 18:
        client.member_id.clear();
        return;  // a new process
      case 19:
        return all_join(command);
      case 20:
        return all_sync(command);
      default:
        return write_all();
    }
  }

  /// What clients do that were told of a rebalance. It brings the group where single commands seldom do.
  void all_join(const Command& command) {
    for (int round = 0; round < 2; ++round) {
      for (std::uint8_t i = 0; i < 4; ++i)
        join(clients_[i], {0, i, static_cast<std::uint8_t>(command.how / 4 * 4 + 1)});
    }
    if (command.who % 2 == 0) advance(1'100);
  }
  void all_sync(const Command& command) {
    for (std::uint8_t i = 0; i < 4; ++i)
      sync(clients_[(i + command.who) % 4], {3, static_cast<std::uint8_t>((i + command.who) % 4), 1});
    if (command.who % 2 == 0) write_all();
  }

  void expire(const Command& command) {
    auto round = coordinator_->expiry_round("", command.how % 3, at_ms(ms_));
    if (command.how % 2 == 0) advance(command.how * 10);  // meanwhile
    for (ExpireOffsets& one : round.groups) step(std::move(one));
  }

  GroupSettings settings_ = small_settings();
  std::optional<GroupCoordinator> coordinator_{std::in_place, settings_};
  testing::Oracle oracle_;
  std::array<Client, 6> clients_{{{"g", "", {}, -1, {}},
                                  {"g", "", {}, -1, {}},
                                  {"g", "", "i1", -1, {}},
                                  {"g", "", "i2", -1, {}},
                                  {"h", "", {}, -1, {}},
                                  {"h", "", "i1", -1, {}}}};
  std::map<RequestToken, std::size_t> asker_;
  std::deque<Append> unwritten_;
  std::vector<LogRecord> log_;
  std::optional<std::string> wrong_;
  std::int64_t ms_ = 0;
  std::uint64_t last_token_ = 0;
  int suffix_ = 0;
  bool failed_ = false;
};

rc::Gen<std::vector<Command>> any_commands() {
  return rc::gen::scale(4.0, rc::gen::container<std::vector<Command>>(rc::gen::build<Command>(
                                 rc::gen::set(&Command::what, rc::gen::inRange<std::uint8_t>(0, 24)),
                                 rc::gen::set(&Command::who, rc::gen::inRange<std::uint8_t>(0, 6)),
                                 rc::gen::set(&Command::how, rc::gen::arbitrary<std::uint8_t>()))));
}

TEST(Coordinator, HoldsItsPromisesUnderAnyCommands) {
  bool held = true;
  for (int round = 0; held && round < 10; ++round) {
    held = rc::check([] {
      auto commands = *any_commands();
      World world;
      auto wrong = world.run(commands);
      if (wrong) RC_FAIL(*wrong);
    });
  }
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace wharf::groups
