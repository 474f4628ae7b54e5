#include "cli/group_report.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "cli/text_table.hpp"
#include "protocols/kafka/api/consumer_protocol.hpp"

namespace wharf::cli {
namespace {

/// What is known of one partition: committed, end, or both.
struct Row {
  std::optional<std::int64_t> committed, end;

  std::optional<std::int64_t> lag() const {
    if (!committed || !end) return std::nullopt;
    return std::max<std::int64_t>(0, *end - *committed);
  }
};

std::map<PartitionName, Row> rows_of(const GroupReport& report) {
  std::map<PartitionName, Row> rows;
  for (const auto& [name, offset] : report.committed) rows[name].committed = offset.value;
  for (const auto& [name, offset] : report.ends) rows[name].end = offset.value;
  return rows;
}

std::string number_or_dash(std::optional<std::int64_t> number) {
  return number ? std::to_string(*number) : "-";
}

/// Partitions that a member was given; nothing for a member of another kind than a consumer.
std::vector<PartitionName> assigned_to(const GroupDescription& group,
                                       const kafka::DescribeGroupsResponse::Member& member) {
  std::vector<PartitionName> partitions;
  if (group.protocol_type != "consumer" || member.member_assignment.empty()) return partitions;
  auto assignment = kafka::decode_assignment(member.member_assignment);
  if (!assignment) return partitions;
  for (const auto& topic : assignment->assigned_partitions) {
    for (PartitionIndex index : topic.partitions) partitions.emplace_back(topic.topic, index);
  }
  std::ranges::sort(partitions);
  return partitions;
}

std::string names_of(const std::vector<PartitionName>& partitions) {
  std::string text;
  const std::string* topic = nullptr;
  for (const PartitionName& partition : partitions) {
    const bool same = topic != nullptr && *topic == partition.first;
    text += same ? fmt::format(",{}", partition.second.value)
                 : fmt::format("{}{}:{}", text.empty() ? "" : " ", partition.first, partition.second.value);
    topic = &partition.first;
  }
  return text.empty() ? "-" : text;
}

boost::json::value before_of(const GroupOffsets& before, const PartitionName& name) {
  auto found = before.find(name);
  return found == before.end() ? boost::json::value() : boost::json::value(found->second.value);
}

}  // namespace

std::vector<PartitionName> assigned_partitions(const GroupDescription& group) {
  std::vector<PartitionName> all;
  for (const auto& member : group.members) std::ranges::move(assigned_to(group, member), std::back_inserter(all));
  std::ranges::sort(all);
  return all;
}

std::string listing_text(const std::vector<GroupListing>& groups) {
  TextTable table({"GROUP", "STATE", "TYPE", "PROTOCOL"});
  for (const GroupListing& group : groups) {
    const auto shown = [](const std::string& text) { return text.empty() ? "-" : text; };
    table.add({group.group_id, shown(group.group_state), shown(group.group_type), shown(group.protocol_type)});
  }
  return table.text();
}

std::string listing_json(const std::vector<GroupListing>& groups) {
  boost::json::array array;
  for (const GroupListing& group : groups) {
    array.push_back({{"group", group.group_id},
                     {"state", group.group_state},
                     {"type", group.group_type},
                     {"protocol", group.protocol_type}});
  }
  return boost::json::serialize(array) + "\n";
}

std::string report_text(const GroupReport& report) {
  const GroupDescription& group = report.group;
  std::string text = fmt::format("group     {}\nstate     {}\n", group.group_id, group.group_state);
  if (!group.protocol_data.empty()) text += fmt::format("assignor  {}\n", group.protocol_data);
  if (!group.members.empty()) {
    TextTable members({"MEMBER", "CLIENT", "HOST", "INSTANCE", "PARTITIONS"});
    for (const auto& member : group.members) {
      members.add({member.member_id, member.client_id, member.client_host, member.group_instance_id.value_or("-"),
                   names_of(assigned_to(group, member))});
    }
    text += members.text();
  }
  const auto rows = rows_of(report);
  if (rows.empty()) return text;
  TextTable offsets({"TOPIC", "PARTITION", "COMMITTED", "END", "LAG"});
  for (const auto& [name, row] : rows) {
    offsets.add({name.first, std::to_string(name.second.value), number_or_dash(row.committed), number_or_dash(row.end),
                 number_or_dash(row.lag())});
  }
  return text + offsets.text();
}

boost::json::object report_json(const GroupReport& report) {
  boost::json::array members, offsets;
  for (const auto& member : report.group.members) {
    boost::json::array partitions;
    for (const PartitionName& name : assigned_to(report.group, member))
      partitions.push_back({{"topic", name.first}, {"partition", name.second.value}});
    members.push_back(
        {{"member", member.member_id},
         {"client", member.client_id},
         {"host", member.client_host},
         {"instance", member.group_instance_id ? boost::json::value(*member.group_instance_id) : boost::json::value()},
         {"partitions", std::move(partitions)}});
  }
  for (const auto& [name, row] : rows_of(report)) {
    boost::json::object one{{"topic", name.first}, {"partition", name.second.value}};
    if (row.committed) one["committed"] = *row.committed;
    if (row.end) one["end"] = *row.end;
    if (const auto lag = row.lag()) one["lag"] = *lag;
    offsets.push_back(std::move(one));
  }
  return {{"group", report.group.group_id},
          {"state", report.group.group_state},
          {"assignor", report.group.protocol_data},
          {"members", std::move(members)},
          {"offsets", std::move(offsets)}};
}

std::string reset_text(const GroupOffsets& before, const GroupOffsets& after, bool done) {
  TextTable table({"TOPIC", "PARTITION", "BEFORE", "AFTER"});
  for (const auto& [name, offset] : after) {
    auto old = before.find(name);
    table.add({name.first, std::to_string(name.second.value),
               old == before.end() ? "-" : std::to_string(old->second.value), std::to_string(offset.value)});
  }
  return table.text() + (done ? "" : "nothing has changed: --execute does it\n");
}

std::string reset_json(const GroupOffsets& before, const GroupOffsets& after, bool done) {
  boost::json::array offsets;
  for (const auto& [name, offset] : after) {
    offsets.push_back({{"topic", name.first},
                       {"partition", name.second.value},
                       {"before", before_of(before, name)},
                       {"after", offset.value}});
  }
  return boost::json::serialize(boost::json::object{{"executed", done}, {"offsets", std::move(offsets)}}) + "\n";
}

}  // namespace wharf::cli
