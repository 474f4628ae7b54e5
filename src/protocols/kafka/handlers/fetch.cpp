#include "protocols/kafka/handlers/errors.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/legacy_fetch.hpp"
#include "protocols/kafka/handlers/response_frame.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

constexpr std::int16_t kFirstVersionWithMaxBytes = 3;
constexpr std::int16_t kFirstVersionWithLastEpoch = 12;
constexpr Nanoseconds kNoteInterval = std::chrono::seconds(1);
constexpr Milliseconds kLongestNotedWait{60'000};
/// Then a reader that waits for records is told that there are none: one that is gone without a word shows by that.
constexpr Milliseconds kLongestWait{300'000};

/// One partition of a fetch on its way: what is asked, and the answer.
struct Part {
  FetchPlace place;
  FetchRequest::Partition asked;
  FetchResponse::Partition answer;
  std::shared_ptr<const cluster::Topic> topic;  // nullptr: the answer is an error already
  ExternalRecords records;
  std::uint64_t record_count = 0;
};

struct Fetch {
  RequestContext context;
  FetchRequest request;
  FetchScope scope;
  std::vector<Part> parts;
};

void list_parts(Fetch& fetch) {
  if (fetch.scope.session) {
    for (const FetchPlace& place : fetch.scope.session->order) {
      fetch.parts.push_back({.place = place, .asked = fetch.scope.session->partitions.at(place).first.asked});
    }
    return;
  }
  bool by_id = fetch.context.header.api_version >= 13;
  for (const FetchRequest::Topic& topic : fetch.request.topics) {
    for (const FetchRequest::Partition& partition : topic.partitions) {
      FetchPlace place = by_id ? FetchPlace{{}, topic.topic_id, partition.partition.value}
                               : FetchPlace{topic.topic, {}, partition.partition.value};
      fetch.parts.push_back({.place = place, .asked = partition});
    }
  }
}

/// Checks what can be told without the log.
void check_part(const Fetch& fetch, const cluster::TopicTable& topics, Part& part) {
  FetchResponse::Partition& answer = part.answer;
  answer.partition_index = PartitionIndex(part.place.partition);
  answer.high_watermark = Offset(-1);
  if (fetch.request.isolation_level == 0) answer.aborted_transactions.reset();
  answer.records = Records(ByteView());
  NamedTopic topic = find_topic(topics, part.place.topic, part.place.topic_id, !part.place.topic_id.is_zero() ||
                                                                                   fetch.context.header.api_version >= 13);
  answer.error_code = topic.error;
  if (!topic.topic) return;
  answer.error_code = check_partition(*topic.topic, answer.partition_index, part.asked.current_leader_epoch, topics.leader_epoch());
  if (answer.error_code == KafkaError::kFencedLeaderEpoch || answer.error_code == KafkaError::kUnknownLeaderEpoch) {
    if (fetch.context.header.api_version >= 12) answer.current_leader = {fetch.context.door->node_id, topics.leader_epoch()};
  }
  if (answer.error_code == KafkaError::kNone) part.topic = std::move(topic.topic);
}

std::size_t max_bytes_of(const Fetch& fetch) {
  std::size_t limit = fetch.context.door->limits.max_fetch_bytes;
  if (fetch.context.header.api_version < kFirstVersionWithMaxBytes) return limit;
  return std::min(limit, static_cast<std::size_t>(std::max(fetch.request.max_bytes, 0)));
}

void take_outcome(Part& part, broker::ReadOutcome outcome) {
  FetchResponse::Partition& answer = part.answer;
  answer.high_watermark = outcome.high_watermark;
  answer.last_stable_offset = outcome.last_stable;
  answer.log_start_offset = outcome.log_start;
  if (outcome.failure) {
    answer.error_code = kafka_error(*outcome.failure);
    return;
  }
  part.records = std::move(outcome.pieces);
  part.record_count = outcome.records;
  answer.records = Records::external(outcome.bytes, 0);
}

/// A reader whose last epoch ended before its position has records that are not on this log: it is told where its history
/// parts from ours, and gets none (KIP-595).
runtime::Task<void> find_divergence(const Door* door, Part* part) {
  Result<broker::FoundOffset> end = co_await door->read.end_of_epoch(
      door->shard, part->topic->partition(part->place.partition), part->asked.last_fetched_epoch);
  if (!end) {
    part->answer.error_code = kafka_error(end.error());
    part->topic.reset();
    co_return;
  }
  if (end->leader_epoch == kNoLeaderEpoch) {  // newer than any that began here: Kafka's answer, too
    part->answer.error_code = KafkaError::kOffsetOutOfRange;
    part->topic.reset();
    co_return;
  }
  if (end->leader_epoch == part->asked.last_fetched_epoch && end->offset >= part->asked.fetch_offset) co_return;
  Result<broker::PartitionMarks> marks =
      co_await door->read.marks(door->shard, part->topic->partition(part->place.partition));
  if (marks) {
    part->answer.high_watermark = marks->high_watermark;
    part->answer.last_stable_offset = marks->last_stable;
    part->answer.log_start_offset = marks->log_start;
  }
  part->answer.diverging_epoch = {end->leader_epoch, end->offset};
  part->topic.reset();
}

runtime::Task<void> find_divergences(Fetch* fetch) {
  if (fetch->context.header.api_version < kFirstVersionWithLastEpoch) co_return;
  for (Part& part : fetch->parts) {
    if (part.topic && part.asked.last_fetched_epoch != kNoLeaderEpoch) co_await find_divergence(fetch->context.door, &part);
  }
}

runtime::Task<void> read_parts(Fetch* fetch) {
  const Door& door = *fetch->context.door;
  std::vector<broker::ReadPart> reads;
  std::vector<std::size_t> places;
  bool has_error = false;
  for (std::size_t i = 0; i < fetch->parts.size(); ++i) {
    const Part& part = fetch->parts[i];
    has_error = has_error || !part.topic;
    if (!part.topic) continue;
    reads.push_back({part.topic->partition(part.place.partition), part.asked.fetch_offset,
                     static_cast<std::size_t>(std::max(part.asked.partition_max_bytes, 0))});
    places.push_back(i);
  }
  std::size_t max_bytes = max_bytes_of(*fetch);
  std::size_t min_bytes = static_cast<std::size_t>(std::max(fetch->request.min_bytes, 0));
  broker::ReadLimits limits{.min_bytes = std::min(min_bytes, max_bytes),  // or it would wait for what it may not have
                            .max_bytes = max_bytes,
                            .deadline = door.shard.now() + std::clamp(Milliseconds(fetch->request.max_wait_ms),
                                                                      Milliseconds(0), kLongestWait),
                            .stop = fetch->context.client->ended.get_token()};
  // An error is told at once, and so is a fetch of no partitions: a client that closes its session waits for that.
  if (has_error || reads.empty() || fetch->request.max_wait_ms <= 0) limits.min_bytes = 0;
  std::vector<broker::ReadOutcome> outcomes = co_await door.read.read(door.shard, std::move(reads), limits);
  for (std::size_t i = 0; i < outcomes.size(); ++i) take_outcome(fetch->parts[places[i]], std::move(outcomes[i]));
}

/// Batches may have nothing that an old reader is shown, where compaction has been: it would ask from there for ever.
runtime::Task<void> convert_part(Fetch* fetch, Part* part) {
  const Door& door = *fetch->context.door;
  std::int16_t version = fetch->context.header.api_version;
  Offset position = part->asked.fetch_offset;
  while (true) {
    Offset next = co_await convert_down(&door, version, position, &part->answer, &part->records);
    bool shows_nothing = part->answer.records->size() == 0 && part->answer.error_code == KafkaError::kNone;
    if (!shows_nothing || next <= position || next >= part->answer.high_watermark) co_return;
    position = next;
    std::vector<broker::ReadPart> reads{{part->topic->partition(part->place.partition), position,
                                         static_cast<std::size_t>(std::max(part->asked.partition_max_bytes, 0))}};
    broker::ReadLimits limits{.max_bytes = max_bytes_of(*fetch), .stop = fetch->context.client->ended.get_token()};
    std::vector<broker::ReadOutcome> outcomes = co_await door.read.read(door.shard, std::move(reads), limits);
    take_outcome(*part, std::move(outcomes.front()));
  }
}

/// A partition of the answer goes under its topic's entry; entries follow the order of the parts.
FetchResponse::Topic& topic_entry(FetchResponse& response, const FetchPlace& place) {
  if (!response.responses.empty()) {
    FetchResponse::Topic& last = response.responses.back();
    if (last.topic == place.topic && last.topic_id == place.topic_id) return last;
  }
  FetchResponse::Topic& topic = response.responses.emplace_back();
  topic.topic = place.topic;
  topic.topic_id = place.topic_id;
  return topic;
}

void count_out(const Fetch& fetch, const Part& part) {
  broker::TopicOut& out = fetch.context.door->counts.out[part.topic->id];
  out.bytes += part.answer.records->size();
  out.records += part.record_count;
}

/// A reader that waits for records asks until its wait is over. A session is noted once a second: its list of partitions
/// says more than its last change.
void note_reader(const Fetch& fetch) {
  const Door& door = *fetch.context.door;
  MonotonicTime now = door.shard.now();
  if (fetch.scope.session && now < fetch.scope.session->next_note) return;
  if (fetch.scope.session) fetch.scope.session->next_note = now + kNoteInterval;
  MonotonicTime until = now + std::clamp(Milliseconds(fetch.request.max_wait_ms), Milliseconds(0), kLongestNotedWait);
  broker::ReaderId reader = broker::reader_id(fetch.context.header.client_id.value_or(""), fetch.context.client->remote.host);
  for (const Part& part : fetch.parts) {
    if (part.topic) door.counts.readers.note(reader, part.topic->partition(part.place.partition), until);
  }
}

Result<Reply> answer(Fetch& fetch) {
  FetchResponse response;
  std::vector<ExternalRecords> external;
  FetchSession* session = fetch.scope.session.get();
  if (session != nullptr) response.session_id = session->id;
  std::vector<FetchPlace> with_data;
  for (Part& part : fetch.parts) {
    bool says = session == nullptr || session->says_something(part.place, part.answer);
    if (fetch.scope.incremental && !says) continue;
    if (part.answer.records->size() > 0) {
      count_out(fetch, part);
      if (session != nullptr) with_data.push_back(part.place);
      part.answer.records = Records::external(part.answer.records->size(), static_cast<std::uint32_t>(external.size()));
      external.push_back(std::move(part.records));
    }
    topic_entry(response, part.place).partitions.push_back(std::move(part.answer));
  }
  for (const FetchPlace& place : with_data) session->move_to_back(place);
  return response_frame(fetch.context.header, response, std::move(external));
}

std::int32_t random_session_id(runtime::Random& random) {
  std::int32_t id = 0;
  random.fill(std::as_writable_bytes(std::span(&id, 1)));
  return (id & INT32_MAX) == 0 ? 1 : id & INT32_MAX;
}

}  // namespace

runtime::Task<Reply> handle_fetch(RequestContext context, FetchRequest request) {
  const Door& door = *context.door;
  Fetch fetch{.context = context, .request = std::move(request), .scope = {}, .parts = {}};
  fetch.scope = door.fetch_sessions.enter(fetch.request, context.header.api_version, random_session_id(door.random),
                                          door.shard.now());
  if (fetch.scope.error != KafkaError::kNone) {
    FetchResponse refusal{.error_code = fetch.scope.error, .session_id = 0};
    Result<Reply> refused = response_frame(context.header, refusal);
    co_return refused ? std::move(*refused) : Reply{.close = true};
  }
  list_parts(fetch);
  cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
  for (Part& part : fetch.parts) check_part(fetch, *topics, part);
  note_reader(fetch);
  co_await find_divergences(&fetch);
  co_await read_parts(&fetch);
  if (context.header.api_version < kFirstFetchOfV2) {
    for (Part& part : fetch.parts) {
      if (part.topic) co_await convert_part(&fetch, &part);
    }
  }
  Result<Reply> reply = answer(fetch);
  if (reply) co_return std::move(*reply);
  door.logger.error("a fetch response cannot be written", {{"reason", reply.error().message}});
  co_return Reply{.close = true};
}

}  // namespace wharf::kafka
