#include "model/message_group.hpp"

#include <gtest/gtest.h>

#include <string>

#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf {
namespace {

/// What is read of a message that was stored with these properties.
struct Seen {
  std::string id;
  bool closes = false;
  friend bool operator==(const Seen&, const Seen&) = default;
};

Seen read(const std::vector<std::byte>& bytes) {
  Result<BatchView> batch = read_batch(bytes);
  WHARF_ASSERT(batch);
  Result<OpenedBatch> opened = OpenedBatch::open(*batch, 1u << 20);
  RecordReader reader = opened->reader();
  Record record;
  WHARF_ASSERT(*reader.next(record));
  MessageGroup group = group_of(record);
  return {std::string(group.id), group.closes};
}

Seen typed(const PropertyTable& properties, std::optional<std::string_view> key = std::nullopt) {
  std::vector<std::byte> encoded;
  WHARF_ASSERT(encode_properties(encoded, properties) == TableFault::kNone);
  BatchBuilder builder(BatchOptions{});
  MessageView message{.origin = Protocol::kAmqp091, .properties = encoded, .body = as_bytes("b")};
  if (key) message.key = as_bytes(*key);
  append_message(builder, message, Timestamp{1});
  return read(*builder.finish());
}

TEST(MessageGroup, IsAPropertyOrElseTheKey) {
  EXPECT_EQ(typed({{"JMSXGroupID", std::string("a")}}), (Seen{"a"}));
  EXPECT_EQ(typed({{"JMSXGroupID", Binary{std::byte{'a'}}}}), (Seen{"a"}));
  EXPECT_EQ(typed({{"JMSXGroupID", std::string("a")}}, "key"), (Seen{"a"}));
  EXPECT_EQ(typed({{"JMSXGroupID", std::string()}}, "key"), (Seen{"key"}));
  EXPECT_EQ(typed({{"jmsxgroupid", std::string("a")}}), Seen());
  EXPECT_EQ(typed({{"JMSXGroupID", std::int64_t{7}}}), Seen());
  EXPECT_EQ(typed({{"JMSXGroupID", std::string("a")}, {"JMSXGroupID", std::string("b")}}), (Seen{"a"}));
}

TEST(MessageGroup, ANegativeSequenceNumberClosesIt) {
  auto sequence = [](PropertyValue value) {
    return typed({{"JMSXGroupID", std::string("a")}, {"JMSXGroupSeq", std::move(value)}}).closes;
  };
  EXPECT_TRUE(sequence(std::int32_t{-1}));
  EXPECT_TRUE(sequence(std::int64_t{-7}));
  EXPECT_TRUE(sequence(std::string("-1")));
  EXPECT_FALSE(sequence(std::int32_t{0}));
  EXPECT_FALSE(sequence(std::int32_t{1}));
  EXPECT_FALSE(sequence(std::string("-0")));
  EXPECT_FALSE(sequence(std::string("-")));
  EXPECT_FALSE(sequence(std::string("-x")));
  EXPECT_FALSE(sequence(PropertyList{std::int32_t{-1}}));
}

TEST(MessageGroup, APlainRecordHasItInItsHeadersOrItsKey) {
  auto plain = [](std::initializer_list<RecordHeader> list, std::optional<std::string_view> key) {
    std::vector<RecordHeader> headers(list);
    BatchBuilder builder(BatchOptions{});
    builder.append({.timestamp = Timestamp{1},
                    .key = key ? std::optional(as_bytes(*key)) : std::nullopt,
                    .value = as_bytes("b"),
                    .headers = headers});
    return read(*builder.finish());
  };
  EXPECT_EQ(plain({}, std::nullopt), Seen());
  EXPECT_EQ(plain({}, "key"), (Seen{"key"}));
  EXPECT_EQ(plain({{"JMSXGroupID", as_bytes("a")}, {"JMSXGroupSeq", as_bytes("-1")}}, "key"), (Seen{"a", true}));
}

}  // namespace
}  // namespace wharf
