// Plays src/groups/core/scripts/*.txt: commands, then what the coordinator does about them, in the manner of etcd raft's testdata.
//
//     join as=A session=10000
//     ----
//     reply #1 join member_id_required member='app-A'
//
// A block is some command lines, "----", the expected output, an empty line. WHARF_REWRITE_SCRIPTS=1 writes what came instead of
// comparing: read the diff. Commands and their settings are the methods of ScriptPlayer below.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "groups/core/coordinator.hpp"
#include "groups/core/testdata/groups_testing.hpp"

namespace wharf::groups {
namespace {

using testing::at_ms;
using testing::bytes_of;

/// "join as=A session=10000" -> {"": "join", "as": "A", ...}
class Command {
 public:
  explicit Command(const std::string& line) {
    std::istringstream words(line);
    words >> name;
    for (std::string word; words >> word;) {
      std::size_t equals = word.find('=');
      settings_[word.substr(0, equals)] = equals == std::string::npos ? "yes" : word.substr(equals + 1);
    }
  }
  bool has(const std::string& key) const { return settings_.contains(key); }
  std::string get(const std::string& key, const std::string& otherwise = "") const {
    auto found = settings_.find(key);
    return found == settings_.end() ? otherwise : found->second;
  }
  std::int64_t number(const std::string& key, std::int64_t otherwise) const {
    return has(key) ? std::stoll(get(key)) : otherwise;
  }
  std::optional<std::string> maybe(const std::string& key) const {
    return has(key) ? std::optional(get(key)) : std::nullopt;
  }
  /// "a,b" -> a, b
  std::vector<std::string> list(const std::string& key) const { return split(get(key), ','); }

  static std::vector<std::string> split(const std::string& text, char by) {
    std::vector<std::string> parts;
    std::istringstream from(text);
    for (std::string part; std::getline(from, part, by);) parts.push_back(part);
    return parts;
  }

  std::string name;

 private:
  std::map<std::string, std::string> settings_;
};

class ScriptPlayer {
 public:
  std::string play(const std::string& line) {
    Command command(line);
    auto found = commands_.find(command.name);
    if (found == commands_.end()) return "unknown command '" + command.name + "'\n";
    return found->second(command);
  }

 private:
  Now now() const { return at_ms(ms_); }
  RequestToken token() { return RequestToken(++last_token_); }
  static std::string group(const Command& command) { return command.get("group", "g"); }

  /// Carries out what came: keeps the log, and, unless told otherwise, reports each append as durable at once.
  std::string settle(Actions actions) {
    std::string text = testing::show(actions);
    for (Append& append : actions.appends) unwritten_.push_back(std::move(append));
    while (writes_at_once_ && !unwritten_.empty()) text += written();
    return text;
  }
  std::string step(Event event) { return settle(coordinator_->step(std::move(event), now())); }

  std::string written() {
    if (unwritten_.empty()) return "nothing to write\n";
    Append append = std::move(unwritten_.front());
    unwritten_.pop_front();
    log_.insert(log_.end(), append.records.begin(), append.records.end());
    return settle(coordinator_->step(AppendCommitted{append.id}, now()));
  }

  std::string configure(const Command& command) {
    settings_.initial_rebalance_delay_ms =
        static_cast<std::int32_t>(command.number("initial_delay", settings_.initial_rebalance_delay_ms));
    settings_.max_size = command.number("max_size", settings_.max_size);
    settings_.offsets_retention_ms = command.number("retention", settings_.offsets_retention_ms);
    settings_.offset_metadata_max_bytes =
        static_cast<std::size_t>(command.number("metadata_max", static_cast<std::int64_t>(settings_.offset_metadata_max_bytes)));
    settings_.pending_members_max =
        static_cast<std::size_t>(command.number("pending_max", static_cast<std::int64_t>(settings_.pending_members_max)));
    coordinator_.emplace(settings_);
    unwritten_.clear();
    log_.clear();
    return "";
  }

  std::string join(const Command& command) {
    JoinGroup request;
    request.token = token();
    request.group_id = group(command);
    request.member_id = command.get("id");
    request.group_instance_id = command.maybe("instance");
    request.client_id = command.get("client", "app");
    request.client_host = command.get("host", "/127.0.0.1");
    request.session_timeout_ms = static_cast<std::int32_t>(command.number("session", 10'000));
    request.rebalance_timeout_ms = static_cast<std::int32_t>(command.number("rebalance", 60'000));
    request.protocol_type = command.get("type", "consumer");
    request.reason = command.get("reason");
    request.member_id_suffix = command.get("as", "x");
    std::int64_t version = command.number("version", 9);
    request.requires_known_member_id = version >= 4;
    request.supports_skip_assignment = version >= 9;
    for (const std::string& one : Command::split(command.get("protocols", "range:orders"), ',')) {
      std::vector<std::string> parts = Command::split(one, ':');
      parts.resize(2);
      bool is_raw = request.protocol_type != "consumer" || command.has("raw");
      request.protocols.push_back(
          {parts[0], is_raw ? bytes_of(parts[1]) : testing::subscription(Command::split(parts[1], '+'))});
    }
    return step(std::move(request));
  }

  std::string sync(const Command& command) {
    SyncGroup request{token(), group(command), static_cast<std::int32_t>(command.number("generation", 1)),
                      command.get("id"), command.maybe("instance"), command.maybe("type"), command.maybe("protocol"), {}};
    for (const std::string& one : command.list("assign")) {
      std::vector<std::string> parts = Command::split(one, ':');
      parts.resize(2);
      request.assignments.push_back({parts[0], bytes_of(parts[1])});
    }
    return step(std::move(request));
  }

  std::string heartbeat(const Command& command) {
    return step(Heartbeat{token(), group(command), static_cast<std::int32_t>(command.number("generation", 1)),
                          command.get("id"), command.maybe("instance")});
  }

  std::string leave(const Command& command) {
    LeaveGroup request{token(), group(command), {}};
    for (const std::string& id : command.list("ids")) request.members.push_back({id, command.maybe("instance"), command.get("reason")});
    for (const std::string& instance : command.list("instances")) request.members.push_back({"", instance, command.get("reason")});
    return step(std::move(request));
  }

  std::string commit(const Command& command) {
    CommitOffsets request;
    request.token = token();
    request.group_id = group(command);
    request.generation = static_cast<std::int32_t>(command.number("generation", -1));
    request.member_id = command.get("id");
    request.group_instance_id = command.maybe("instance");
    request.missing_group_is_not_found = command.number("version", 9) >= 9;
    if (command.has("retention")) request.retention_ms = command.number("retention", -1);
    for (const std::string& one : command.list("offsets")) {  // topic-partition:offset
      std::size_t dash = one.rfind('-'), colon = one.rfind(':');
      request.topics.push_back({one.substr(0, dash), topic_id(command),
                                {{std::stoi(one.substr(dash + 1, colon - dash - 1)), Offset(std::stoll(one.substr(colon + 1))),
                                  kNoLeaderEpoch, command.get("metadata")}}});
    }
    return step(std::move(request));
  }

  static TopicId topic_id(const Command& command) {
    TopicId id;
    id.bytes[15] = static_cast<std::uint8_t>(command.number("topic_id", 0));
    return id;
  }

  std::string fetch(const Command& command) {
    std::vector<OffsetsToFetch> topics;
    for (const std::string& one : command.list("offsets")) {
      std::size_t dash = one.rfind('-');
      topics.push_back({one.substr(0, dash), topic_id(command), {std::stoi(one.substr(dash + 1))}});
    }
    auto fetched = topics.empty() ? coordinator_->fetch_all_offsets(group(command))
                                  : coordinator_->fetch_offsets(group(command), topics);
    std::string text;
    for (const FetchedTopic& topic : fetched) {
      for (const FetchedOffset& one : topic.partitions) {
        text += fmt::format("{}-{} offset={} metadata='{}'\n", topic.topic, one.partition, one.offset.value, one.metadata);
      }
    }
    return text;
  }

  std::string delete_offsets(const Command& command) {
    DeleteOffsets request{token(), group(command), {}};
    for (const std::string& one : command.list("offsets")) {
      std::size_t dash = one.rfind('-');
      request.topics.push_back({one.substr(0, dash), {std::stoi(one.substr(dash + 1))}});
    }
    return step(std::move(request));
  }

  std::string delete_topic(const Command& command) { return step(TopicDeleted{command.get("topic"), topic_id(command)}); }

  /// Topics named in kept=... still hold data behind every offset.
  std::string expire(const Command& command) {
    std::string text;
    for (ExpireOffsets& one : coordinator_->expiry_round("", 1000, now()).groups) {
      std::vector<std::string> kept = command.list("kept");
      std::erase_if(one.offsets, [&](const ExpiredOffset& offset) {
        text += fmt::format("expired {} {}-{} offset={}\n", one.group_id, offset.topic, offset.partition, offset.offset.value);
        return std::ranges::find(kept, offset.topic) != kept.end();
      });
      text += step(std::move(one));
    }
    return text;
  }

  std::string advance(const Command& command) {
    std::string text;
    std::int64_t until = ms_ + command.number("ms", 0);
    for (auto due = coordinator_->next_deadline(); due && *due <= at_ms(until).monotonic; due = coordinator_->next_deadline()) {
      ms_ = std::max(ms_, std::chrono::duration_cast<Milliseconds>(due->time_since_epoch()).count());
      std::string done = settle(coordinator_->tick(now()));
      if (!done.empty()) text += fmt::format("at {} ms\n{}", ms_, done);
    }
    ms_ = until;
    return text;
  }

  std::string restart(const Command&) {
    coordinator_.emplace(settings_);
    unwritten_.clear();
    for (const LogRecord& record : log_) {
      auto value = record.value ? std::optional<ByteView>(as_bytes(*record.value)) : std::nullopt;
      if (!coordinator_->replay(as_bytes(record.key), value)) return "the log does not parse\n";
    }
    return settle(coordinator_->loaded(now()));
  }

  std::string describe(const Command& command) {
    auto described = coordinator_->describe(group(command));
    if (!described) return "no such group\n";
    std::string text = fmt::format("{} generation={} type={} protocol={} leader={}\n", to_string(described->state),
                                   described->generation, described->protocol_type, described->protocol,
                                   described->leader.value_or("-"));
    for (const DescribedMember& member : described->members) {
      text += fmt::format("  {} instance={} host={} assignment='{}'\n", member.member_id, member.group_instance_id.value_or("-"),
                          member.client_host, as_text(member.assignment.view()));
    }
    return text;
  }

  std::string list(const Command& command) {
    std::string text;
    for (const ListedGroup& one : coordinator_->list({command.list("states"), command.list("types")})) {
      text += fmt::format("{} {} {}\n", one.group_id, to_string(one.state), one.protocol_type);
    }
    return text;
  }

  std::string history(const Command& command) {
    std::string text;
    for (const RebalanceEntry& entry : coordinator_->history(group(command))) {
      text += fmt::format("{} ms {} generation={} member='{}' {}\n", entry.at.ms - testing::kWallStartMs, to_string(entry.step),
                          entry.generation, entry.member_id, entry.reason);
    }
    return text;
  }

  std::string fail_write(const Command&) {
    if (unwritten_.empty()) return "nothing to write\n";
    AppendId id = unwritten_.front().id;
    unwritten_.pop_front();
    return settle(coordinator_->step(AppendFailed{id, ErrorCode::kStorage}, now()));
  }

  using Play = std::function<std::string(const Command&)>;
  std::map<std::string, Play> commands_{
      {"configure", [this](const Command& c) { return configure(c); }},
      {"join", [this](const Command& c) { return join(c); }},
      {"sync", [this](const Command& c) { return sync(c); }},
      {"heartbeat", [this](const Command& c) { return heartbeat(c); }},
      {"leave", [this](const Command& c) { return leave(c); }},
      {"commit", [this](const Command& c) { return commit(c); }},
      {"fetch", [this](const Command& c) { return fetch(c); }},
      {"delete_offsets", [this](const Command& c) { return delete_offsets(c); }},
      {"delete_group", [this](const Command& c) { return step(DeleteGroup{token(), group(c)}); }},
      {"delete_topic", [this](const Command& c) { return delete_topic(c); }},
      {"expire", [this](const Command& c) { return expire(c); }},
      {"advance", [this](const Command& c) { return advance(c); }},
      {"restart", [this](const Command& c) { return restart(c); }},
      {"describe", [this](const Command& c) { return describe(c); }},
      {"list", [this](const Command& c) { return list(c); }},
      {"history", [this](const Command& c) { return history(c); }},
      {"resign", [this](const Command&) { return settle(coordinator_->resign(now())); }},
      {"hold_writes", [this](const Command&) { return writes_at_once_ = false, std::string(); }},
      {"write", [this](const Command&) { return written(); }},
      {"fail_write", [this](const Command& c) { return fail_write(c); }},
  };
  GroupSettings settings_;
  std::optional<GroupCoordinator> coordinator_{std::in_place, settings_};
  std::int64_t ms_ = 0;
  std::uint64_t last_token_ = 0;
  bool writes_at_once_ = true;
  std::deque<Append> unwritten_;
  std::vector<LogRecord> log_;
};

/// The script as it would read with what really came.
std::string play_script(const std::string& script) {
  ScriptPlayer player;
  std::string out, output;
  bool in_expected = false;
  std::istringstream lines(script);
  for (std::string line; std::getline(lines, line);) {
    if (in_expected && !line.empty()) continue;
    if (in_expected) out += output, output.clear();
    in_expected = false;
    out += line + "\n";
    if (line == "----") {
      in_expected = true;
    } else if (!line.empty() && line[0] != '#') {
      output += player.play(line);
    }
  }
  if (in_expected) out += output;
  return out;
}

class Scripts : public ::testing::TestWithParam<std::string> {};

TEST_P(Scripts, PlayAsWritten) {
  std::filesystem::path path = std::filesystem::path("scripts") / (GetParam() + ".txt");
  std::ifstream in(path);
  std::string script((std::istreambuf_iterator<char>(in)), {});
  ASSERT_FALSE(script.empty()) << path;
  std::string played = play_script(script);
  if (std::getenv("WHARF_REWRITE_SCRIPTS")) std::ofstream(path) << played;
  if (!std::getenv("WHARF_REWRITE_SCRIPTS")) EXPECT_EQ(played, script);
}

std::vector<std::string> script_names() {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator("scripts", none)) names.push_back(file.path().stem().string());
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, Scripts, ::testing::ValuesIn(script_names()), [](const auto& one) { return one.param; });

}  // namespace
}  // namespace wharf::groups
