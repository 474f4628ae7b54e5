#include "config/topic_keys.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/value.hpp"

namespace wharf::config {
namespace {

using keys::at_least;
using keys::between;
using keys::kNever;
using enum KafkaType;

constexpr Range kInt32{std::numeric_limits<std::int32_t>::min(), keys::kInt32Max};
constexpr std::string_view kReplicas = "partitionId:brokerId";  // a form, not a choice; see is_replica_list

bool has(const std::vector<std::string>& items, std::string_view item) {
  return std::ranges::find(items, item) != items.end();
}

void set_cleanup(TopicConfig* config, std::string_view value) {
  const std::vector<std::string> policies = parse_list(value);
  config->cleanup_delete = has(policies, "delete");
  config->cleanup_compact = has(policies, "compact");
}

void set_compression(TopicConfig* config, std::string_view value) {
  using enum Compression;
  constexpr std::array<std::pair<std::string_view, Compression>, 5> kNames{
      {{"uncompressed", kNone}, {"gzip", kGzip}, {"snappy", kSnappy}, {"lz4", kLz4}, {"zstd", kZstd}}};
  config->compression_type.reset();
  for (const auto& [name, type] : kNames) {
    if (name == value) config->compression_type = type;
  }
}

void set_timestamp_type(TopicConfig* config, std::string_view value) {
  config->message_timestamp_type =
      value == "LogAppendTime" ? TimestampType::kLogAppendTime : TimestampType::kCreateTime;
}

// clang-format off
using T = TopicConfig;
constexpr auto kTopicKeys = std::to_array<TopicKey>({
  {"cleanup.policy", kList, "delete", {}, "compact|delete", "log.cleanup.policy", "log.cleanup.policy", "What happens to old segments: 'delete' by time and size, 'compact' by key, both, or neither.", set_cleanup},
  {"compression.gzip.level", kInt, "-1", between(-1, 9), {}, {}, "compression.gzip.level", "Level of gzip where the server compresses: 1 to 9, -1 for the codec's own.", &T::compression_gzip_level},
  {"compression.lz4.level", kInt, "9", between(1, 17), {}, {}, "compression.lz4.level", "Level of lz4 where the server compresses.", &T::compression_lz4_level},
  {"compression.type", kString, "producer", {}, "uncompressed|zstd|lz4|snappy|gzip|producer", "compression.type", "compression.type", "How batches are stored; 'producer' keeps what the producer sent.", set_compression},
  {"compression.zstd.level", kInt, "3", between(-131072, 22), {}, {}, "compression.zstd.level", "Level of zstd where the server compresses.", &T::compression_zstd_level},
  {"delete.retention.ms", kLong, {}, at_least(0), {}, "log.cleaner.delete.retention.ms", "log.cleaner.delete.retention.ms", "How long the mark of a deleted key stays readable in a compacted topic.", &T::delete_retention_ms},
  {"file.delete.delay.ms", kLong, {}, at_least(0), {}, "log.segment.delete.delay.ms", "log.segment.delete.delay.ms", "How long the files of a deleted segment stay on disk.", &T::file_delete_delay_ms},
  {"flush.messages", kLong, kNever, at_least(1), {}, {}, "log.flush.interval.messages", "1 keeps every write on disk before it is answered, as wharf.flush=sync does; larger values leave the choice to wharf.flush.", &T::flush_messages},
  {"flush.ms", kLong, kNever, at_least(0), {}, {}, "log.flush.interval.ms", "Accepted as Kafka does; what counts as kept is wharf.flush's choice.", &T::flush_ms},
  {"follower.replication.throttled.replicas", kList, "", {}, kReplicas, {}, {}, "Replicas whose copying is throttled on the follower's side: partition:node, or *. Without effect where there is one replica.", {}},
  {"index.interval.bytes", kInt, {}, between(0, keys::kInt32Max), {}, "log.index.interval.bytes", "log.index.interval.bytes", "Bytes of log between two entries of the offset index.", &T::index_interval_bytes},
  {"leader.replication.throttled.replicas", kList, "", {}, kReplicas, {}, {}, "Replicas whose copying is throttled on the leader's side: partition:node, or *. Without effect where there is one replica.", {}},
  {"local.retention.bytes", kLong, "-2", at_least(-2), {}, {}, "log.local.retention.bytes", "Size kept on local disk when older segments are tiered. -2: as retention.bytes.", {}},
  {"local.retention.ms", kLong, "-2", at_least(-2), {}, {}, "log.local.retention.ms", "Time kept on local disk when older segments are tiered. -2: as retention.ms.", {}},
  {"max.compaction.lag.ms", kLong, {}, at_least(1), {}, "log.cleaner.max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms", "Records older than this are compacted whatever the dirty ratio.", &T::max_compaction_lag_ms},
  {"max.message.bytes", kInt, {}, between(0, keys::kInt32Max), {}, "message.max.bytes", "message.max.bytes", "Largest record batch, compressed as it arrives.", &T::max_message_bytes},
  {"message.timestamp.after.max.ms", kLong, {}, at_least(0), {}, "log.message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms", "How far in the future a record's own time may lie.", &T::message_timestamp_after_max_ms},
  {"message.timestamp.before.max.ms", kLong, {}, at_least(0), {}, "log.message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms", "How far in the past a record's own time may lie.", &T::message_timestamp_before_max_ms},
  {"message.timestamp.type", kString, {}, {}, "CreateTime|LogAppendTime", "log.message.timestamp.type", "log.message.timestamp.type", "Whether a record keeps its producer's time or gets the server's.", set_timestamp_type},
  {"min.cleanable.dirty.ratio", kDouble, {}, between(0, 1), {}, "log.cleaner.min.cleanable.ratio", "log.cleaner.min.cleanable.ratio", "Share of the log that must be new since its last compaction to be compacted again.", &T::min_cleanable_dirty_ratio},
  {"min.compaction.lag.ms", kLong, {}, at_least(0), {}, "log.cleaner.min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms", "Records younger than this are left out of compaction.", &T::min_compaction_lag_ms},
  {"min.insync.replicas", kInt, {}, between(1, keys::kInt32Max), {}, "min.insync.replicas", "min.insync.replicas", "Replicas that must have a write before acks=all is answered; where a partition has fewer, all of them, as in Kafka. One server has one.", &T::min_insync_replicas},
  {"preallocate", kBoolean, {}, {}, {}, "log.preallocate", "log.preallocate", "Accepted as Kafka does; segments need no preallocation here.", {}},
  {"remote.log.copy.disable", kBoolean, "false", {}, {}, {}, {}, "Stop copying segments to tiered storage.", {}},
  {"remote.log.delete.on.disable", kBoolean, "false", {}, {}, {}, {}, "Delete tiered segments when tiered storage is switched off for the topic.", {}},
  {"remote.storage.enable", kBoolean, "false", {}, {}, {}, {}, "Move old segments to tiered storage; refused, as in a Kafka without it.", {}},
  {"retention.bytes", kLong, {}, {}, {}, "log.retention.bytes", "log.retention.bytes", "The oldest segments of a partition beyond this size are deleted. -1: no limit.", &T::retention_bytes},
  {"retention.ms", kLong, {}, at_least(-1), {}, "log.retention.ms", "log.retention.ms", "Records older than this are deleted. -1: never.", &T::retention_ms},
  {"segment.bytes", kInt, {}, between(1 << 20, keys::kInt32Max), {}, "log.segment.bytes", "log.segment.bytes", "A segment file is closed when it would grow beyond this.", &T::segment_bytes},
  {"segment.index.bytes", kInt, {}, between(4, keys::kInt32Max), {}, "log.index.size.max.bytes", "log.index.size.max.bytes", "Largest index of one segment; a full one closes the segment.", &T::segment_index_bytes},
  {"segment.jitter.ms", kLong, {}, at_least(0), {}, "log.roll.jitter.ms", "log.roll.jitter.ms", "Most time taken off segment.ms, another for each partition, so that segments do not all close at once.", &T::segment_jitter_ms},
  {"segment.ms", kLong, {}, at_least(1), {}, "log.roll.ms", "log.roll.ms", "A segment file is closed when its first record is this old.", &T::segment_ms},
  {"unclean.leader.election.enable", kBoolean, "false", {}, {}, {}, "unclean.leader.election.enable", "Let a replica that may lack records become leader as a last resort. Without effect where there is one replica.", {}},
  {"wharf.flush", kString, "default", {}, "sync|async|default", {}, {}, "When acks=all is answered: 'sync' when the records are on disk, 'async' when they are in the page cache, 'default' as the server's log.flush says.", {}},
});
// clang-format on

bool is_choice(std::string_view choices, std::string_view word) {
  while (!choices.empty()) {
    const std::size_t bar = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, bar) == word) return true;
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return false;
}

std::string spoken(std::string_view choices) {
  std::string out(choices);
  for (std::size_t at = out.find('|'); at != std::string::npos; at = out.find('|', at)) out.replace(at, 1, ", ");
  return out;
}

std::unexpected<Error> refuse(const TopicKey& key, std::string_view text, std::string_view why) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("invalid value '{:.200}' for {}: {}", text, key.name, why));
}

template <class Number>
Result<void> check_range(const TopicKey& key, std::string_view text, Number number, Range range) {
  const bool gap = key.name == "compression.gzip.level" && number == 0;  // 1 to 9, or -1
  if (number < static_cast<Number>(range.least))
    return refuse(key, text, fmt::format("it must be at least {}", range.least));
  if (number > static_cast<Number>(range.most))
    return refuse(key, text, fmt::format("it must be no more than {}", range.most));
  if (gap) return refuse(key, text, "it must be between 1 and 9, or -1");
  return {};
}

Result<std::string> canonical_number(const TopicKey& key, std::string_view text) {
  if (key.type == kDouble) {
    const Result<double> number = parse_ratio(text);
    if (!number) return refuse(key, text, "it must be a number");
    if (auto inside = check_range(key, text, *number, key.range); !inside) return fail(inside.error());
    return print_ratio(*number);
  }
  const Result<std::int64_t> number = parse_integer(text);
  if (!number || (key.type == kInt && (*number < kInt32.least || *number > kInt32.most))) {
    return refuse(key, text, key.type == kInt ? "it must be a 32-bit number" : "it must be a 64-bit number");
  }
  if (auto inside = check_range(key, text, *number, key.range); !inside) return fail(inside.error());
  return fmt::format("{}", *number);
}

/// "*" alone, or items of two numbers with a colon between.
bool is_replica_list(const std::vector<std::string>& items) {
  if (items.size() == 1 && items[0] == "*") return true;
  return std::ranges::all_of(items, [](std::string_view item) {
    const std::size_t colon = item.find(':');
    if (colon == std::string_view::npos) return false;
    const auto is_number = [](std::string_view digits) {
      return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
    };
    return is_number(item.substr(0, colon)) && is_number(item.substr(colon + 1));
  });
}

Result<std::string> canonical_list(const TopicKey& key, std::string_view text) {
  std::vector<std::string> items = parse_list(text);
  while (key.choices == kReplicas && !items.empty() && items.back().empty()) items.pop_back();  // as Java's split does
  if (has(items, "")) return refuse(key, text, "its items must not be empty");
  if (key.choices == kReplicas) {
    if (!is_replica_list(items)) return refuse(key, text, "it must be * or a list of partition:node");
  } else {
    for (const std::string& item : items) {
      if (!is_choice(key.choices, item))
        return refuse(key, text, fmt::format("each must be one of {}", spoken(key.choices)));
    }
  }
  std::vector<std::string> distinct;
  for (const std::string& item : items) {
    if (!has(distinct, item)) distinct.push_back(item);
  }
  return fmt::format("{}", fmt::join(distinct, ","));
}

}  // namespace

std::span<const TopicKey> topic_keys() {
  return kTopicKeys;
}

const TopicKey* find_topic_key(std::string_view name) {
  const auto found = std::ranges::lower_bound(kTopicKeys, name, {}, &TopicKey::name);
  return found != kTopicKeys.end() && found->name == name ? &*found : nullptr;
}

Result<std::string> canonical_value(const TopicKey& key, std::string_view text) {
  switch (key.type) {
    case kBoolean: {
      const Result<bool> value = parse_bool(text);
      if (!value) return refuse(key, text, "it must be true or false");
      return *value ? "true" : "false";
    }
    case kInt:
    case kLong:
    case kDouble:
      return canonical_number(key, text);
    case kList:
      return canonical_list(key, text);
    default: {
      const std::string_view word = trimmed(text);
      if (!is_choice(key.choices, word))
        return refuse(key, text, fmt::format("it must be one of {}", spoken(key.choices)));
      return std::string(word);
    }
  }
}

std::string default_value(const TopicKey& key, const ServerConfig& server) {
  const std::size_t index = server_key_index(key.server_key);
  if (index == kServerKeys.size()) return std::string(key.standard);
  return server.bare_text(index);
}

}  // namespace wharf::config
