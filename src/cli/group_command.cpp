#include <limits>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/client_actions.hpp"
#include "cli/client_session.hpp"
#include "cli/commands.hpp"
#include "cli/group_report.hpp"
#include "cli/group_requests.hpp"
#include "cli/position_spec.hpp"
#include "cli/text_table.hpp"
#include "cli/value_checks.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

struct GroupCommandOptions {
  std::vector<std::string> groups, topics, members, instances;
  bool all_topics = false, all_members = false, to_earliest = false, to_latest = false, execute = false, json = false;
  std::int64_t to_offset = -1;
  std::string to_time;
};

Task<Result<void>> list(ClientSession* session, const GroupCommandOptions* options) {
  auto groups = co_await list_groups(session);
  if (!groups) co_return fail(groups.error());
  session->streams.out << (options->json ? listing_json(*groups) : listing_text(*groups));
  co_return Result<void>();
}

Task<Result<void>> describe(ClientSession* session, const GroupCommandOptions* options) {
  boost::json::array array;
  bool first = true;
  for (const std::string& group : options->groups) {
    auto described = co_await describe_group(session, group);
    if (!described) co_return fail(described.error());
    auto committed = co_await committed_offsets(session, group);
    if (!committed) co_return fail(committed.error());
    std::vector<PartitionName> partitions = assigned_partitions(*described);
    for (const auto& [name, offset] : *committed) partitions.push_back(name);
    auto ends = co_await offsets_at(session, std::move(partitions), client::kLatest, MissingTopics::kLeaveOut);
    if (!ends) co_return fail(ends.error());
    const GroupReport report{
        .group = std::move(*described), .committed = std::move(*committed), .ends = std::move(*ends)};
    if (options->json) {
      array.push_back(report_json(report));
    } else {
      session->streams.out << (first ? "" : "\n") << report_text(report);
    }
    first = false;
  }
  if (options->json) session->streams.out << boost::json::serialize(array) << "\n";
  co_return Result<void>();
}

/// Which partitions to reset: those named, or all that the group has committed offsets of.
Task<Result<std::vector<PartitionName>>> chosen_partitions(ClientSession* session, const GroupCommandOptions* options,
                                                           const GroupOffsets* committed) {
  if (!options->all_topics) {
    auto named = co_await named_partitions(session, options->topics);
    co_return named;
  }
  std::vector<PartitionName> all;
  for (const auto& [name, offset] : *committed) all.push_back(name);
  if (all.empty())
    co_return fail(ErrorCode::kNotFound, fmt::format("group '{}' has no committed offsets", options->groups.front()));
  co_return all;
}

Task<Result<GroupOffsets>> wanted_offsets(ClientSession* session, const GroupCommandOptions* options,
                                          std::vector<PartitionName> partitions) {
  PositionSpec spec{options->to_earliest ? PositionSpec::Kind::kBeginning : PositionSpec::Kind::kEnd};
  if (options->to_offset >= 0) spec = {PositionSpec::Kind::kOffset, options->to_offset};
  GroupOffsets timed;
  if (!options->to_time.empty()) {
    Result<std::int64_t> time = parse_time_ms(options->to_time);
    if (!time) co_return fail(time.error());
    spec = {PositionSpec::Kind::kTime, *time};
    auto found = co_await offsets_at(session, partitions, *time);
    if (!found) co_return fail(found.error());
    timed = std::move(*found);
  }
  auto first = co_await offsets_at(session, partitions, client::kEarliest);
  if (!first) co_return fail(first.error());
  auto next = co_await offsets_at(session, partitions, client::kLatest);
  if (!next) co_return fail(next.error());
  GroupOffsets wanted;
  for (const PartitionName& name : partitions) {
    const std::int64_t lowest = (*first)[name].value, highest = (*next)[name].value;
    std::optional<std::int64_t> at_time;
    if (timed.contains(name)) at_time = timed[name].value;
    // An offset that the partition does not hold would send consumers to their own default: the nearest one is meant.
    wanted[name] = Offset(std::clamp(resolve_position(spec, lowest, highest, at_time), lowest, highest));
  }
  co_return wanted;
}

Task<Result<void>> reset_offsets(ClientSession* session, const GroupCommandOptions* options) {
  const int places = int{options->to_earliest} + int{options->to_latest} + int{options->to_offset >= 0} +
                     int{!options->to_time.empty()};
  if (places != 1)
    co_return fail(ErrorCode::kInvalidArgument,
                   "reset-offsets: give one of --to-earliest, --to-latest, --to-offset and --to-time");
  if (options->topics.empty() != options->all_topics)
    co_return fail(ErrorCode::kInvalidArgument, "reset-offsets: give --topic, or --all-topics");
  const std::string& group = options->groups.front();
  auto committed = co_await committed_offsets(session, group);
  if (!committed) co_return fail(committed.error());
  auto partitions = co_await chosen_partitions(session, options, &*committed);
  if (!partitions) co_return fail(partitions.error());
  auto wanted = co_await wanted_offsets(session, options, std::move(*partitions));
  if (!wanted) co_return fail(wanted.error());
  if (options->execute) {
    Result<void> done = co_await commit_offsets(session, group, *wanted);
    if (!done) co_return done;
  }
  session->streams.out << (options->json ? reset_json(*committed, *wanted, options->execute)
                                         : reset_text(*committed, *wanted, options->execute));
  co_return Result<void>();
}

Task<Result<void>> remove(ClientSession* session, const GroupCommandOptions* options) {
  for (const std::string& group : options->groups) {
    Result<void> deleted = co_await delete_group(session, group);
    if (!deleted) co_return deleted;
  }
  co_return Result<void>();
}

Task<Result<void>> remove_members(ClientSession* session, const GroupCommandOptions* options) {
  const bool named = !options->members.empty() || !options->instances.empty();
  if (named == options->all_members) {
    co_return fail(ErrorCode::kInvalidArgument, "remove-members: give --member or --instance, or --all");
  }
  const std::string& group = options->groups.front();
  std::vector<GroupLeaver> leavers;
  for (const std::string& id : options->members) leavers.push_back({.member_id = id});
  for (const std::string& id : options->instances) leavers.push_back({.group_instance_id = id});
  if (options->all_members) {
    auto described = co_await describe_group(session, group);
    if (!described) co_return fail(described.error());
    for (const auto& member : described->members) {
      const bool is_static = member.group_instance_id.has_value();
      leavers.push_back(
          {.member_id = is_static ? "" : member.member_id, .group_instance_id = member.group_instance_id});
    }
  }
  for (GroupLeaver& leaver : leavers) leaver.reason = "removed by wharf group remove-members";
  if (leavers.empty()) co_return Result<void>();
  Result<void> removed = co_await cli::remove_members(session, group, std::move(leavers));
  co_return removed;
}

Task<Result<void>> remove_offsets(ClientSession* session, const GroupCommandOptions* options) {
  auto partitions = co_await named_partitions(session, options->topics);
  if (!partitions) co_return fail(partitions.error());
  Result<void> deleted = co_await delete_offsets(session, options->groups.front(), std::move(*partitions));
  co_return deleted;
}

constexpr int kMany = 10'000;

void take_groups(CLI::App* sub, GroupCommandOptions* options, int most) {
  sub->add_option("GROUP", options->groups, "The group's name.")->required()->expected(1, most);
}

CLI::Option* take_topics(CLI::App* sub, GroupCommandOptions* options) {
  return sub
      ->add_option("-t,--topic", options->topics,
                   "A topic, or some of its partitions: orders:0,3-5. May be given again.")
      ->type_name("TOPIC")
      ->allow_extra_args(false);
}

void take_json(CLI::App* sub, GroupCommandOptions* options) {
  sub->add_flag("--json", options->json, "Print one line of JSON.");
}

void declare_looks(ClientActions<GroupCommandOptions>& actions, GroupCommandOptions* options) {
  CLI::App* sub = actions.add("list", "List the groups of all brokers, with their states.", list);
  take_json(sub, options);
  sub = actions.add(
      "describe",
      "Show groups: members, committed offsets and lag. Each member with the partitions that it was given; each "
      "partition that is committed or given to a member with its end.",
      describe);
  take_groups(sub, options, kMany);
  take_json(sub, options);
}

void declare_resets(ClientActions<GroupCommandOptions>& actions, GroupCommandOptions* options) {
  CLI::App* sub = actions.add(
      "reset-offsets",
      "Move a group's committed offsets. Shows what they would become; with --execute commits it. The group must have "
      "no members.",
      reset_offsets);
  take_groups(sub, options, 1);
  take_topics(sub, options);
  sub->add_flag("--all-topics", options->all_topics, "Every partition that the group has committed an offset of.");
  sub->add_flag("--to-earliest", options->to_earliest, "To the first record that is still there.");
  sub->add_flag("--to-latest", options->to_latest, "Behind the last record.");
  sub->add_option("--to-offset", options->to_offset,
                  "To this offset; where the partition does not reach it, to the nearest one.")
      ->type_name("N")
      ->check(whole_number(0, std::numeric_limits<std::int64_t>::max()));
  sub->add_option("--to-time", options->to_time,
                  "To the first record at or after a time: 2026-01-31T12:00:00Z, or @ and milliseconds since 1970.")
      ->type_name("TIME");
  sub->add_flag("--execute", options->execute, "Do it. Without this flag nothing changes.");
  take_json(sub, options);
}

void declare_removals(ClientActions<GroupCommandOptions>& actions, GroupCommandOptions* options) {
  CLI::App* sub = actions.add(
      "remove-members",
      "Remove members from a group. The others get their partitions at once: of a static member that is gone and whose "
      "session is not over yet. One that still runs joins again.",
      remove_members);
  take_groups(sub, options, 1);
  const auto take_ids = [sub](const char* name, std::vector<std::string>& into, const char* help) {
    sub->add_option(name, into, help)->type_name("ID")->allow_extra_args(false);
  };
  take_ids("--instance", options->instances, "A static member, by its group.instance.id. May be given again.");
  take_ids("--member", options->members, "A member, by the id that describe shows. May be given again.");
  sub->add_flag("--all", options->all_members, "Every member.");
  sub = actions.add("delete", "Delete groups with their offsets. They must have no members.", remove);
  take_groups(sub, options, kMany);
  sub =
      actions.add("delete-offsets", "Delete a group's offsets of some partitions. No member may be subscribed to them.",
                  remove_offsets);
  take_groups(sub, options, 1);
  take_topics(sub, options)->required();
}

Run declare(CLI::App* app) {
  auto client = ClientOptions::declare(app, "wharf group");
  auto options = std::make_shared<GroupCommandOptions>();
  ClientActions<GroupCommandOptions> actions(app);
  declare_looks(actions, options.get());
  declare_resets(actions, options.get());
  declare_removals(actions, options.get());
  return actions.run(client, options);
}

}  // namespace

Command group_command() {
  return {
      .name = "group",
      .summary = "list, describe and delete consumer groups, remove members, and move offsets",
      .description =
          R"(Works with Wharf, Kafka and any other broker of the protocol. Groups of Kafka's classic protocol; those of its
newer one (group.protocol=consumer) are listed, but the broker does not describe them to this command.)",
      .examples = R"(wharf group list
wharf group describe readers
wharf group describe readers --json
wharf group reset-offsets readers --topic orders --to-earliest
  shows what would change; with --execute it does
wharf group reset-offsets readers --topic orders:0,3-5 --to-time 2026-01-31 --execute
wharf group reset-offsets readers --all-topics --to-latest --execute
wharf group delete-offsets readers --topic orders
wharf group remove-members readers --instance reader-7
wharf group delete readers)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
