#include <utility>

#include <fmt/format.h>

#include "model/message_number.hpp"
#include "model/record_batch.hpp"
#include "protocols/kafka/handlers/errors.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/old_message_sets.hpp"
#include "protocols/kafka/handlers/refused_records.hpp"
#include "protocols/kafka/handlers/response_frame.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

constexpr std::int16_t kFirstVersionWithTopicIds = 13;
/// timeout.ms is how long others may take to have the records too. There are none: what is waited for is this node's
/// own disk, and not for ever when that is stuck (a stop waits as long).
constexpr Milliseconds kLeastWait{30'000};
constexpr Milliseconds kLongestWait{60'000};

/// Where in the response the outcome of a part goes.
struct Place {
  std::size_t topic = 0;
  std::size_t partition = 0;
};

struct Produce {
  const RequestContext& context;
  const ProduceRequest& request;
  OldMessageSets old_sets;
  ProduceResponse response;
  std::vector<broker::PublishPart> parts;
  std::vector<Place> places;
  std::vector<std::shared_ptr<const cluster::Topic>> topics;  // as many as parts
};

void refuse(ProduceResponse::Partition& partition, KafkaError error, std::optional<std::string> message = std::nullopt) {
  partition.error_code = error;
  partition.error_message = std::move(message);
  partition.base_offset = Offset(-1);
}

/// The batches of one partition, as the log takes them: today's are where they arrived. What cannot be a batch is an
/// invalid record to Kafka; a wrong checksum, or a format nobody knows, is a corrupt message.
Result<log::OwnedBatches> batches_of(Produce& produce, ByteView records) {
  const RequestContext& context = produce.context;
  std::int16_t version = context.header.api_version;
  if (records.size() <= batch_field::kMagic) return fail(ErrorCode::kInvalidRecord, "the records are too short for a batch");
  auto magic = static_cast<std::int8_t>(records[batch_field::kMagic]);
  if (magic < 0 || magic > kBatchMagic) {
    return fail(ErrorCode::kCorruptMessage, fmt::format("Invalid magic found in record: {}", magic));
  }
  if (OldMessageSets::is_one(version, records)) return produce.old_sets.take(records);
  if (magic != kBatchMagic) {
    return fail(ErrorCode::kInvalidRecord,
                fmt::format("Produce requests with version {} are only allowed to contain record batches with magic version 2",
                            version));
  }
  Result<BatchHeader> header = read_batch_header(records);
  if (!header) return fail(ErrorCode::kInvalidRecord, header.error().message);
  if (numbers_messages(header->producer_id)) {
    return fail(ErrorCode::kInvalidRecord, fmt::format("producer id {} is nobody's to use", header->producer_id.value));
  }
  if (header->size_bytes != records.size()) {
    return fail(ErrorCode::kInvalidRecord,
                fmt::format("Produce requests with version {} are only allowed to contain exactly one record batch per partition",
                            version));
  }
  if (header->is_transactional) return fail(ErrorCode::kInvalidRequest, "transactions are not served yet");
  auto at = static_cast<std::size_t>(records.data() - context.frame.data());
  return log::OwnedBatches{.owner = context.frame_owner, .bytes = context.frame.subspan(at, records.size())};
}

/// Once of each connection: what damages one batch (a client's fault, its memory, the network's) damages many.
void tell_of_damage(const RequestContext& context, const std::string& topic, PartitionIndex partition,
                    const Error& error) {
  if (error.code != ErrorCode::kCorruptMessage || std::exchange(context.client->told_of_damage, true)) return;
  context.door->logger.warn("refused damaged records of a producer; further ones of its connection are not told",
                            {{"from", context.client->remote.text()},
                             {"client_id", context.header.client_id.value_or("")},
                             {"topic", topic},
                             {"partition", partition.value},
                             {"reason", error.message}});
}

void add_partition(Produce& produce, const NamedTopic& topic, const ProduceRequest::Partition& asked, Place place) {
  ProduceResponse::Partition& answer = produce.response.responses[place.topic].partition_responses[place.partition];
  answer.index = asked.index;
  answer.base_offset = Offset(-1);
  if (!topic.topic) return refuse(answer, topic.error);
  KafkaError error = check_partition(*topic.topic, asked.index, kNoLeaderEpoch, kNoLeaderEpoch);
  if (error != KafkaError::kNone) return refuse(answer, error);
  if (topic.topic->internal) {
    return refuse(answer, KafkaError::kInvalidTopicException, "internal topics are written by the broker alone");
  }
  if (!asked.records) return refuse(answer, KafkaError::kInvalidRecord, "no records");
  Result<log::OwnedBatches> batches = batches_of(produce, asked.records->view());
  if (!batches) tell_of_damage(produce.context, topic.topic->name, asked.index, batches.error());
  if (!batches) return refuse(answer, kafka_error(batches.error()), batches.error().message);
  produce.parts.push_back({topic.topic->partition(asked.index.value), std::move(*batches)});
  produce.places.push_back(place);
  produce.topics.push_back(topic.topic);
}

void collect_parts(Produce& produce) {
  const Door& door = *produce.context.door;
  cluster::TopicTable::Pointer topics = door.catalogue.topics(door.shard);
  bool by_id = produce.context.header.api_version >= kFirstVersionWithTopicIds;
  for (std::size_t t = 0; t < produce.request.topic_data.size(); ++t) {
    const ProduceRequest::Topic& asked = produce.request.topic_data[t];
    ProduceResponse::Topic& answer = produce.response.responses.emplace_back();
    answer.name = asked.name;
    answer.topic_id = asked.topic_id;
    answer.partition_responses.resize(asked.partition_data.size());
    NamedTopic topic = find_topic(*topics, asked.name, asked.topic_id, by_id);
    for (std::size_t p = 0; p < asked.partition_data.size(); ++p) add_partition(produce, topic, asked.partition_data[p], {t, p});
  }
}

void refuse_all(Produce& produce, KafkaError error, const std::string& message) {
  for (const ProduceRequest::Topic& asked : produce.request.topic_data) {
    ProduceResponse::Topic& answer = produce.response.responses.emplace_back();
    answer.name = asked.name;
    answer.topic_id = asked.topic_id;
    for (const ProduceRequest::Partition& partition : asked.partition_data) {
      refuse(answer.partition_responses.emplace_back(), error, message);
      answer.partition_responses.back().index = partition.index;
    }
  }
}

void fill_outcomes(Produce& produce, std::vector<Result<broker::Published>> outcomes) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ProduceResponse::Partition& answer =
        produce.response.responses[produce.places[i].topic].partition_responses[produce.places[i].partition];
    if (!outcomes[i]) {
      refuse(answer, kafka_error(outcomes[i].error()), outcomes[i].error().message);
      const ProduceRequest::Partition& asked =
          produce.request.topic_data[produce.places[i].topic].partition_data[produce.places[i].partition];
      tell_of_damage(produce.context, produce.topics[i]->name, asked.index, outcomes[i].error());
      answer.record_errors = refused_records(outcomes[i].error(), asked.records->view(), *produce.topics[i],
                                             produce.context.door->shard.clock().wall_now());
      continue;
    }
    answer.base_offset = outcomes[i]->first;
    answer.log_append_time_ms = outcomes[i]->log_append_time.ms;
    answer.log_start_offset = outcomes[i]->log_start;
  }
}

bool has_error(const ProduceResponse& response) {
  for (const ProduceResponse::Topic& topic : response.responses) {
    for (const ProduceResponse::Partition& partition : topic.partition_responses) {
      if (partition.error_code != KafkaError::kNone) return true;
    }
  }
  return false;
}

broker::Acknowledge acknowledge_of(std::int16_t acks) {
  if (acks == 0) return broker::Acknowledge::kNone;
  return acks == 1 ? broker::Acknowledge::kLeader : broker::Acknowledge::kCommitted;
}

}  // namespace

runtime::Task<Reply> handle_produce(RequestContext context, ProduceRequest request) {
  Produce produce{.context = context,
                  .request = request,
                  .old_sets = OldMessageSets(context.header.api_version, request),
                  .response = {},
                  .parts = {},
                  .places = {},
                  .topics = {}};
  const Door& door = *context.door;
  if (request.acks < -1 || request.acks > 1) {
    refuse_all(produce, KafkaError::kInvalidRequiredAcks, "acks must be -1, 0 or 1");
  } else if (request.transactional_id) {
    refuse_all(produce, KafkaError::kTransactionalIdAuthorizationFailed, "transactions are not served yet");
  } else {
    std::optional<runtime::Turns::Turn> turn;
    // Also behind the connection's earlier requests, whose records must be appended first.
    if (!produce.old_sets.done() || context.client->conversions > 0) {
      ++context.client->conversions;
      runtime::Turns::Turn taken = co_await door.conversions.take();
      turn.emplace(std::move(taken));
      co_await produce.old_sets.finish(&door);
      --context.client->conversions;
    }
    collect_parts(produce);
    // Whose turn is next may go on when these are on their way; nobody waits for the disk before.
    if (turn) door.shard.post([turn = std::move(*turn)] {});
    MonotonicTime deadline = door.shard.now() + std::clamp(Milliseconds(request.timeout_ms), kLeastWait, kLongestWait);
    std::vector<Result<broker::Published>> outcomes =
        co_await door.publish.publish(door.shard, std::move(produce.parts), acknowledge_of(request.acks), deadline);
    fill_outcomes(produce, std::move(outcomes));
  }
  // acks=0 has no response. A producer that asked for none learns of an error by the end of its connection, as with Kafka.
  if (request.acks == 0) co_return Reply{.close = has_error(produce.response)};
  Result<Reply> reply = response_frame(context.header, produce.response);
  if (reply) co_return std::move(*reply);
  door.logger.error("a produce response cannot be written", {{"reason", reply.error().message}});
  co_return Reply{.close = true};
}

}  // namespace wharf::kafka
