#pragma once
// What is asked and answered: every object of this API. Sizes are bytes, times milliseconds since 1970 (UTC) or, where
// the name says so, seconds.
#include "admin/v1/shape.hpp"

namespace wharf::v1::shapes {

using namespace fields;

inline constexpr std::int64_t kMostPartitions = 10'000;  // that one request makes, or moves offsets of

inline constexpr Field kErrorFields[] = {text("error", "A word for programs."),
                                         text("reason", "A sentence for people.")};
inline constexpr Shape kError{"Error", "What went wrong.", kErrorFields};

inline constexpr Field kOversizeFields[] = {count("status", "The status."), text("error", "A sentence for people.")};
inline constexpr Shape kOversize{"Oversize", "A request that is not read to its end.", kOversizeFields};

// --- Topics

inline constexpr Field kRatesFields[] = {
    number("records_in", "Records per second that were appended."),
    number("bytes_in", "Bytes per second that were appended, as producers sent them."),
    number("records_out", "Records per second that clients of Kafka fetched."),
    number("bytes_out", "Bytes per second that clients of Kafka fetched."),
};
inline constexpr Shape kRates{"Rates", "Of the last seconds in which somebody asked.", kRatesFields};

inline constexpr Field kTopicFields[] = {
    text("name", "Of the topic."),
    text("id", "Kafka's topic id (KIP-516), in base64."),
    flag("internal", "It is the broker's own: read it, and change nothing."),
    count("partitions", "How many."),
    count("replicas", "Of each partition."),
    count("messages", "Offsets that are there: after compaction there are fewer messages."),
    count("size_bytes", "Of records, of all partitions."),
    count("segments", "Files; null where a partition at rest was not looked into since the start.").nullable(),
    text("cleanup_policy", "As the topic's settings have it: delete, compact, or both."),
    integer("retention_ms", "Records older than this are deleted; -1: never."),
    integer("retention_bytes", "What a partition may have; -1: no limit."),
    count("records_in", "Records appended since the server's start."),
    count("bytes_in", "Bytes appended since the server's start."),
    count("records_out", "Records fetched since the server's start."),
    count("bytes_out", "Bytes fetched since the server's start."),
    object("rates", kRates, "Null until it was asked for twice.").nullable(),
};
inline constexpr Shape kTopic{"Topic", "A log in partitions.", kTopicFields};

inline constexpr Field kNewTopicFields[] = {
    text("name", "Letters, digits, '.', '_' and '-'.").between(1, 249),
    count("partitions", "The server's num.partitions unless it is given.").between(1, kMostPartitions).optional(),
    table("settings", "What differs from the server's defaults.").optional(),
    flag("validate_only", "Check it all and make nothing.").optional(),
};
inline constexpr Shape kNewTopic{"NewTopic", "A topic to be made.", kNewTopicFields};

inline constexpr Field kMorePartitionsFields[] = {
    count("total", "How many there shall be, more than now.").between(1, 1'000'000),
};
inline constexpr Shape kMorePartitions{"MorePartitions", "Partitions to be added. Keys may go elsewhere from then on.",
                                       kMorePartitionsFields};

inline constexpr Field kTrimFields[] = {
    count("partition", "All unless it is given.").between(0, std::numeric_limits<std::int32_t>::max()).optional(),
    count("before", "Records before this offset of the partition; all of them unless it is given.").optional(),
};
inline constexpr Shape kTrim{"Trim", "Which records are removed, from the oldest on.", kTrimFields};

inline constexpr Field kTrimmedPartitionFields[] = {
    count("partition", "Its number."),
    count("start_offset", "Of the first record that is there now."),
};
inline constexpr Shape kTrimmedPartition{"TrimmedPartition", "Where a partition begins now.", kTrimmedPartitionFields};

inline constexpr Field kTrimmedFields[] = {objects("trimmed", kTrimmedPartition, "By partition.")};
inline constexpr Shape kTrimmed{"Trimmed", "What has been removed is gone.", kTrimmedFields};

inline constexpr Field kPartitionFields[] = {
    count("partition", "Its number."),
    count("leader", "The node that has it."),
    integer("leader_epoch", "One higher at each change of the leader."),
    integers("replicas", "The nodes that keep it."),
    count("start_offset", "Of the first record that is there."),
    count("high_watermark", "The first offset that readers do not see yet."),
    count("end_offset", "The next record's."),
    count("messages", "Offsets from the start to the high watermark."),
    count("size_bytes", "Of its records."),
    count("segments", "Files; null where it was not looked into since the start.").nullable(),
    count("records_in", "Records appended since the server's start."),
    count("bytes_in", "Bytes appended since the server's start."),
    integer("oldest_ms", "When its first batch begins; null: nothing is there, or it would take too long to look.")
        .nullable(),
    integer("newest_ms", "The largest time of a record; null: nothing is there.").nullable(),
    text("compaction_failure",
         "Why the last pass of compaction failed; it is tried again, and until one succeeds the partition grows.")
        .nullable(),
};
inline constexpr Shape kPartition{"Partition", "One log of a topic.", kPartitionFields};

inline constexpr Field kTopicSettingFields[] = {
    text("name", "Kafka's name of it."),
    text("value", "In force.").nullable(),
    text("source", "Where the value comes from.").one_of("topic|server|default"),
    text("default", "In force where the topic does not say otherwise."),
    text("type", "Kafka's type of it.").one_of("boolean|string|int|short|long|double|list|class|password|unknown"),
    text("documentation", "What it does."),
};
inline constexpr Shape kTopicSetting{"TopicSetting", "One setting of a topic.", kTopicSettingFields};

inline constexpr Field kChangedSettingsFields[] = {
    table("set", "Settings and their values.").optional(),
    texts("unset", "Settings that shall be the server's again.").optional(),
    flag("validate_only", "Check it all and change nothing.").optional(),
};
inline constexpr Shape kChangedSettings{"ChangedSettings", "All of it is done, or nothing.", kChangedSettingsFields};

inline constexpr Field kSettingsOutcomeFields[] = {
    flag("applied", "False: it was only checked."),
    table("before", "What the topic set by itself."),
    table("after", "What it sets now."),
};
inline constexpr Shape kSettingsOutcome{"SettingsOutcome", "To undo it, set what was before.", kSettingsOutcomeFields};

// --- Messages

inline constexpr Field kContentFields[] = {
    count("bytes", "Of the whole."),
    text("encoding", "Of data; base64 where the bytes are no UTF-8, or where it was asked for.").one_of("text|base64"),
    text("data", "The whole, or its beginning."),
};
inline constexpr Shape kContent{"Content", "Bytes.", kContentFields};

inline constexpr Field kHeaderFields[] = {
    text("name", "Need not be the only one of that name."),
    object("value", kContent, "Null is none.").nullable(),
};
inline constexpr Shape kHeader{"Header", "Of a message.", kHeaderFields};

inline constexpr Field kMessageFields[] = {
    count("partition", "Where it is."),
    count("offset", "Where it is there."),
    integer("timestamp_ms", "Its producer's, or the log's; null: none.").nullable(),
    object("key", kContent, "Null: it has none.").nullable(),
    object("value", kContent, "Null: a tombstone.").nullable(),
    objects("headers", kHeader, "In their order."),
};
inline constexpr Shape kMessage{"Message", "A record of a topic.", kMessageFields};

inline constexpr Field kMessagesFields[] = {
    objects("messages", kMessage,
            "From a place on in the order of their offsets; the newest first where these were asked for."),
    text("next",
         "Where to go on (after=); null: nothing is left. There may be fewer messages than asked for, or none, and "
         "more to come.")
        .nullable(),
    count("scanned_messages", "Looked at for this answer."),
    count("scanned_bytes", "Of these, unpacked."),
};
inline constexpr Shape kMessages{"Messages", "Some messages. One request does a bounded piece of work.",
                                 kMessagesFields};

inline constexpr std::string_view kEncodings = "text|base64";

inline constexpr Field kNewHeaderFields[] = {
    text("name", "Need not be the only one of that name."),
    text("value", "Null is none.").nullable(),
    text("encoding", "Of the value: text unless it says otherwise.").one_of(kEncodings).optional(),
};
inline constexpr Shape kNewHeader{"NewHeader", "Of a message to be produced.", kNewHeaderFields};

inline constexpr Field kNewMessageFields[] = {
    count("partition", "By the key, or any, unless it is given.").optional(),
    text("key", "None unless it is given.").nullable().optional(),
    text("key_encoding", "Text unless it says otherwise.").one_of(kEncodings).optional(),
    text("value", "Null: a tombstone.").nullable(),
    text("value_encoding", "Text unless it says otherwise.").one_of(kEncodings).optional(),
    objects("headers", kNewHeader, "In their order.").between(0, 1000).optional(),
    count("timestamp_ms", "Now, unless it is given.").optional(),
};
inline constexpr Shape kNewMessage{"NewMessage", "A message to be produced.", kNewMessageFields};

inline constexpr Field kProducedFields[] = {
    count("partition", "Where it is."),
    count("offset", "Where it is there."),
};
inline constexpr Shape kProduced{"Produced", "The message is kept.", kProducedFields};

// --- Groups

inline constexpr std::string_view kGroupStates = "Empty|PreparingRebalance|CompletingRebalance|Stable|Dead";

inline constexpr Field kGroupFields[] = {
    text("name", "The group's id."),
    text("state", "Kafka's word for it.").one_of(kGroupStates),
    text("protocol_type", "\"consumer\" for Kafka's consumers; empty: offsets without members."),
    count("members", "Now."),
    count("silent_members", "Those that own records that wait and have not asked for them for admin.silent.member.ms."),
    count("topics", "That it has committed offsets of."),
    count("lag", "Messages that are committed and not read."),
    number("lag_seconds", "The age of the oldest of these; null: not known (yet).").nullable(),
};
inline constexpr Shape kGroup{"Group", "Consumers that share topics.", kGroupFields};

inline constexpr Field kGroupDetailFields[] = {
    text("name", "The group's id."),
    text("state", "Kafka's word for it.").one_of(kGroupStates),
    text("protocol_type", "\"consumer\" for Kafka's consumers; empty: offsets without members."),
    text("protocol", "How partitions are assigned; empty unless the group is stable."),
    integer("generation", "One higher at each rebalance."),
    text("leader", "The member that assigns partitions.").nullable(),
    count("members", "Now."),
    count("partitions", "That it has committed offsets of."),
    count("lag", "Messages that are committed and not read."),
    number("lag_seconds", "The age of the oldest of these; null: not known.").nullable(),
};
inline constexpr Shape kGroupDetail{"GroupDetail", "One group.", kGroupDetailFields};

inline constexpr Field kAssignedFields[] = {text("topic", "Of the partitions."),
                                            integers("partitions", "Their numbers.")};
inline constexpr Shape kAssigned{"Assigned", "Partitions of a topic.", kAssignedFields};

inline constexpr Field kMemberFields[] = {
    text("name", "The member's id."),
    text("instance_id", "Of a static member (KIP-345).").nullable(),
    text("client_id", "What the client calls itself."),
    text("client_host", "Where it is."),
    count("partitions", "Assigned to it."),
    objects("assignments", kAssigned, "Empty where the assignment cannot be read."),
};
inline constexpr Shape kMember{"Member", "Of a group.", kMemberFields};

inline constexpr Field kGroupOffsetFields[] = {
    text("topic", "Of the partition."),
    count("partition", "Its number."),
    count("offset", "Committed: the next one to read. Null: none yet.").nullable(),
    text("metadata", "What the consumer said beside it."),
    count("start_offset", "Of the partition; null: it is gone.").nullable(),
    count("high_watermark", "Of the partition; null: it is gone.").nullable(),
    count("lag", "Messages that are committed and not read.").nullable(),
    number("lag_seconds", "The age of the oldest of these; null: not known.").nullable(),
    text("member", "Whose it is; null: nobody's.").nullable(),
};
inline constexpr Shape kGroupOffset{"GroupOffset", "How far a group is in a partition.", kGroupOffsetFields};

inline constexpr Field kRebalanceFields[] = {
    integer("at_ms", "When."),         integer("generation", "The group's at that moment."),
    text("step", "What happened."),    text("member", "Who caused it; empty: nobody in particular."),
    text("reason", "As it was said."), count("times", "How often in a row; the time is the last one's."),
};
inline constexpr Shape kRebalance{"Rebalance", "A line of a group's history.", kRebalanceFields};

inline constexpr Field kPlaceFields[] = {
    text("topic", "Of the partition."),
    count("partition", "Its number.").between(0, std::numeric_limits<std::int32_t>::max()),
    count("offset", "Null: nothing is committed.").nullable(),
};
inline constexpr Shape kPlace{"Place", "An offset of a partition.", kPlaceFields};

inline constexpr Field kChosenFields[] = {
    text("topic", "A topic."),
    integers("partitions", "All unless they are given.").between(1, kMostPartitions).optional(),
};
inline constexpr Shape kChosen{"Chosen", "Partitions of a topic.", kChosenFields};

inline constexpr Field kOffsetResetFields[] = {
    text("to", "earliest, latest; time: time_ms; shift: by; offset: offset; places: places.")
        .one_of("earliest|latest|time|shift|offset|places"),
    integer("time_ms", "The first message at or after it; the end where there is none.").optional(),
    integer("by", "Messages forward, or back below zero.").optional(),
    count("offset", "The same in all partitions.").optional(),
    objects("topics", kChosen, "Unless they are given, the partitions that the group has committed.")
        .between(1, 100)
        .optional(),
    objects("places", kPlace, "As the undo of an earlier reset has them.").between(1, kMostPartitions).optional(),
    flag("dry_run", "Show what would be and change nothing.").optional(),
};
inline constexpr Shape kOffsetReset{"OffsetReset", "Where a group shall go on. It must have no members.",
                                    kOffsetResetFields};

inline constexpr Field kOffsetChangeFields[] = {
    text("topic", "Of the partition."),
    count("partition", "Its number."),
    count("before", "Null: nothing was committed.").nullable(),
    count("after", "Null: nothing is committed.").nullable(),
    count("start_offset", "Of the partition."),
    count("high_watermark", "Of the partition."),
};
inline constexpr Shape kOffsetChange{
    "OffsetChange", "What becomes of one offset. What lies outside of the partition is moved to its nearer end.",
    kOffsetChangeFields};

inline constexpr Field kResetOutcomeFields[] = {
    flag("applied", "False: a dry run, nothing has changed."),
    objects("changes", kOffsetChange, "By topic and partition."),
    objects("undo", kPlace, "Reset to these places to have it as it was."),
};
inline constexpr Shape kResetOutcome{"ResetOutcome", "What a reset does or would do.", kResetOutcomeFields};

// --- What flows

inline constexpr Field kFlowNodeFields[] = {
    text("kind", "What it is. Consumers are AMQP's and other queues' consumers, all in one.")
        .one_of("producers|exchange|queue|topic|group|consumers"),
    text("name", "Of producers their protocol; of the others together, empty."),
    text("vhost", "Of exchanges and queues; else empty."),
    count("things", "1; of the others together how many they are; of producers their connections."),
    flag("others", "All of this kind that have no place of their own."),
    number("in", "Messages per second that come in; null: not counted here.").nullable(),
    number("out", "Messages per second that go out; null: not counted here.").nullable(),
    number("bytes_in", "Bytes per second from producers.").nullable(),
    number("bytes_out", "Bytes per second to them.").nullable(),
    count("waiting", "Messages in a queue; of a group its lag."),
    number("lag_seconds", "Of a group: the age of the oldest message it has not read.").nullable(),
    count("members", "Consumers of a queue, members of a group."),
};
inline constexpr Shape kFlowNode{"FlowNode", "Something that messages come from, pass, or wait in.", kFlowNodeFields};

inline constexpr Field kFlowEdgeFields[] = {
    count("from", "The place of a node in the list."),
    count("to", "Likewise."),
    number("rate", "Messages per second; null: several ways lead there, and only their sum is counted.").nullable(),
};
inline constexpr Shape kFlowEdge{"FlowEdge", "A way that messages take.", kFlowEdgeFields};

inline constexpr Field kFlowFields[] = {
    objects("nodes", kFlowNode, "Producers, then exchanges, queues, topics, groups and consumers."),
    objects("edges", kFlowEdge, "One for each pair at most."),
};
inline constexpr Shape kFlow{"Flow", "What flows now, the busiest of each kind.", kFlowFields};

// --- Tokens

inline constexpr std::int64_t kDaySeconds = 24 * 3600;

inline constexpr Field kTokenFields[] = {
    text("id", "By which it is revoked; no secret."),
    text("user", "Whose rights it has, as they are when it is used."),
    text("name", "What it is for."),
    integer("created_ms", "When it was made."),
    integer("expires_ms", "From then on it opens nothing."),
    flag("expired", "It is over: it opens nothing any more."),
};
inline constexpr Shape kToken{"Token", "A way to sign in without a password; its text is not told again.",
                              kTokenFields};

inline constexpr Field kNewTokenFields[] = {
    text("name", "What it is for.").between(1, 100),
    text("user", "Whose; one's own unless it is given. Another's takes the tag administrator.")
        .between(1, 255)
        .optional(),
    integer("expires_in_seconds", "From now (90 days).").between(60, 3650 * kDaySeconds).optional(),
};
inline constexpr Shape kNewToken{"NewToken", "A token to be made.", kNewTokenFields};

inline constexpr Field kMadeTokenFields[] = {
    text("id", "By which it is revoked; no secret."),
    text("user", "Whose rights it has."),
    text("name", "What it is for."),
    integer("created_ms", "Now."),
    integer("expires_ms", "From then on it opens nothing."),
    text("token", "The token, told this once: Authorization: Bearer TOKEN."),
};
inline constexpr Shape kMadeToken{"MadeToken", "Keep it: only its hash stays here.", kMadeTokenFields};

// --- The server

inline constexpr Field kServerSettingFields[] = {
    text("name", "Of the setting."),
    text("section", "Where docs/configuration.md has it."),
    text("value", "In force, as a person writes it; null: a secret.").nullable(),
    text("bare_value", "The same in bare units.").nullable(),
    text("default", "Unless it is set."),
    text("source", "Where the value comes from.").one_of("default|file|environment|flag"),
    text("place", "The file's line, the variable; empty: the default."),
    text("type", "What it is.").one_of("flag|integer|bytes|duration|ratio|text|choice|address"),
    text("unit", "Of the bare value; null: none.").one_of("bytes|milliseconds").nullable(),
    texts("choices", "Of a choice; else empty."),
    text("documentation", "What it does."),
};
inline constexpr Shape kServerSetting{"ServerSetting", "One setting of the server. They change with a restart.",
                                      kServerSettingFields};

}  // namespace wharf::v1::shapes
