#pragma once
// Every setting of the server, one line each: section, name, default, range, and a sentence for its reader. The file,
// the environment, the flags, the getters of ServerConfig and docs/configuration.md all come from this table; adding a
// setting is adding a line. Names that Kafka has keep Kafka's name; -1 means "no limit" where Kafka says so.
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace wharf::config {

enum class KeyType : std::uint8_t {
  kBool,
  kInteger,
  kBytes,
  kDuration,
  kRatio,
  kString,
  kChoice,
  kEndpoint,
  kOptionalEndpoint
};

enum class Section : std::uint8_t {
  kStorage,
  kNode,
  kKafka,
  kAmqp,
  kMqtt,
  kStomp,
  kQueues,
  kTopics,
  kLog,
  kCleaner,
  kGroups,
  kObservation
};

struct Range {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

struct ServerKey {
  Section section;
  KeyType type;
  std::string_view name;
  std::string_view standard;  // the default, in the words a person would use
  Range range;
  std::string_view choices;  // of a kChoice: words between bars
  std::string_view sentence;
};

namespace keys {

inline constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
inline constexpr std::string_view kNever = "9223372036854775807";  // the largest 64-bit number, Kafka's "never"

constexpr Range at_least(std::int64_t least) {
  return {least, kInt64Max};
}
constexpr Range between(std::int64_t least, std::int64_t most) {
  return {least, most};
}

constexpr ServerKey boolean(Section section, std::string_view name, std::string_view standard,
                            std::string_view sentence) {
  return {section, KeyType::kBool, name, standard, {}, {}, sentence};
}
constexpr ServerKey integer(Section section, std::string_view name, std::string_view standard, Range range,
                            std::string_view sentence) {
  return {section, KeyType::kInteger, name, standard, range, {}, sentence};
}
constexpr ServerKey bytes(Section section, std::string_view name, std::string_view standard, Range range,
                          std::string_view sentence) {
  return {section, KeyType::kBytes, name, standard, range, {}, sentence};
}
constexpr ServerKey duration(Section section, std::string_view name, std::string_view standard, Range range,
                             std::string_view sentence) {
  return {section, KeyType::kDuration, name, standard, range, {}, sentence};
}
constexpr ServerKey ratio(Section section, std::string_view name, std::string_view standard, Range range,
                          std::string_view sentence) {
  return {section, KeyType::kRatio, name, standard, range, {}, sentence};
}
constexpr ServerKey string(Section section, std::string_view name, std::string_view standard,
                           std::string_view sentence) {
  return {section, KeyType::kString, name, standard, {}, {}, sentence};
}
constexpr ServerKey choice(Section section, std::string_view name, std::string_view standard, std::string_view choices,
                           std::string_view sentence) {
  return {section, KeyType::kChoice, name, standard, {}, choices, sentence};
}
constexpr ServerKey endpoint(Section section, std::string_view name, std::string_view standard,
                             std::string_view sentence) {
  return {section, KeyType::kEndpoint, name, standard, {}, {}, sentence};
}
constexpr ServerKey optional_endpoint(Section section, std::string_view name, std::string_view standard,
                                      std::string_view sentence) {
  return {section, KeyType::kOptionalEndpoint, name, standard, {}, {}, sentence};
}

// clang-format off
using enum Section;
inline constexpr auto kTable = std::to_array<ServerKey>({
  string(kStorage, "data.dir", "./wharf-data", "The folder that holds everything the server keeps."),
  boolean(kStorage, "data.memory", "false", "Keep nothing on disk: what is stored is gone when the server stops. For tests."),
  bytes(kStorage, "disk.reserve.bytes", "64MiB", at_least(0), "Space kept aside so that a full disk still allows reads, deletes and a start."),
  bytes(kStorage, "memory.limit.bytes", "0", at_least(0), "With data.memory: most that is kept in memory in a disk's place; without it, nothing. 0: half of what the machine or its container has."),
  ratio(kStorage, "memory.high.watermark.ratio", "0.6", between(0, 1), "Share of the memory of the machine or its container: while the server uses more, clients of AMQP, MQTT and STOMP that publish are held back. Who consumes goes on."),
  bytes(kStorage, "memory.high.watermark.bytes", "0", at_least(0), "The same as a size. 0: by memory.high.watermark.ratio."),

  integer(kNode, "node.id", "1", between(0, kInt32Max), "This server's number, as clients see it in metadata."),
  string(kNode, "cluster.id", "", "The cluster's name, as clients see it in metadata. Empty: made at the first start and kept in the data folder."),
  integer(kNode, "shards", "0", between(0, 1024), "Event loops, each with a thread of its own. 0: one per core."),
  string(kNode, "loopback.users", "guest", "Users, with commas between, who may sign in from this machine only (RabbitMQ's loopback_users). Empty: all may from anywhere."),
  string(kNode, "websocket.origins", "", "Web pages that may connect by WebSocket, by their origins with commas between (https://app.example); *: any. Empty: none but those of the port's own address. What is no browser may connect in any case."),

  endpoint(kKafka, "kafka.listen", "127.0.0.1:9092", "Where Kafka's clients connect. Port 0 takes a free port."),
  optional_endpoint(kKafka, "kafka.advertised", "", "The address that clients are told to connect to. Empty: the one they connected to."),
  integer(kKafka, "connections.limit", "100000", at_least(1), "Most client connections of a listener at a time. All listeners together have as many as the limit of open files (ulimit -n) leaves room for."),
  duration(kKafka, "connections.max.idle.ms", "10m", at_least(1), "A connection without a request for this long is closed."),
  bytes(kKafka, "socket.request.max.bytes", "100MiB", between(1, kInt32Max), "Largest request that is read; a longer one closes its connection."),
  bytes(kKafka, "socket.send.buffer.bytes", "256KiB", between(0, 1 << 30), "What the kernel holds of a connection for a client that does not keep up. 0: as the system has it, which costs more time when many bytes leave."),
  bytes(kKafka, "fetch.max.bytes", "55MiB", between(1024, kInt32Max), "Most bytes in one answer to a fetch, whatever the client asks for."),
  integer(kKafka, "max.incremental.fetch.session.cache.slots", "1000", between(0, kInt32Max), "Fetch sessions remembered at a time (KIP-227)."),
  duration(kKafka, "producer.id.expiration.ms", "1d", between(1, kInt32Max), "An idempotent producer that was silent for this long is forgotten."),

  optional_endpoint(kAmqp, "amqp.listen", "127.0.0.1:5672", "Where AMQP 0-9-1 clients (RabbitMQ's) connect. Port 0 takes a free port. Empty: nowhere."),
  integer(kAmqp, "amqp.channel.max", "2047", between(1, 65'535), "Most channels of one connection."),
  bytes(kAmqp, "amqp.frame.max", "128KiB", between(4096, 128 << 20), "Largest frame that is offered to clients, who may ask for less, down to 4096."),
  duration(kAmqp, "amqp.heartbeat", "1m", between(0, 65'535'000), "Heartbeat that is offered to clients, in whole seconds: a side that is silent for two of them is gone. 0: none."),
  bytes(kAmqp, "amqp.max.message.bytes", "128MiB", between(1, 150 << 20), "Largest body of a message; a larger one closes its channel. A durable one must fit into a record of the write-ahead log besides (log.wal.bytes)."),
  duration(kAmqp, "amqp.consumer.timeout.ms", "0", between(0, std::int64_t{100} * 365 * 24 * 3600 * 1000), "A consumer that has not settled a message for this long loses it, and ends; the rest goes on. Where neither the consumer nor its queue has an x-consumer-timeout, or a policy consumer-timeout. 0: no limit."),
  choice(kAmqp, "amqp.redeclare", "strict", "strict|relaxed", "A queue that is declared again with other arguments: refused, as in RabbitMQ, or found as it is. Whether it is durable, deletes itself, or is somebody's alone has to be the same in any case."),
  string(kAmqp, "amqp.server.version", "3.13.7", "The version of RabbitMQ that clients are told: some switch features by it. From 4.0 on they take channel-wide prefetch, which is served here, for missing."),

  optional_endpoint(kMqtt, "mqtt.listen", "127.0.0.1:1883", "Where MQTT clients (3.1, 3.1.1 and 5.0) connect. Port 0 takes a free port. Empty: nowhere."),
  optional_endpoint(kMqtt, "mqtt.ws_listen", "127.0.0.1:15675", "Where MQTT clients connect by WebSocket, at any path. Port 0 takes a free port. Empty: nowhere."),
  string(kMqtt, "mqtt.anonymous.user", "guest", "Who a client is that connects without a user name; guest may come from this machine only (loopback.users). Empty: such clients are refused."),
  string(kMqtt, "mqtt.anonymous.password", "guest", "The password of mqtt.anonymous.user."),
  bytes(kMqtt, "mqtt.max.packet.bytes", "16MiB", between(1024, 268'435'460), "Largest packet that is taken; a larger one closes its connection."),
  duration(kMqtt, "mqtt.keep.alive.max", "65535s", between(1'000, 65'535'000), "Longest keep alive of a client of MQTT 5, in whole seconds: who asks for more, or for none, is told so and held to it. With 65535s, the default, none may be asked for."),
  integer(kMqtt, "mqtt.receive.maximum", "1000", between(1, 65'535), "Most messages of QoS 1 and 2 that are under way without their last answer, in each direction of a connection. A client may ask for less."),
  integer(kMqtt, "mqtt.topic.alias.maximum", "100", between(0, 65'535), "Most topic aliases of a connection, in each direction."),
  integer(kMqtt, "mqtt.subscriptions.max", "10000", between(1, kInt32Max), "Most subscriptions of one client."),
  integer(kMqtt, "mqtt.sessions.max", "1000000", between(1, kInt32Max), "Most sessions that outlive their connections."),
  integer(kMqtt, "mqtt.retained.max", "1000000", between(1, kInt32Max), "Most topics that have a retained message. Who would retain one more is refused; one that has one may replace or clear it."),
  duration(kMqtt, "mqtt.session.expiry.max", "-1", at_least(-1), "Longest that a session lives without a connection. -1: as long as its client asks for, for ever where it does not say."),
  integer(kMqtt, "mqtt.qos0.queue.length", "10000", between(1, kInt32Max), "Messages of QoS 0 that wait for a client who does not keep up; beyond, the oldest go."),
  bytes(kMqtt, "mqtt.qos0.queue.bytes", "64MiB", at_least(1), "Bytes of their payloads, likewise."),
  integer(kMqtt, "mqtt.session.queue.length", "1000000", between(0, kInt32Max), "Messages of QoS 1 and 2 that wait for a client, or for a shared subscription; beyond, the oldest go. 0: no limit."),
  bytes(kMqtt, "mqtt.session.queue.bytes", "1GiB", at_least(0), "Bytes of their payloads, likewise. 0: no limit."),

  optional_endpoint(kStomp, "stomp.listen", "127.0.0.1:61613", "Where STOMP clients (1.0, 1.1 and 1.2) connect. Port 0 takes a free port. Empty: nowhere."),
  optional_endpoint(kStomp, "stomp.ws_listen", "127.0.0.1:15674", "Where STOMP clients connect by WebSocket, at any path. Port 0 takes a free port. Empty: nowhere."),
  string(kStomp, "stomp.default.user", "guest", "Who a client is that connects without a login. Empty: such clients are refused."),
  string(kStomp, "stomp.default.password", "guest", "The password of stomp.default.user."),
  string(kStomp, "stomp.default.vhost", "/", "The virtual host of a client that names none."),
  integer(kStomp, "stomp.headers.max", "200", between(16, 10'000), "Most headers of one frame."),
  bytes(kStomp, "stomp.header.max.bytes", "64KiB", between(1024, 1 << 20), "Longest line of a frame's headers; all of them together have at most sixteen times as much."),
  bytes(kStomp, "stomp.body.max.bytes", "128MiB", between(1024, 150 << 20), "Largest body of a message; a larger one closes its connection. A durable one must fit into a record of the write-ahead log besides (log.wal.bytes)."),
  integer(kStomp, "stomp.subscriptions.max", "1000", between(1, 100'000), "Most subscriptions of one connection."),

  boolean(kQueues, "queue.park.undeliverable", "true", "Messages that came back more often than their queue's delivery limit allows, and have nowhere else to go, are kept in the queue wharf.parked of their virtual host. false: they are dropped, as in RabbitMQ."),
  boolean(kTopics, "auto.create.topics.enable", "true", "Create a topic when a client asks for the metadata of one that is missing."),
  integer(kTopics, "num.partitions", "1", between(1, kInt32Max), "Partitions of a topic that is created without a number."),
  integer(kTopics, "min.insync.replicas", "1", between(1, kInt32Max), "Replicas that must have a write before acks=all is answered; where a partition has fewer, all of them, as in Kafka. One server has one."),
  bytes(kTopics, "message.max.bytes", "1048588", between(0, kInt32Max), "Largest record batch, compressed as it arrives."),
  choice(kTopics, "compression.type", "producer", "uncompressed|zstd|lz4|snappy|gzip|producer", "How batches are stored; 'producer' keeps what the producer sent."),
  choice(kTopics, "log.message.timestamp.type", "CreateTime", "CreateTime|LogAppendTime", "Whether a record keeps its producer's time or gets the server's."),
  duration(kTopics, "log.message.timestamp.before.max.ms", kNever, at_least(0), "How far in the past a record's own time may lie."),
  duration(kTopics, "log.message.timestamp.after.max.ms", "1h", at_least(0), "How far in the future a record's own time may lie."),

  choice(kLog, "log.flush", "sync", "sync|async", "When acks=all is answered: 'sync' when the records are on disk, 'async' when they are in the page cache."),
  bytes(kLog, "log.wal.bytes", "16MiB", between(1 << 20, 1ll << 34), "Size of one file of a shard's write-ahead log. A durable message, a batch, or a transaction on one queue is one record, of at most fourteen such files less 64 MiB, or less half of them where that is smaller: 157 MiB with 16MiB, 55 with 8MiB. With `data.memory` files have 1 MiB, as many as make up the same."),
  boolean(kLog, "log.wal.io.uring", "true", "Write the write-ahead log by io_uring where the kernel allows it: half the CPU time of a small flush. Otherwise by a thread that waits."),
  bytes(kLog, "log.segment.bytes", "1GiB", between(1 << 20, kInt32Max), "A segment file is closed when it would grow beyond this."),
  duration(kLog, "log.roll.ms", "7d", at_least(1), "A segment file is closed when its first record is this old."),
  duration(kLog, "log.roll.jitter.ms", "0", at_least(0), "Most time taken off log.roll.ms, another for each partition, so that segments do not all close at once."),
  choice(kLog, "log.cleanup.policy", "delete", "delete|compact|compact,delete|delete,compact", "What happens to old segments: deleted by time and size, or compacted by key."),
  duration(kLog, "log.retention.ms", "7d", at_least(-1), "Records older than this are deleted. -1: never."),
  bytes(kLog, "log.retention.bytes", "-1", at_least(-1), "The oldest segments of a partition beyond this size are deleted. -1: no limit."),
  duration(kLog, "log.retention.check.interval.ms", "5m", at_least(1), "How often retention is applied."),
  duration(kLog, "log.segment.delete.delay.ms", "1m", at_least(0), "How long the files of a deleted segment stay for readers that still use them."),
  bytes(kLog, "log.index.interval.bytes", "4KiB", between(0, kInt32Max), "Bytes of log between two entries of an index."),
  bytes(kLog, "log.index.size.max.bytes", "10MiB", between(4, kInt32Max), "Largest index of one segment; a full one closes the segment."),
  boolean(kLog, "log.verify.compressed.records", "true", "Unpack each compressed batch from a producer and look at its records, as Kafka does. false trusts producers and saves that time; compacted topics are looked into all the same."),
  boolean(kLog, "log.preallocate", "false", "Accepted for Kafka's sake; segments need no preallocation here."),

  boolean(kCleaner, "log.cleaner.enable", "true", "Compact the topics whose cleanup policy asks for it."),
  duration(kCleaner, "log.cleaner.backoff.ms", "15s", at_least(0), "Wait before looking again when no log needs compaction."),
  bytes(kCleaner, "log.cleaner.dedupe.buffer.size", "128MiB", at_least(1 << 20), "Most memory for the map of keys while compacting."),
  ratio(kCleaner, "log.cleaner.min.cleanable.ratio", "0.5", between(0, 1), "Share of a log that must be new since its last compaction to be compacted again."),
  duration(kCleaner, "log.cleaner.min.compaction.lag.ms", "0", at_least(0), "Records younger than this are left as they are."),
  duration(kCleaner, "log.cleaner.max.compaction.lag.ms", kNever, at_least(1), "Records older than this are compacted whatever the ratio."),
  duration(kCleaner, "log.cleaner.delete.retention.ms", "1d", at_least(0), "How long the mark of a deleted key stays readable."),

  duration(kGroups, "group.initial.rebalance.delay.ms", "3s", between(0, kInt32Max), "How long an empty group waits for more members before its first assignment."),
  duration(kGroups, "group.min.session.timeout.ms", "6s", between(1, kInt32Max), "Shortest session timeout a member may ask for."),
  duration(kGroups, "group.max.session.timeout.ms", "30m", between(1, kInt32Max), "Longest session timeout a member may ask for."),
  integer(kGroups, "group.max.size", "2147483647", between(1, kInt32Max), "Most members of a group."),
  integer(kGroups, "offsets.topic.num.partitions", "50", between(1, 10'000), "Partitions of the log of committed offsets. Fixed once the log exists."),
  duration(kGroups, "offsets.retention.ms", "7d", at_least(1), "Offsets of an empty group are forgotten after this, unless the topic still holds records."),
  duration(kGroups, "offsets.retention.check.interval.ms", "10m", at_least(1), "How often committed offsets are looked through for expired ones."),
  bytes(kGroups, "offsets.metadata.max.bytes", "4KiB", between(0, kInt32Max), "Longest text a client may store with an offset."),

  optional_endpoint(kObservation, "admin.listen", "127.0.0.1:15672", "Where the management API, the console, metrics and health are served over HTTP; 15672 is where RabbitMQ's tools look. Port 0 takes a free port. Empty: nowhere."),
  duration(kObservation, "admin.silent.member.ms", "30s", at_least(1000), "A group's member that owns a partition with records waiting and has not asked for them for this long is counted as silent in the metrics."),
  choice(kObservation, "log.level", "info", "trace|debug|info|warn|error", "Least important message that the server writes to its own log."),
  choice(kObservation, "log.format", "text", "text|json", "Form of the server's own log lines."),
});
// clang-format on

}  // namespace keys

inline constexpr auto& kServerKeys = keys::kTable;

/// Where `name` stands in kServerKeys; its size when there is no such key.
constexpr std::size_t server_key_index(std::string_view name) {
  std::size_t index = 0;
  while (index < kServerKeys.size() && kServerKeys[index].name != name) ++index;
  return index;
}

}  // namespace wharf::config
