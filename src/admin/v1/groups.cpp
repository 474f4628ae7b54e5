#include <algorithm>

#include <boost/json/array.hpp>

#include "admin/v1/answers.hpp"
#include "admin/v1/group_json.hpp"
#include "admin/v1/page.hpp"
#include "admin/v1/resources.hpp"
#include "groups/core/subscription.hpp"

namespace wharf::v1 {
namespace {

http::Response no_group(std::string_view name) {
  return not_found("there is no group '" + std::string(name) + "'");
}

boost::json::object group_json(const admin::GroupNumbers& group) {
  std::uint64_t lag = 0;
  std::optional<double> seconds = 0;
  for (const auto& [topic, one] : group.lag) {
    lag += one.records;
    if (!one.seconds) seconds.reset();
    if (seconds) seconds = std::max(*seconds, *one.seconds);
  }
  boost::json::object json{{"name", json_text(group.id)},
                           {"state", json_text(to_string(group.state))},
                           {"protocol_type", json_text(group.protocol_type)},
                           {"members", group.members},
                           {"silent_members", group.silent_members},
                           {"topics", group.lag.size()},
                           {"lag", lag},
                           {"lag_seconds", nullptr}};
  if (seconds) json["lag_seconds"] = *seconds;
  return json;
}

boost::json::object detail_json(std::string_view name, const GroupState& state) {
  std::int64_t lag = 0, partitions = 0;
  std::optional<double> seconds = 0;
  for (const OffsetState& one : state.offsets) {
    if (!one.offset) continue;
    ++partitions;
    std::optional<std::int64_t> its = one.lag();
    if (!its) continue;
    lag += *its;
    if (!one.lag_seconds) seconds.reset();
    if (seconds) seconds = std::max(*seconds, *one.lag_seconds);
  }
  const groups::DescribedGroup& group = state.group;
  boost::json::object json{{"name", json_text(name)},
                           {"state", json_text(to_string(group.state))},
                           {"protocol_type", json_text(group.protocol_type)},
                           {"protocol", json_text(group.protocol)},
                           {"generation", group.generation},
                           {"leader", nullptr},
                           {"members", group.members.size()},
                           {"partitions", partitions},
                           {"lag", lag},
                           {"lag_seconds", nullptr}};
  if (group.leader) json["leader"] = json_text(*group.leader);
  if (seconds) json["lag_seconds"] = *seconds;
  return json;
}

boost::json::object member_json(const groups::DescribedMember& member, bool is_consumer) {
  std::size_t count = 0;
  boost::json::array assignments;
  auto assigned = groups::assigned_partitions(member.assignment.view());
  if (is_consumer && assigned) {
    for (const auto& [topic, partitions] : *assigned) {
      count += partitions.size();
      assignments.push_back(boost::json::object{
          {"topic", json_text(topic)}, {"partitions", boost::json::array(partitions.begin(), partitions.end())}});
    }
  }
  boost::json::object json{{"name", json_text(member.member_id)},
                           {"instance_id", nullptr},
                           {"client_id", json_text(member.client_id)},
                           {"client_host", json_text(member.client_host)},
                           {"partitions", count},
                           {"assignments", std::move(assignments)}};
  if (member.group_instance_id) json["instance_id"] = json_text(*member.group_instance_id);
  return json;
}

boost::json::object rebalance_json(const groups::RebalanceEntry& entry) {
  return {{"at_ms", entry.at.ms},
          {"generation", entry.generation},
          {"step", json_text(to_string(entry.step))},
          {"member", json_text(entry.member_id)},
          {"reason", json_text(entry.reason)},
          {"times", entry.times}};
}

}  // namespace

Answer list_groups(Call* call) {
  auto numbers = std::make_shared<admin::NodeNumbers>();
  numbers->topics = call->ports.catalogue.topics(call->here);
  numbers->shards = co_await call->ports.operate.report(call->here);
  Milliseconds silent_after = call->ports.config.get<"admin.silent.member.ms">();
  admin::GroupQuestion question{&call->ports.groups, &call->ports.operate, call->about.started, silent_after};
  admin::RecordTimes times =
      std::exchange(call->memory.times, {});  // a second question at the same time finds out for itself
  co_await admin::gather_groups(call->here, question, numbers.get(), &times);
  call->memory.times = std::move(times);
  auto write = [request = call->request, numbers] {
    std::ranges::sort(numbers->groups, {}, &admin::GroupNumbers::id);
    return page_answer(request, numbers->groups, group_json, [](const admin::GroupNumbers& group) { return group.id; });
  };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  co_return response;
}

Answer get_group(Call* call) {
  std::optional<GroupState> state = co_await state_of_group(call, call->names.front());
  if (!state) co_return no_group(call->names.front());
  co_return json_answer(detail_json(call->names.front(), *state));
}

Answer delete_group(Call* call) {
  groups::DeleteGroup wanted{.group_id = call->names.front()};
  auto deleted = co_await call->ports.groups.ask<groups::DeleteGroupResponse>(call->here, std::move(wanted));
  if (!deleted.error) co_return no_content();
  if (*deleted.error == ErrorCode::kNotFound || *deleted.error == ErrorCode::kInvalidGroup)
    co_return no_group(call->names.front());
  if (*deleted.error == ErrorCode::kGroupNotEmpty) co_return conflict("the group has members");
  co_return refusal_of({*deleted.error, "the group cannot be deleted now"});
}

Answer list_members(Call* call) {
  std::optional<groups::DescribedGroup> group = co_await call->ports.groups.describe(call->here, call->names.front());
  if (!group) co_return no_group(call->names.front());
  auto write = [request = call->request, group = std::move(*group)] {
    bool is_consumer = group.protocol_type == groups::kConsumerProtocolType;
    auto json = [is_consumer](const groups::DescribedMember& member) { return member_json(member, is_consumer); };
    return page_answer(request, group.members, json);
  };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  co_return response;
}

Answer list_rebalances(Call* call) {
  std::optional<groups::DescribedGroup> group = co_await call->ports.groups.describe(call->here, call->names.front());
  if (!group) co_return no_group(call->names.front());
  std::vector<groups::RebalanceEntry> history = co_await call->ports.groups.history(call->here, call->names.front());
  std::ranges::reverse(history);
  co_return page_answer(call->request, history, rebalance_json);
}

}  // namespace wharf::v1
