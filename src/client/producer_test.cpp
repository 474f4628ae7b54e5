#include "client/producer.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "client/client_testing.hpp"
#include "protocols/kafka/api/init_producer_id.hpp"
#include "protocols/kafka/api/produce.hpp"

namespace wharf::client::testing {
namespace {

using kafka::ApiKey;
using kafka::KafkaError;
using kafka::RequestHeaderStart;

/// A broker with topic "t" of one partition; `on_produce` decides what becomes of the batch with these bytes.
class TopicBroker {
 public:
  struct Verdict {
    KafkaError error = KafkaError::kNone;
    bool hang_up = false;
  };
  explicit TopicBroker(std::function<Verdict(ByteView batch)> on_produce)
      : on_produce_(std::move(on_produce)),
        broker([this](const RequestHeaderStart& header, ByteView frame) { return answer(header, frame); }),
        cluster(&broker.client->shard(), &broker.simulation.network(), {ScriptedBroker::kEndpoint}, {}) {}

  /// Writes `lines`, a batch each.
  Result<void> produce(std::vector<std::string> lines, ProducerOptions options = {}) {
    auto topic = broker.run(cluster.topic("t", {}));
    if (!topic) return fail(topic.error());
    options.batch_bytes = 1;
    Producer producer(&cluster, *topic, options);
    if (Result<void> started = broker.run(producer.start()); !started) return started;
    for (std::size_t i = 0; i < lines.size(); ++i)
      producer.add(0, {.timestamp = Timestamp{1}, .value = as_bytes(lines[i])}, i + 1);
    Result<void> finished = broker.run(producer.finish());
    written = producer.written();
    return finished;
  }

 private:
  Reply answer(const RequestHeaderStart& header, ByteView frame) {
    switch (static_cast<ApiKey>(header.api_key)) {
      case ApiKey::kApiVersions:
        return reply_with(all_versions(), header, header.api_version);
      case ApiKey::kInitProducerId:
        return reply_with(
            kafka::InitProducerIdResponse{.producer_id = ProducerId(9), .producer_epoch = ProducerEpoch(0)}, header,
            header.api_version);
      case ApiKey::kMetadata:
        return reply_with(metadata(), header, header.api_version);
      default:
        return produced(header, frame);
    }
  }
  static kafka::MetadataResponse metadata() {
    kafka::MetadataResponse response;
    response.brokers.push_back({NodeId(1), "broker", 9092, {}});
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    topic.topic_id.bytes[0] = 1;
    topic.partitions.push_back({.partition_index = PartitionIndex(0), .leader_id = NodeId(1)});
    return response;
  }
  Reply produced(const RequestHeaderStart& header, ByteView frame) {
    kafka::Reader reader(frame);
    WHARF_ASSERT(kafka::read_request_header(reader, kafka::request_header_version(ApiKey::kProduce, header.api_version))
                     .has_value());
    auto request = kafka::decode<kafka::ProduceRequest>(reader, header.api_version);
    WHARF_ASSERT(request.has_value());
    const Verdict verdict = on_produce_(request->topic_data[0].partition_data[0].records->view());
    if (verdict.hang_up) return {{}, true};
    kafka::ProduceResponse response;
    auto& topic = response.responses.emplace_back();
    topic.name = "t";
    topic.topic_id = request->topic_data[0].topic_id;
    topic.partition_responses.push_back({.error_code = verdict.error});
    return reply_with(response, header, header.api_version);
  }

  std::function<Verdict(ByteView)> on_produce_;

 public:
  ScriptedBroker broker;
  Cluster cluster;
  std::uint64_t written = 0;
};

std::int32_t sequence_of(ByteView batch) {
  return read_batch_header(batch)->base_sequence;
}

TEST(Producer, NumbersItsBatchesSoThatABrokerCanTellDoublesApart) {
  std::vector<std::int32_t> sequences;
  TopicBroker broker([&](ByteView batch) {
    EXPECT_EQ(read_batch_header(batch)->producer_id, ProducerId(9));
    sequences.push_back(sequence_of(batch));
    return TopicBroker::Verdict{};
  });
  ASSERT_TRUE(broker.produce({"a", "b", "c", "d", "e", "f", "g"}));
  EXPECT_EQ(sequences, (std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(broker.written, 7u);
}

TEST(Producer, SendsAgainWhatALostConnectionLeftUnanswered) {
  std::vector<std::int32_t> taken;
  bool lost = false;
  TopicBroker broker([&](ByteView batch) {
    const std::int32_t sequence = sequence_of(batch);
    if (sequence < static_cast<std::int32_t>(taken.size()))
      return TopicBroker::Verdict{KafkaError::kDuplicateSequenceNumber};
    taken.push_back(sequence);
    return TopicBroker::Verdict{.hang_up =
                                    sequence == 1 && !std::exchange(lost, true)};  // written, and nobody hears of it
  });
  ASSERT_TRUE(broker.produce({"a", "b", "c"}));
  EXPECT_TRUE(lost);
  EXPECT_EQ(taken, (std::vector<std::int32_t>{0, 1, 2}));
  EXPECT_EQ(broker.written, 3u);
}

TEST(Producer, WaitsForABrokerThatIsAwayAndSendsAgainWithTheSameNumbers) {
  std::vector<std::int32_t> taken;
  std::vector<std::string> waited;
  TopicBroker broker([&](ByteView batch) {
    if (sequence_of(batch) < static_cast<std::int32_t>(taken.size()))
      return TopicBroker::Verdict{KafkaError::kDuplicateSequenceNumber};
    taken.push_back(sequence_of(batch));
    if (taken.size() == 2) broker.broker.go_away(Milliseconds(5000));  // written, and nobody hears of it
    return TopicBroker::Verdict{};
  });
  broker.cluster.when_waiting([&](const Endpoint& endpoint) { waited.push_back(endpoint.text()); });
  Result<void> produced = broker.produce({"a", "b", "c"}, {.delivery_timeout = Milliseconds(30'000)});
  ASSERT_TRUE(produced) << produced.error().message;
  EXPECT_EQ(taken, (std::vector<std::int32_t>{0, 1, 2}));
  EXPECT_EQ(broker.written, 3u);
  EXPECT_EQ(waited, (std::vector<std::string>{"broker:9092"}));
}

TEST(Producer, ABrokerThatStaysAwayIsGivenUpAfterTheDeliveryTime) {
  TopicBroker broker([&](ByteView batch) {
    if (sequence_of(batch) == 6) broker.broker.go_away(std::nullopt);
    return TopicBroker::Verdict{};
  });
  const MonotonicTime begun = broker.broker.simulation.now();
  Result<void> produced = broker.produce({"a", "b", "c", "d", "e", "f", "g"}, {.delivery_timeout = Milliseconds(3000)});
  ASSERT_FALSE(produced);
  EXPECT_TRUE(is_away(produced.error()));
  EXPECT_EQ(produced.error().message,
            "record 7 for partition 0 of 't': cannot connect to broker:9092: connection refused");
  EXPECT_EQ(broker.written, 6u);
  EXPECT_GE(broker.broker.simulation.now() - begun, Milliseconds(3000));
  EXPECT_LT(broker.broker.simulation.now() - begun, Milliseconds(4000));
}

TEST(Producer, BatchesBehindARefusedOneGoAgainInOrder) {
  std::vector<std::int32_t> taken;
  bool refused = false;
  TopicBroker broker([&](ByteView batch) {
    const std::int32_t sequence = sequence_of(batch);
    if (sequence == 1 && !std::exchange(refused, true)) return TopicBroker::Verdict{KafkaError::kNotLeaderOrFollower};
    if (sequence != static_cast<std::int32_t>(taken.size()))
      return TopicBroker::Verdict{KafkaError::kOutOfOrderSequenceNumber};
    taken.push_back(sequence);
    return TopicBroker::Verdict{};
  });
  ASSERT_TRUE(broker.produce({"a", "b", "c", "d"}));
  EXPECT_EQ(taken, (std::vector<std::int32_t>{0, 1, 2, 3}));
}

TEST(Producer, ADoubleThatTheBrokerKnowsIsWritten) {
  TopicBroker broker([](ByteView) { return TopicBroker::Verdict{KafkaError::kDuplicateSequenceNumber}; });
  EXPECT_TRUE(broker.produce({"a"}));
}

TEST(Producer, ARefusalNamesTheRecordAndEndsIt) {
  TopicBroker broker([](ByteView batch) {
    return TopicBroker::Verdict{sequence_of(batch) == 1 ? KafkaError::kInvalidRecord : KafkaError::kNone};
  });
  Result<void> produced = broker.produce({"a", "b", "c"});
  ASSERT_FALSE(produced);
  EXPECT_TRUE(produced.error().message.starts_with("record 2 for partition 0 of 't': INVALID_RECORD"))
      << produced.error().message;
}

TEST(Producer, WithAcks1ALostConnectionIsAnErrorNotADouble) {
  int requests = 0;
  TopicBroker broker([&](ByteView batch) {
    EXPECT_EQ(sequence_of(batch), kNoSequence);
    ++requests;
    return TopicBroker::Verdict{.hang_up = true};
  });
  Result<void> produced = broker.produce({"a"}, {.acks = 1});
  ASSERT_FALSE(produced);
  EXPECT_TRUE(produced.error().message.ends_with("it may have been written or not")) << produced.error().message;
  EXPECT_EQ(requests, 1);
}

TEST(Producer, GivesUpWhenTheDeliveryTimeIsOver) {
  TopicBroker broker([](ByteView) { return TopicBroker::Verdict{KafkaError::kNotLeaderOrFollower}; });
  Result<void> produced = broker.produce({"a"}, {.delivery_timeout = Milliseconds(1000)});
  ASSERT_FALSE(produced);
  EXPECT_EQ(produced.error().code, ErrorCode::kTimedOut);
}

}  // namespace
}  // namespace wharf::client::testing
