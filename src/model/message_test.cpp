#include "model/message.hpp"

#include <fstream>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/message_testing.hpp"

namespace wharf {
namespace {

using corpus::OwnedRecord;
using corpus::Text;

Bytes bytes(std::initializer_list<int> values) {
  Bytes out;
  for (int value : values) out.push_back(static_cast<std::byte>(value));
  return out;
}

std::string hex(ByteView view) {
  std::string text;
  for (std::byte byte : view) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}

ErrorCode refused(ByteView header) {
  StoredRecord stored(batch_with_header(header));
  Result<MessageView> message = message_of(stored.record);
  EXPECT_FALSE(message);
  EXPECT_EQ(expiration_ms_of(stored.record), std::nullopt);
  EXPECT_FALSE(is_plain(stored.record));
  return message ? ErrorCode::kInternal : message.error().code;
}

RC_GTEST_PROP(Message, IsReadFromTheRecordItBecame, ()) {
  OwnedMessage message = any_message();
  StoredRecord stored(batch_with(message.view(), Timestamp{77}));
  Result<MessageView> read = message_of(stored.record);
  RC_ASSERT(read.has_value());
  RC_ASSERT(OwnedMessage::of(*read) == message);
  RC_ASSERT(stored.record.timestamp == Timestamp{77});
  RC_ASSERT(priority_of(stored.record) == message.priority);
  RC_ASSERT((*stored.record.headers.begin()).key == kMessageHeader);
}

TEST(Message, ManyInOneBatchDoNotTouchEachOther) {
  BatchBuilder builder({});
  const Bytes table = encoded({{"n", std::int32_t{7}}});
  append_message(builder, {.routing_key = "first", .properties = table, .body = as_bytes("1")}, Timestamp{1});
  builder.append({.timestamp = Timestamp{2}, .value = as_bytes("2"), .headers = {}});
  append_message(builder, {.routing_key = "third", .priority = 3, .body = as_bytes("3")}, Timestamp{3});
  Bytes batch = builder.finish().value();
  BatchView view = read_batch(batch).value();
  RecordReader reader(view.header, view.records());
  std::vector<OwnedMessage> messages;
  for (Record record; *reader.next(record);) messages.push_back(OwnedMessage::of(message_of(record).value()));
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0].routing_key, "first");
  EXPECT_EQ(messages[0].properties, table);
  EXPECT_EQ(messages[1].origin, Protocol::kKafka);
  EXPECT_EQ(messages[2].priority, 3);
  EXPECT_EQ(messages[2].properties, std::nullopt);
}

/// The bytes of the example in docs/message.md: what stands on its lines in front of three spaces.
std::string documented_header() {
  std::ifstream file("../../docs/message.md");
  std::string digits;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "```") {
      inside = !inside;
    } else if (inside) {
      std::string bytes = line.substr(0, line.find("   "));
      std::erase(bytes, ' ');
      digits += bytes;
    }
  }
  return digits;
}

TEST(Message, TheHeadersBytesAreThoseOfTheDocumentation) {
  const Bytes table = encoded({{"tries", std::int32_t{3}}});
  StoredRecord stored(batch_with({.origin = Protocol::kAmqp091,
                                  .exchange = "shop",
                                  .routing_key = "order.paid",
                                  .content_type = "application/json",
                                  .expiration = "60000",
                                  .delivery_mode = 2,
                                  .properties = table}));
  auto headers = headers_of(stored.record);
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(hex(as_bytes(*headers[0].second)), documented_header());
  EXPECT_EQ(headers[1], (std::pair<std::string, Text>("tries", "3")));
}

TEST(Message, AUserPropertyNamedAsTheHeaderIsKeptAndNotCopied) {
  const Bytes table = encoded({{"wharf", std::string("mine")}, {"b", true}});
  StoredRecord stored(batch_with({.properties = table}));
  auto headers = headers_of(stored.record);
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[1].first, "b");
  EXPECT_EQ(bytes_of(*message_of(stored.record)->properties), table);
}

TEST(PlainRecord, IsAMessageOfKafka) {
  StoredRecord stored(batch_with(OwnedRecord{12'345, "key", "value", {{"a", "1"}, {"wharf", "not in front"}}}));
  ASSERT_TRUE(is_plain(stored.record));
  MessageView message = message_of(stored.record).value();
  EXPECT_EQ(message.origin, Protocol::kKafka);
  EXPECT_EQ(as_text(*message.key), "key");
  EXPECT_EQ(as_text(message.body), "value");
  EXPECT_EQ(message.timestamp_seconds, 12u);
  EXPECT_FALSE(message.properties);
  EXPECT_FALSE(message.content_type);
  EXPECT_EQ(expiration_ms_of(stored.record), std::nullopt);
  EXPECT_EQ(priority_of(stored.record), std::nullopt);
}

TEST(PlainRecord, WithoutValueKeyOrTimeIsAnEmptyMessage) {
  StoredRecord stored(batch_with(OwnedRecord{-1, std::nullopt, std::nullopt, {}}));
  MessageView message = message_of(stored.record).value();
  EXPECT_FALSE(message.key);
  EXPECT_TRUE(message.body.empty());
  EXPECT_FALSE(message.timestamp_seconds);
}

TEST(PlainRecord, HeadersWithAnAgreedNameAreStandardPropertiesToo) {
  StoredRecord stored(batch_with(OwnedRecord{0,
                                             std::nullopt,
                                             "v",
                                             {{"content-type", "text/plain"},
                                              {"content-type", "application/json"},  // Kafka: the last one counts
                                              {"content-encoding", "gzip"},
                                              {"correlation-id", "c-1"},
                                              {"reply-to", "answers"},
                                              {"message-id", "m-1"}}}));
  MessageView message = message_of(stored.record).value();
  EXPECT_EQ(message.content_type, "application/json");
  EXPECT_EQ(message.content_encoding, "gzip");
  EXPECT_EQ(message.correlation_id, "c-1");
  EXPECT_EQ(message.reply_to, "answers");
  EXPECT_EQ(message.message_id, "m-1");
}

TEST(PlainRecord, WhatNoShortStringHoldsIsNoStandardProperty) {
  StoredRecord stored(batch_with(OwnedRecord{0,
                                             std::nullopt,
                                             "v",
                                             {{"content-type", std::string(256, 'x')},
                                              {"correlation-id", "\xFF"},
                                              {"reply-to", std::nullopt},
                                              {"Message-Id", "other letters"}}}));
  MessageView message = message_of(stored.record).value();
  EXPECT_FALSE(message.content_type || message.correlation_id || message.reply_to || message.message_id);
}

TEST(Expiration, IsADecimalNumberOrNever) {
  auto expires_in = [](std::string_view text) {
    StoredRecord stored(batch_with({.expiration = text, .priority = 1, .timestamp_seconds = 5}));
    return expiration_ms_of(stored.record);
  };
  EXPECT_EQ(expires_in("60000"), 60'000);
  EXPECT_EQ(expires_in("0"), 0);
  EXPECT_EQ(expires_in("007"), 7);
  EXPECT_EQ(expires_in("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  for (std::string_view never : {"", "9223372036854775808", "-1", "-0", "+1", " 1", "1 ", "1.5", "0x10", "soon"})
    EXPECT_EQ(expires_in(never), std::nullopt) << never;
  StoredRecord without(batch_with({.exchange = "60000", .priority = 1, .timestamp_seconds = 5}));
  EXPECT_EQ(expiration_ms_of(without.record), std::nullopt);
  EXPECT_EQ(priority_of(without.record), 1);
}

TEST(MessageHeader, WhatALaterVersionAddsIsSkipped) {
  Bytes header =
      bytes({1, 9, 0x02, 2, 0x3F, 7, 0x7F, 1, 2, 3, 4, 5, 6, 7, 8, 0x82, 2, 'k', 0x8D, 4, 'n', 'w', 0xFF, 0});
  StoredRecord stored(batch_with_header(header));
  Result<MessageView> message = message_of(stored.record);
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(message->origin, static_cast<Protocol>(9));
  EXPECT_EQ(message->delivery_mode, 2);
  EXPECT_EQ(message->routing_key, "k");
  EXPECT_EQ(as_text(message->body), "body");
}

TEST(MessageHeader, ThatLiesIsRefused) {
  EXPECT_EQ(refused(bytes({2, 2})), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(refused(bytes({0xFF})), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(refused(as_bytes("a header that somebody named so")), ErrorCode::kUnsupportedVersion);
  const Bytes lies[] = {
      {},                                        // no version
      bytes({0, 2}),                             // none of ours
      bytes({1}),                                // no origin
      bytes({1, 0}),                             // nor here
      bytes({1, 2, 0x02}),                       // a field without its byte
      bytes({1, 2, 0x40, 1, 2, 3, 4, 5, 6, 7}),  // seven of eight
      bytes({1, 2, 0x82}),                       // no length
      bytes({1, 2, 0x82, 4, 'k'}),               // two bytes said, one there
      bytes({1, 2, 0x82, 1}),                    // -1
      bytes({1, 2, 0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}),
      bytes({1, 2, 0x00, 0}),               // no tag
      bytes({1, 2, 0x02, 2, 0x01, 4}),      // not in order
      bytes({1, 2, 0x02, 2, 0x02, 2}),      // twice
      bytes({1, 2, 0x8C, 6, 1, 'n', 'Z'}),  // a table with an unknown type
      bytes({1, 2, 0x8C, 4, 5, 'n'}),       // one that ends in a name
  };
  for (const Bytes& lie : lies) EXPECT_EQ(refused(lie), ErrorCode::kMalformed) << hex(lie);
  StoredRecord null(batch_with(OwnedRecord{0, std::nullopt, "v", {{"wharf", std::nullopt}}}));
  EXPECT_EQ(message_of(null.record).error().code, ErrorCode::kMalformed);
}

TEST(MessageHeader, CutOrChangedAnywhereIsReadOrRefused) {
  const Bytes table =
      encoded({{"a", std::string("text")}, {"l", PropertyList{PropertyValue(true), PropertyTable{{"x", 1.5}}}}});
  StoredRecord stored(batch_with({.exchange = "e",
                                  .routing_key = "key",
                                  .message_id = "id",
                                  .delivery_mode = 1,
                                  .timestamp_seconds = 5,
                                  .properties = table}));
  Bytes header = bytes_of(*(*stored.record.headers.begin()).value);
  auto look = [](const Bytes& changed) {
    StoredRecord record(batch_with_header(changed));
    if (Result<MessageView> message = message_of(record.record)) static_cast<void>(OwnedMessage::of(*message));
    static_cast<void>(expiration_ms_of(record.record));
    static_cast<void>(priority_of(record.record));
  };
  for (std::size_t size = 0; size < header.size(); ++size)
    look(Bytes(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(size)));
  for (std::size_t at = 0; at < header.size(); ++at) {
    for (int lie = 0; lie < 256; ++lie) {
      Bytes changed = header;
      changed[at] = static_cast<std::byte>(lie);
      look(changed);
    }
  }
}

}  // namespace
}  // namespace wharf
