#pragma once
// For the tests of this room: readable events, subscriptions as Kafka's clients encode them, and actions as text.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "groups/core/actions.hpp"
#include "groups/core/coordinator.hpp"
#include "groups/core/fields.hpp"
#include "groups/core/records.hpp"
#include "groups/core/subscription.hpp"

namespace wharf::groups::testing {

inline constexpr std::int64_t kWallStartMs = 1'000'000'000;

inline Now at_ms(std::int64_t ms) { return {MonotonicTime(Milliseconds(ms)), Timestamp{kWallStartMs + ms}}; }

inline SharedBytes bytes_of(std::string_view text) { return SharedBytes::copy_of(as_bytes(text)); }

/// A ConsumerProtocolSubscription, version 1.
inline SharedBytes subscription(const std::vector<std::string>& topics) {
  FieldWriter out;
  out.int16(1);
  out.int32(static_cast<std::int32_t>(topics.size()));
  for (const std::string& topic : topics) out.string(topic, false);
  out.int32(-1);  // user data
  out.int32(0);   // owned partitions
  return bytes_of(out.take());
}

inline std::string show(MaybeError error) { return error ? std::string(wharf::to_string(*error)) : "ok"; }

inline std::string show_metadata(const SharedBytes& metadata) {
  auto topics = subscribed_topics(metadata.view());
  if (!topics) return std::string(as_text(metadata.view()));
  return fmt::format("{}", fmt::join(*topics, "+"));
}

inline std::string show(const StoredChange& change) {
  if (const auto* offset = std::get_if<OffsetStored>(&change)) {
    std::string text = fmt::format("{}-{}={}", offset->topic, offset->partition, offset->offset.offset.value);
    if (!offset->offset.metadata.empty()) text += fmt::format(" metadata={}", offset->offset.metadata);
    if (offset->offset.expire_timestamp != kNoTimestamp) {
      text += fmt::format(" expires={}", offset->offset.expire_timestamp.ms - kWallStartMs);
    }
    return text;
  }
  if (const auto* gone = std::get_if<OffsetRemoved>(&change)) return fmt::format("{}-{}=gone", gone->topic, gone->partition);
  if (const auto* stored = std::get_if<GroupStored>(&change)) {
    std::vector<std::string> members;
    for (const StoredMember& member : stored->group.members) {
      members.push_back(fmt::format("{}={}", member.member_id, as_text(member.assignment.view())));
    }
    return fmt::format("generation={} type={} protocol={} leader={} members=[{}]", stored->group.generation,
                       stored->group.protocol_type, stored->group.protocol_name.value_or("-"), stored->group.leader.value_or("-"),
                       fmt::join(members, " "));
  }
  return std::holds_alternative<GroupRemoved>(change) ? "group=gone" : "unknown";
}

inline StoredChange decoded(const LogRecord& record) {
  auto value = record.value ? std::optional<ByteView>(as_bytes(*record.value)) : std::nullopt;
  auto change = decode(as_bytes(record.key), value);
  WHARF_ASSERT(change.has_value());
  return *change;
}

inline std::string show(const JoinResponse& response) {
  std::string text = fmt::format("join {} member='{}'", show(response.error), response.member_id);
  if (response.error) return text;
  text += fmt::format(" generation={} protocol={} leader={}", response.generation, response.protocol_name.value_or("-"),
                      response.leader);
  if (response.skip_assignment) text += " skip_assignment";
  std::vector<std::string> members;
  for (const JoinedMember& member : response.members) {
    members.push_back(fmt::format("{}:{}", member.member_id, show_metadata(member.metadata)));
  }
  if (!members.empty()) text += fmt::format(" members=[{}]", fmt::join(members, " "));
  return text;
}

inline std::string show_topics(const std::vector<TopicResult>& topics) {
  std::string text;
  for (const TopicResult& topic : topics) {
    for (const PartitionResult& one : topic.partitions) text += fmt::format(" {}-{}:{}", topic.topic, one.partition, show(one.error));
  }
  return text;
}

inline std::string show(const Response& response) {
  if (const auto* join = std::get_if<JoinResponse>(&response)) return show(*join);
  if (const auto* sync = std::get_if<SyncResponse>(&response)) {
    if (sync->error) return "sync " + show(sync->error);
    return fmt::format("sync ok protocol={} assignment='{}'", sync->protocol_name.value_or("-"), as_text(sync->assignment.view()));
  }
  if (const auto* heartbeat = std::get_if<HeartbeatResponse>(&response)) return "heartbeat " + show(heartbeat->error);
  if (const auto* leave = std::get_if<LeaveResponse>(&response)) {
    std::string text = "leave " + show(leave->error);
    for (const LeftMember& member : leave->members) {
      text += fmt::format(" {}:{}", member.member_id.empty() ? member.group_instance_id.value_or("") : member.member_id,
                          show(member.error));
    }
    return text;
  }
  if (const auto* commit = std::get_if<CommitOffsetsResponse>(&response)) return "commit" + show_topics(commit->topics);
  if (const auto* deletion = std::get_if<DeleteOffsetsResponse>(&response)) {
    return "delete_offsets " + show(deletion->error) + show_topics(deletion->topics);
  }
  return "delete_group " + show(std::get<DeleteGroupResponse>(response).error);
}

inline std::string show(const Actions& actions) {
  std::string text;
  for (const Noted& noted : actions.noted) {
    text += fmt::format("note {} {} generation={} member='{}' {}\n", noted.group_id, to_string(noted.entry.step),
                        noted.entry.generation, noted.entry.member_id, noted.entry.reason);
  }
  for (const Append& append : actions.appends) {
    text += fmt::format("append {} {}:", append.id.value, append.group_id);
    for (const LogRecord& record : append.records) text += " " + show(decoded(record));
    text += "\n";
  }
  for (const Reply& reply : actions.replies) text += fmt::format("reply #{} {}\n", reply.token.value, show(reply.response));
  return text;
}

}  // namespace wharf::groups::testing
