#include "admin/v1/routes.hpp"

#include <algorithm>

#include "admin/json_http/list.hpp"
#include "admin/json_http/path_pattern.hpp"
#include "admin/v1/resources.hpp"
#include "admin/v1/shapes.hpp"

namespace wharf::v1 {
namespace {

using namespace fields;

constexpr std::int64_t kLargestPartition = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t kRootSegments = 3;
constexpr std::int64_t kMostTruncated = 16 << 20;

constexpr Field kPathFields[] = {
    text("topic", "A topic's name.").between(1, 1000),
    count("partition", "Its number.").between(0, kLargestPartition),
    count("offset", "In the partition."),
    text("group", "A group's id.").between(1, 1000),
    text("token", "A token's id.").between(1, 100),
    text("vhost", "A virtual host's name.").between(1, 255),
    text("name", "A queue's name.").between(1, 255),
    text("position", "Of a message: 12, or 5:12 of priority 5.").between(1, 100),
    text("id", "Of a delayed message.").between(1, 100),
};

constexpr Field kPageFields[] = {
    text("name", "Items whose name has this text.").optional(),
    flag("use_regex", "The name is a regular expression (RE2's).").optional(),
    text("sort", "A field to sort by; a dot leads into an object: rates.bytes_in.").optional(),
    flag("sort_reverse", "Largest first.").optional(),
    count("page", "From 1.").between(1, 1'000'000).optional(),
    count("page_size", "Items.").between(1, json_http::kLargestPage).optional(),
};
constexpr std::size_t kFieldsByName = 2;  // the first of them

constexpr Field kTopicListFields[] = {flag("internal", "false: without the broker's own.").optional()};

constexpr Field kContentFields[] = {
    count("truncate", "Keys and values are cut to so many bytes (65536).").between(0, kMostTruncated).optional(),
    text("encoding", "base64: all of them so; else those that are no UTF-8.").one_of("auto|base64").optional(),
};

constexpr Field kMessagesFields[] = {
    kContentFields[0],
    kContentFields[1],
    count("partition", "Of this one only.").between(0, kLargestPartition).optional(),
    text("from",
         "Where to begin, unless an offset or a time is given: with the newest (and then backwards), or with the "
         "oldest.")
        .one_of("newest|oldest")
        .optional(),
    count("offset", "Begin at this one, of the partition that is given.").optional(),
    count("time_ms", "Begin with the first message at or after it.").optional(),
    text("after", "Go on where an answer ended: its next. The other parameters stay as they were.")
        .between(1, 100)
        .optional(),
    text("key", "Only messages with this key.").optional(),
    text("header", "Only messages with a header of this name.").optional(),
    text("header_value", "... whose value is this.").optional(),
    text("contains", "Only messages whose value has this text.").optional(),
    count("count", "Messages at most (50).").between(1, 500).optional(),
};

constexpr Field kFlowQuestionFields[] = {
    count("most", "Of each kind so many have a place of their own (8).").between(1, 50).optional(),
    text("vhost", "Exchanges and queues of this virtual host only.").optional(),
};

using namespace shapes;

constexpr Route kRoutes[] = {
    {"GET", "/openapi.json", Right::kAnybody, get_document, "getDocument", "This document."},

    {"GET", "/topics", Right::kSees, list_topics, "listTopics", "Topics with their sizes and rates.", kTopicListFields,
     nullptr, 200, &kTopic, Paging::kPagesByName},
    {"POST",
     "/topics",
     Right::kSees,
     create_topic,
     "createTopic",
     "Makes a topic. Needs the configure permission of its name. What was only validated is 200.",
     {},
     &kNewTopic,
     201,
     &kTopic,
     Paging::kNone,
     "200 409 503"},
    {"GET",
     "/topics/{topic}",
     Right::kSees,
     get_topic,
     "getTopic",
     "One topic.",
     {},
     nullptr,
     200,
     &kTopic,
     Paging::kNone,
     "404"},
    {"DELETE",
     "/topics/{topic}",
     Right::kSees,
     delete_topic,
     "deleteTopic",
     "Deletes a topic with its records and with what groups committed on it. Needs its configure permission.",
     {},
     nullptr,
     204,
     nullptr,
     Paging::kNone,
     "404 409 503"},
    {"GET",
     "/topics/{topic}/partitions",
     Right::kSees,
     list_partitions,
     "listPartitions",
     "Partitions with their offsets, sizes and times. Times can not be sorted by.",
     {},
     nullptr,
     200,
     &kPartition,
     Paging::kPages,
     "404"},
    {"POST",
     "/topics/{topic}/partitions",
     Right::kSees,
     add_partitions,
     "addPartitions",
     "Adds partitions. Needs the topic's configure permission.",
     {},
     &kMorePartitions,
     200,
     &kTopic,
     Paging::kNone,
     "404 409 503"},
    {"POST",
     "/topics/{topic}/trim",
     Right::kSees,
     trim_topic,
     "trimTopic",
     "Removes the oldest records, or all. Needs the topic's configure permission.",
     {},
     &kTrim,
     200,
     &kTrimmed,
     Paging::kNone,
     "404 409 503"},
    {"GET",
     "/topics/{topic}/settings",
     Right::kSees,
     list_topic_settings,
     "listTopicSettings",
     "Every setting with its value, where that comes from, and the default.",
     {},
     nullptr,
     200,
     &kTopicSetting,
     Paging::kPagesByName,
     "404"},
    {"PATCH",
     "/topics/{topic}/settings",
     Right::kSees,
     change_topic_settings,
     "changeTopicSettings",
     "Sets and unsets settings. Needs the topic's configure permission.",
     {},
     &kChangedSettings,
     200,
     &kSettingsOutcome,
     Paging::kNone,
     "404 409 503"},

    {"GET", "/topics/{topic}/messages", Right::kSees, read_messages, "readMessages",
     "Reads and searches messages, taking nothing. Needs the topic's read permission.", kMessagesFields, nullptr, 200,
     &kMessages, Paging::kNone, "404 503"},
    {"POST",
     "/topics/{topic}/messages",
     Right::kSees,
     produce_message,
     "produceMessage",
     "Produces a message, answered when it is kept. Needs the topic's write permission.",
     {},
     &kNewMessage,
     201,
     &kProduced,
     Paging::kNone,
     "404 409 503"},
    {"GET", "/topics/{topic}/partitions/{partition}/messages/{offset}", Right::kSees, get_message, "getMessage",
     "One message. Needs the topic's read permission.", kContentFields, nullptr, 200, &kMessage, Paging::kNone,
     "404 503"},

    {"GET",
     "/groups",
     Right::kSees,
     list_groups,
     "listGroups",
     "Groups with their members and lag.",
     {},
     nullptr,
     200,
     &kGroup,
     Paging::kPagesByName},
    {"GET",
     "/groups/{group}",
     Right::kSees,
     get_group,
     "getGroup",
     "One group.",
     {},
     nullptr,
     200,
     &kGroupDetail,
     Paging::kNone,
     "404"},
    {"DELETE",
     "/groups/{group}",
     Right::kOperates,
     delete_group,
     "deleteGroup",
     "Forgets a group without members, with its offsets.",
     {},
     nullptr,
     204,
     nullptr,
     Paging::kNone,
     "404 409 503"},
    {"GET",
     "/groups/{group}/members",
     Right::kSees,
     list_members,
     "listMembers",
     "Members and what is assigned to them.",
     {},
     nullptr,
     200,
     &kMember,
     Paging::kPagesByName,
     "404"},
    {"GET",
     "/groups/{group}/offsets",
     Right::kSees,
     list_group_offsets,
     "listGroupOffsets",
     "Committed offsets, lag, and whose the partitions are.",
     {},
     nullptr,
     200,
     &kGroupOffset,
     Paging::kPages,
     "404"},
    {"GET",
     "/groups/{group}/rebalances",
     Right::kSees,
     list_rebalances,
     "listRebalances",
     "Why it rebalanced, lately; the last one first.",
     {},
     nullptr,
     200,
     &kRebalance,
     Paging::kPages,
     "404"},
    {"POST",
     "/groups/{group}/offsets/reset",
     Right::kOperates,
     reset_offsets,
     "resetOffsets",
     "Moves committed offsets, or shows what that would do. Needs the read permission of each topic.",
     {},
     &kOffsetReset,
     200,
     &kResetOutcome,
     Paging::kNone,
     "404 409 503"},

    {"GET", "/flow", Right::kSees, get_flow, "getFlow",
     "What flows now: who produces, by which exchanges and topics, into which queues, to which groups. Of the virtual "
     "hosts and connections that the user sees.",
     kFlowQuestionFields, nullptr, 200, &kFlow, Paging::kNone},

    {"GET",
     "/tokens",
     Right::kSignedIn,
     list_tokens,
     "listTokens",
     "One's own tokens; of all users for the tag administrator. Never their texts.",
     {},
     nullptr,
     200,
     &kToken,
     Paging::kPagesByName},
    {"POST",
     "/tokens",
     Right::kSignedIn,
     create_token,
     "createToken",
     "Makes a token, which is told this once. A token makes no tokens (403).",
     {},
     &kNewToken,
     201,
     &kMadeToken,
     Paging::kNone,
     "404 409 503"},
    {"DELETE",
     "/tokens/{token}",
     Right::kSignedIn,
     revoke_token,
     "revokeToken",
     "Revokes a token at once. Another's takes the tag administrator.",
     {},
     nullptr,
     204,
     nullptr,
     Paging::kNone,
     "404 503"},

    {"GET",
     "/settings",
     Right::kMonitors,
     list_server_settings,
     "listServerSettings",
     "The server's own settings.",
     {},
     nullptr,
     200,
     &kServerSetting,
     Paging::kPagesByName},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

std::span<const Field> path_fields() {
  return kPathFields;
}

std::span<const Field> page_fields(Paging paging) {
  if (paging == Paging::kNone) return {};
  std::span<const Field> all = kPageFields;
  return paging == Paging::kPagesByName ? all : all.subspan(kFieldsByName);
}

Found find_route(std::string_view method, std::span<const std::string> segments) {
  if (method == "HEAD") method = "GET";
  Found found;
  if (!json_http::match_path(kRoot, segments.first(std::min(segments.size(), kRootSegments)))) return found;
  for (const Route& route : kRoutes) {
    std::optional<std::vector<std::string>> names =
        json_http::match_path(route.pattern, segments.subspan(kRootSegments));
    if (!names) continue;
    if (route.method == method) return {.route = &route, .names = std::move(*names), .allowed = {}};
    found.allowed += found.allowed.empty() ? "" : ", ";
    found.allowed += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  return found;
}

}  // namespace wharf::v1
