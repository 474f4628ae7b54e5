// What Kafka's own classes wrote (tests/codec/records-java), read and written by ours.
#include <gtest/gtest.h>

#include "model/record_batch.hpp"
#include "model/record_control.hpp"
#include "model/testdata/corpus.hpp"

namespace wharf {
namespace {

using corpus::golden;

class GoldenCodec : public testing::TestWithParam<Compression> {};

TEST_P(GoldenCodec, KafkasBatchReadsAsItsRecords) {
  std::vector<std::byte> few = golden(fmt::format("few-{}.bin", to_string(GetParam())));
  ASSERT_TRUE(validate_checksum(few));
  EXPECT_EQ(read_batch_header(few)->compression, GetParam());
  EXPECT_TRUE(validate_produced(*read_batch_header(few)));
  auto records = corpus::read_all(few, 10'000);
  ASSERT_TRUE(records) << records.error().message;
  EXPECT_EQ(*records, corpus::at_offsets(Offset(0), corpus::few(true)));
}

INSTANTIATE_TEST_SUITE_P(Codecs, GoldenCodec,
                         testing::Values(Compression::kNone, Compression::kGzip, Compression::kSnappy,
                                         Compression::kLz4, Compression::kZstd),
                         [](const auto& info) { return std::string(to_string(info.param)); });

TEST(GoldenBatch, KafkasLongCompressedBatchesReadAsTheirRecords) {
  for (Compression codec : {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    std::vector<std::byte> many = golden(fmt::format("many-{}.bin", to_string(codec)));
    ASSERT_TRUE(validate_checksum(many));
    auto records = corpus::read_all(many, 1'000'000);
    ASSERT_TRUE(records) << records.error().message;
    EXPECT_EQ(*records, corpus::at_offsets(Offset(0), corpus::many()));
  }
}

TEST(GoldenBatch, OurBatchesAreKafkasByteForByte) {
  EXPECT_EQ(*corpus::build({}, corpus::few(true)), golden("few-none.bin"));
  EXPECT_EQ(*corpus::build({.base_offset = Offset(100), .log_append_time = corpus::kAppendTime}, corpus::few(true)),
            golden("append-time.bin"));
  BatchOptions transactional{.base_offset = Offset(77),
                             .leader_epoch = LeaderEpoch(9),
                             .producer_id = ProducerId(4711),
                             .producer_epoch = ProducerEpoch(3),
                             .base_sequence = 40,
                             .is_transactional = true};
  EXPECT_EQ(*corpus::build(transactional, corpus::few(true)), golden("transactional.bin"));
}

TEST(GoldenBatch, LogAppendTimeStampedByUsIsKafkas) {
  std::vector<std::byte> batch = golden("few-none.bin");
  stamp_base_offset(batch, Offset(100));
  set_log_append_time(batch, corpus::kAppendTime);
  EXPECT_EQ(batch, golden("append-time.bin"));
}

TEST(GoldenBatch, ACompactedAwayBatchIsKafkas) {
  BatchHeader header = *read_batch_header(golden("transactional.bin"));
  EXPECT_EQ(build_empty_batch(header), golden("empty.bin"));
}

TEST(GoldenBatch, TransactionMarkersAreKafkas) {
  for (auto [type, name] :
       {std::pair(ControlType::kAbort, "end-txn-abort.bin"), std::pair(ControlType::kCommit, "end-txn-commit.bin")}) {
    std::vector<std::byte> built =
        build_end_txn_batch({type, 17}, ProducerId(4711), ProducerEpoch(3), Timestamp{corpus::kTime}, LeaderEpoch(9));
    EXPECT_EQ(built, golden(name)) << name;
  }
}

}  // namespace
}  // namespace wharf
