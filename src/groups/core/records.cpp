#include "groups/core/records.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "groups/core/fields.hpp"

namespace wharf::groups {
namespace {

constexpr std::int16_t kOffsetKeyVersion = 1;
constexpr std::int16_t kGroupKeyVersion = 2;
constexpr std::int16_t kGroupValueVersion = 3;
constexpr std::int16_t kNewestValueVersion = 4;
constexpr std::int16_t kFirstFlexibleVersion = 4;
constexpr std::uint32_t kTopicIdTag = 0;
// A member takes at least this many bytes, in any version: in the compact form, six lengths, two timeouts and no tags.
constexpr std::size_t kLeastMemberBytes = 15;

std::int16_t value_version(const CommittedOffset& offset) {
  if (offset.expire_timestamp != kNoTimestamp) return 1;
  return offset.topic_id.is_zero() ? 3 : 4;
}

std::string offset_key(const std::string& group_id, const std::string& topic, std::int32_t partition) {
  FieldWriter key;
  key.int16(kOffsetKeyVersion);
  key.string(group_id, false);
  key.string(topic, false);
  key.int32(partition);
  return key.take();
}

std::string group_key(const std::string& group_id) {
  FieldWriter key;
  key.int16(kGroupKeyVersion);
  key.string(group_id, false);
  return key.take();
}

std::string offset_value(const CommittedOffset& offset) {
  std::int16_t version = value_version(offset);
  bool flexible = version >= kFirstFlexibleVersion;
  FieldWriter value;
  value.int16(version);
  value.int64(offset.offset.value);
  if (version >= 3) value.int32(offset.leader_epoch.value);
  value.string(offset.metadata, flexible);
  value.int64(offset.commit_timestamp.ms);
  if (version == 1) value.int64(offset.expire_timestamp.ms);
  if (flexible) {
    value.uvarint(1);  // one tagged field: tag, size, the id
    value.uvarint(kTopicIdTag);
    value.uvarint(16);
    value.uuid(offset.topic_id);
  }
  return value.take();
}

std::string group_value(const StoredGroup& group) {
  FieldWriter value;
  value.int16(kGroupValueVersion);
  value.string(group.protocol_type, false);
  value.int32(group.generation);
  value.nullable_string(group.protocol_name, false);
  value.nullable_string(group.leader, false);
  value.int64(group.state_timestamp.ms);
  value.int32(static_cast<std::int32_t>(group.members.size()));
  for (const StoredMember& member : group.members) {
    value.string(member.member_id, false);
    value.nullable_string(member.group_instance_id, false);
    value.string(member.client_id, false);
    value.string(member.client_host, false);
    value.int32(member.rebalance_timeout_ms);
    value.int32(member.session_timeout_ms);
    value.bytes(member.subscription.view(), false);
    value.bytes(member.assignment.view(), false);
  }
  return value.take();
}

/// Tagged fields at the end of a struct. Returns the topic id, if that tag is among them and `known`.
TopicId read_tags(FieldReader& from, bool with_topic_id) {
  TopicId topic_id;
  std::uint32_t tags = from.uvarint();
  for (std::uint32_t i = 0; i < tags && from.ok(); ++i) {
    std::uint32_t tag = from.uvarint();
    FieldReader field(from.take(from.uvarint()));
    if (with_topic_id && tag == kTopicIdTag && from.ok()) {
      topic_id = field.uuid();
      if (!field.ok()) from.take(from.left() + 1);  // a topic id of the wrong size spoils the record
    }
  }
  return topic_id;
}

CommittedOffset read_offset(FieldReader& from, std::int16_t version) {
  bool flexible = version >= kFirstFlexibleVersion;
  CommittedOffset offset;
  offset.offset = Offset(from.int64());
  if (version >= 3) offset.leader_epoch = LeaderEpoch(from.int32());
  offset.metadata = from.string(flexible);
  offset.commit_timestamp = Timestamp{from.int64()};
  if (version == 1) offset.expire_timestamp = Timestamp{from.int64()};
  if (flexible) offset.topic_id = read_tags(from, true);
  return offset;
}

StoredMember read_member(FieldReader& from, std::int16_t version) {
  bool flexible = version >= kFirstFlexibleVersion;
  StoredMember member;
  member.member_id = from.string(flexible);
  if (version >= 3) member.group_instance_id = from.nullable_string(flexible);
  member.client_id = from.string(flexible);
  member.client_host = from.string(flexible);
  member.rebalance_timeout_ms = version >= 1 ? from.int32() : -1;
  member.session_timeout_ms = from.int32();
  if (member.rebalance_timeout_ms == -1) member.rebalance_timeout_ms = member.session_timeout_ms;
  member.subscription = from.bytes(flexible);
  member.assignment = from.bytes(flexible);
  if (flexible) read_tags(from, false);
  return member;
}

StoredGroup read_group(FieldReader& from, std::int16_t version) {
  bool flexible = version >= kFirstFlexibleVersion;
  StoredGroup group;
  group.protocol_type = from.string(flexible);
  group.generation = from.int32();
  group.protocol_name = from.nullable_string(flexible);
  group.leader = from.nullable_string(flexible);
  if (version >= 2) group.state_timestamp = Timestamp{from.int64()};
  std::int32_t members = from.count(flexible, kLeastMemberBytes);
  for (std::int32_t i = 0; i < members && from.ok(); ++i) group.members.push_back(read_member(from, version));
  if (flexible) read_tags(from, false);
  return group;
}

Result<StoredChange> malformed(std::string_view what) {
  return fail(ErrorCode::kMalformed, fmt::format("the groups' log holds {} that does not parse", what));
}

Result<StoredChange> decode_offset(FieldReader& key, std::optional<ByteView> value) {
  std::string group_id = key.string(false);
  std::string topic = key.string(false);
  std::int32_t partition = key.int32();
  if (!key.ok() || key.left() != 0) return malformed("an offset's key");
  if (!value) return OffsetRemoved{std::move(group_id), std::move(topic), partition};
  FieldReader from(*value);
  std::int16_t version = from.int16();
  if (from.ok() && version > kNewestValueVersion) return UnknownRecord{};
  CommittedOffset offset = read_offset(from, version);
  if (version < 0 || !from.ok()) return malformed("an offset");
  return OffsetStored{std::move(group_id), std::move(topic), partition, std::move(offset)};
}

Result<StoredChange> decode_group(FieldReader& key, std::optional<ByteView> value) {
  std::string group_id = key.string(false);
  if (!key.ok() || key.left() != 0) return malformed("a group's key");
  if (!value) return GroupRemoved{std::move(group_id)};
  FieldReader from(*value);
  std::int16_t version = from.int16();
  if (from.ok() && version > kNewestValueVersion) return UnknownRecord{};
  StoredGroup group = read_group(from, version);
  if (version < 0 || !from.ok()) return malformed("a group");
  if (!group.members.empty() && !group.protocol_name) return malformed("a group with members and no protocol");
  std::set<std::string_view> ids, instances;
  for (const StoredMember& member : group.members) {
    bool is_new = ids.insert(member.member_id).second;
    if (member.group_instance_id) is_new = instances.insert(*member.group_instance_id).second && is_new;
    if (!is_new) return malformed("a group with one member twice");
  }
  return GroupStored{std::move(group_id), std::move(group)};
}

}  // namespace

StoredChange as_stored(StoredChange change) {
  if (auto* stored = std::get_if<OffsetStored>(&change); stored && value_version(stored->offset) == 1) {
    stored->offset.leader_epoch = kNoLeaderEpoch;
    stored->offset.topic_id = TopicId();
  }
  return change;
}

LogRecord encode(const StoredChange& change) {
  if (const auto* offset = std::get_if<OffsetStored>(&change)) {
    return {offset_key(offset->group_id, offset->topic, offset->partition), offset_value(offset->offset)};
  }
  if (const auto* offset = std::get_if<OffsetRemoved>(&change)) {
    return {offset_key(offset->group_id, offset->topic, offset->partition), std::nullopt};
  }
  if (const auto* group = std::get_if<GroupStored>(&change)) return {group_key(group->group_id), group_value(group->group)};
  const auto* removed = std::get_if<GroupRemoved>(&change);
  WHARF_ASSERT(removed != nullptr);
  return {group_key(removed->group_id), std::nullopt};
}

Result<StoredChange> decode(ByteView key, std::optional<ByteView> value) {
  FieldReader from(key);
  std::int16_t version = from.int16();
  if (!from.ok() || version < 0) return malformed("a key");
  if (version <= kOffsetKeyVersion) return decode_offset(from, value);
  if (version == kGroupKeyVersion) return decode_group(from, value);
  return UnknownRecord{};
}

}  // namespace wharf::groups
