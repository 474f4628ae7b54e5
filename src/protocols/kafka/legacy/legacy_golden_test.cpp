// What Kafka 3.9's own classes wrote and converted (tests/codec/records-java), against ours.
#include <gtest/gtest.h>

#include "model/record_batch_reader.hpp"
#include "model/testdata/corpus.hpp"
#include "protocols/kafka/legacy/downconvert.hpp"
#include "protocols/kafka/legacy/lz4_header.hpp"
#include "protocols/kafka/legacy/message.hpp"
#include "protocols/kafka/legacy/upconvert.hpp"

namespace wharf::kafka::legacy {
namespace {

using Bytes = std::vector<std::byte>;
using corpus::golden;

constexpr std::size_t kLimit = 1 << 20;

struct Case {
  Magic magic;
  Compression compression;
  bool append_time;
};

std::string name_of(const Case& c) {
  return fmt::format("v{}-{}{}", static_cast<int>(c.magic), to_string(c.compression),
                     c.append_time ? "-append-time" : "");
}

/// The few records as they come out of that format.
std::vector<corpus::OwnedRecord> expected_records(const Case& c) {
  std::vector<corpus::OwnedRecord> records = corpus::few(false);
  for (corpus::OwnedRecord& record : records) {
    if (c.append_time) record.timestamp_ms = corpus::kAppendTime.ms;
    if (c.magic == Magic::kV0) record.timestamp_ms = -1;
  }
  return records;
}

class LegacyGolden : public testing::TestWithParam<Case> {};

TEST_P(LegacyGolden, AnOldProducersSetBecomesOneBatchOfItsRecords) {
  Case c = GetParam();
  if (c.magic == Magic::kV0) c.append_time = false;  // v0 has no timestamps of any type
  Result<Bytes> batch = upconvert(golden(name_of(c) + ".bin"), kLimit);
  ASSERT_TRUE(batch) << batch.error().message;
  ASSERT_TRUE(validate_checksum(*batch));
  BatchView view = *read_batch(*batch);
  EXPECT_EQ(view.bytes.size(), batch->size()) << "one batch";
  EXPECT_EQ(view.header.compression, c.compression);
  EXPECT_EQ(view.header.timestamp_type, c.append_time ? TimestampType::kLogAppendTime : TimestampType::kCreateTime);
  if (!c.append_time) EXPECT_TRUE(validate_produced(view.header));
  auto records = corpus::read_all(*batch, kLimit);
  ASSERT_TRUE(records) << records.error().message;
  EXPECT_EQ(*records, corpus::at_offsets(Offset(0), expected_records(c)));
}

/// A set's messages with wrappers opened: what is compared where the compressors' bytes may differ.
std::string describe(ByteView set) {
  std::string text;
  MessageReader reader(set);
  Message message;
  while (*reader.next(message)) {
    text += fmt::format("[{} v{} {} {} {} ", message.offset.value, static_cast<int>(message.magic),
                        to_string(message.compression), static_cast<int>(message.timestamp_type), message.timestamp.ms);
    text += message.key ? fmt::format("'{}' ", as_text(*message.key)) : "null ";
    if (message.compression == Compression::kNone) {
      text += message.value ? fmt::format("'{}']", as_text(*message.value)) : "null]";
      continue;
    }
    Bytes value(message.value->begin(), message.value->end());
    if (message.compression == Compression::kLz4) {
      std::byte stored = value.at(6);
      auto kind = message.magic == Magic::kV0 ? Lz4Checksum::kMagic0 : Lz4Checksum::kStandard;
      EXPECT_TRUE(set_lz4_header_checksum(value, kind));
      EXPECT_EQ(value.at(6), stored) << "the frame header's checksum";
      EXPECT_TRUE(set_lz4_header_checksum(value, Lz4Checksum::kStandard));
    }
    text += describe(*decompress(message.compression, value, kLimit)) + "]";
  }
  return text;
}

TEST_P(LegacyGolden, AnOldConsumerGetsWhatKafkaGivesIt) {
  const Case& c = GetParam();
  std::string suffix = fmt::format("{}{}.bin", to_string(c.compression), c.append_time ? "-append-time" : "");
  Bytes stored = golden("stored-" + suffix);
  Bytes expected = golden(fmt::format("down-v{}-{}", static_cast<int>(c.magic), suffix));
  Result<MessageSet> set = downconvert(stored, {.magic = c.magic, .first_offset = Offset(102)});
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(set->next_offset, Offset(105));
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(describe(set->bytes), describe(expected));
  if (c.compression == Compression::kNone) EXPECT_EQ(set->bytes, expected);
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (Magic magic : {Magic::kV0, Magic::kV1}) {
    for (Compression codec : {Compression::kNone, Compression::kGzip, Compression::kSnappy, Compression::kLz4}) {
      for (bool append_time : {false, true}) cases.push_back({magic, codec, append_time});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Formats, LegacyGolden, testing::ValuesIn(all_cases()), [](const auto& info) {
  std::string name = name_of(info.param);
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace wharf::kafka::legacy
