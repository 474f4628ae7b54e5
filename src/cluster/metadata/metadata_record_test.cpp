#include "cluster/metadata/metadata_record.hpp"

#include <gtest/gtest.h>

namespace wharf::cluster {
namespace {

TopicId some_id() {
  TopicId id;
  id.bytes[3] = 7;
  return id;
}

TEST(MetadataRecord, EveryKindReadsBackAsWritten) {
  std::vector<MetadataRecord> records = {
      TopicRecord{some_id(), "orders", 12, true, {{"retention.ms", "1000"}, {"odd \"name\"", "\xC3\xA9"}}},
      TopicRecord{some_id(), "orders", 1, false, {}, "shop"},
      TopicRemoved{some_id()},
      LeaderEpochRecord{LeaderEpoch(9)},
      ProducerIdsRecord{1'000'000'000'000},
      Definition{"queue/%2F/jobs", R"({"durable":true})"},
      Definition{"queue/%2F/jobs", std::nullopt}};
  for (const MetadataRecord& record : records) {
    StoredRecord stored = encode(record);
    Result<MetadataRecord> read = decode(stored.key, stored.value);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, record);
  }
}

TEST(MetadataRecord, TheDefaultNamespaceIsNotStored) {
  EXPECT_EQ(encode(TopicRecord{some_id(), "orders", 1, false, {}}).value,
            R"({"name":"orders","partitions":1,"overrides":{}})");
  EXPECT_EQ(encode(TopicRecord{some_id(), "orders", 1, false, {}, "shop"}).value,
            R"({"name":"orders","partitions":1,"overrides":{},"namespace":"shop"})");
}

TEST(MetadataRecord, WhatCannotBeReadIsRefusedWithItsKey) {
  for (auto [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"topic/xyz", "{}"}, {"topic/" + some_id().hex(), "["}, {"topic/" + some_id().hex(), R"({"name":"x"})"},
           {"topic/" + some_id().hex(), R"({"name":"x","partitions":0,"overrides":{}})"}, {"topic/" + some_id().hex(), R"({"name":"x","partitions":1,"overrides":{},"namespace":1})"},
           {"leader-epoch", R"({"epoch":"1"})"},
           {"unknown", "{}"}}) {
    Result<MetadataRecord> read = decode(key, value);
    ASSERT_FALSE(read) << key;
    EXPECT_NE(read.error().message.find(key), std::string::npos);
  }
}

}  // namespace
}  // namespace wharf::cluster
