#include "protocols/amqp091/wire/basic_properties.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/amqp091/wire/wire_testing.hpp"

namespace wharf::amqp091 {
namespace {

BasicProperties sampled(SeededValues& values) {
  BasicProperties made;
  auto text = [&](std::optional<std::string>& out) {
    if (values.number(2) == 0) out = values.text(255);
  };
  for (auto* out : {&made.content_type, &made.content_encoding, &made.correlation_id, &made.reply_to, &made.expiration,
                    &made.message_id, &made.type, &made.user_id, &made.app_id, &made.cluster_id}) {
    text(*out);
  }
  if (values.number(2) == 0) made.headers = *decode_table(values.table_without_length());
  if (values.number(2) == 0) made.delivery_mode = static_cast<std::uint8_t>(values.next());
  if (values.number(2) == 0) made.priority = static_cast<std::uint8_t>(values.next());
  if (values.number(2) == 0) made.timestamp = EpochSeconds{values.next()};
  return made;
}

Buffer sampled_bytes(std::uint64_t seed) {
  SeededValues values(seed);
  return encode_properties(sampled(values)).value();
}

TEST(BasicProperties, WhatOtherClientsWriteIsReadAndComesOutTheSame) {
  auto lines = golden("properties");
  ASSERT_EQ(lines.size(), 3u);
  for (const auto& line : lines) {
    Outcome<BasicProperties> properties = decode_properties(from_hex(line[0]));
    ASSERT_TRUE(properties) << properties.error().message;
    EXPECT_EQ(to_hex(encode_properties(*properties).value()), line[0]);
  }
  BasicProperties all = decode_properties(from_hex(lines[0][0])).value();
  EXPECT_EQ(all.content_type, "text/plain");
  EXPECT_EQ(all.content_encoding, "gzip");
  EXPECT_EQ(all.headers->size(), 3u);
  EXPECT_EQ(all.delivery_mode, 2);
  EXPECT_EQ(all.priority, 7);
  EXPECT_EQ(all.correlation_id, "correlation");
  EXPECT_EQ(all.reply_to, "replies");
  EXPECT_EQ(all.expiration, "60000");
  EXPECT_EQ(all.message_id, "message");
  EXPECT_EQ(all.timestamp->seconds, 1767323045u);
  EXPECT_EQ(all.type, "type");
  EXPECT_EQ(all.user_id, "guest");
  EXPECT_EQ(all.app_id, "app");
  EXPECT_EQ(all.cluster_id, "cluster");
}

TEST(BasicProperties, TheViewFindsEachWhereItLies) {
  Buffer bytes = from_hex(golden("properties")[0][0]);
  PropertiesView view = PropertiesView::parse(bytes).value();
  EXPECT_EQ(view.delivery_mode(), 2);
  EXPECT_EQ(view.priority(), 7);
  EXPECT_EQ(view.timestamp()->seconds, 1767323045u);
  EXPECT_EQ(view.text(BasicProperty::kContentType), "text/plain");
  EXPECT_EQ(view.text(BasicProperty::kExpiration), "60000");
  EXPECT_EQ(view.text(BasicProperty::kClusterId), "cluster");
  EXPECT_EQ(find_field(*view.headers(), "name")->text(), "value");
  EXPECT_EQ(view.encoded().data(), bytes.data());
}

TEST(BasicProperties, WithoutAnyTheViewSaysSo) {
  PropertiesView none;
  EXPECT_EQ(to_hex(none.encoded()), "0000");
  EXPECT_EQ(none.delivery_mode(), std::nullopt);
  EXPECT_EQ(none.headers(), std::nullopt);
  EXPECT_EQ(none.text(BasicProperty::kType), std::nullopt);
  EXPECT_EQ(none.timestamp(), std::nullopt);
  EXPECT_EQ(decode_properties(none.encoded()).value(), BasicProperties{});
}

TEST(BasicProperties, FurtherFlagsAreReadAndMayOnlyBeEmpty) {
  Buffer bytes = from_hex("10010001000002");
  PropertiesView view = PropertiesView::parse(bytes).value();
  EXPECT_EQ(view.delivery_mode(), 2);
  EXPECT_EQ(to_hex(edit_properties(view, {}).value()), "100002");
  for (const char* hex : {"1001800002",
                          "1002"
                          "02",
                          "10010003000002", "1001", "100100010001"}) {
    EXPECT_EQ(PropertiesView::parse(from_hex(hex)).error().code, ReplyCode::kSyntaxError) << hex;
  }
}

TEST(BasicProperties, TheErrorNamesTheProperty) {
  EXPECT_EQ(PropertiesView::parse(from_hex("8000ff61")).error().reply_text(),
            "SYNTAX_ERROR - the properties: content_type reaches past the end of the frame");
  EXPECT_EQ(PropertiesView::parse(from_hex("200000000003016e5a")).error().reply_text(),
            "SYNTAX_ERROR - the properties: headers has a value of an unknown type");
  EXPECT_EQ(PropertiesView::parse(from_hex("000000")).error().reply_text(),
            "SYNTAX_ERROR - the properties have bytes left over");
}

RC_GTEST_PROP(BasicProperties, AnyComeBackEqualAndByteForByte, (std::uint64_t seed)) {
  SeededValues values(seed);
  BasicProperties properties = sampled(values);
  Buffer bytes = encode_properties(properties).value();
  RC_ASSERT(encode_properties(decode_properties(bytes).value()).value() == bytes);
  RC_ASSERT(edit_properties(PropertiesView::parse(bytes).value(), {}).value() == bytes);
}

TEST(BasicProperties, CutOrChangedAnywhereTheyAreReadOrRefusedTheSameByViewAndDecoder) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Buffer bytes = sampled_bytes(seed);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_FALSE(PropertiesView::parse(Buffer(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))));
    }
    for (std::byte& byte : bytes) {
      std::byte truth = byte;
      for (int lie : {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF}) {
        byte = static_cast<std::byte>(lie);
        Outcome<PropertiesView> view = PropertiesView::parse(bytes);
        ASSERT_EQ(view.has_value(), decode_properties(bytes).has_value());
        if (view) ASSERT_TRUE(edit_properties(*view, {}));
      }
      byte = truth;
    }
  }
}

std::string edited(const BasicProperties& from, std::vector<FieldEdit> headers, std::vector<TextEdit> texts = {}) {
  Buffer bytes = encode_properties(from).value();
  return to_hex(edit_properties(PropertiesView::parse(bytes).value(), headers, texts).value());
}

TEST(BasicProperties, AnEditChangesWhatItNamesAndNoOtherByte) {
  BasicProperties from{
      .content_type = "text", .headers = {{{"BCC", PropertyList{}}, {"k", 1.5}}}, .priority = 3, .expiration = "100"};
  BasicProperties to = from;
  to.headers = {{{"k", 1.5}}};
  to.expiration.reset();
  to.reply_to = "amq.rabbitmq.reply-to.x";
  EXPECT_EQ(edited(from, {{"BCC", std::nullopt}},
                   {{BasicProperty::kExpiration, std::nullopt}, {BasicProperty::kReplyTo, "amq.rabbitmq.reply-to.x"}}),
            to_hex(encode_properties(to).value()));
}

TEST(BasicProperties, HeadersComeIntoBeingWithTheFirstOneSetOnly) {
  BasicProperties none{.priority = 3};
  EXPECT_EQ(edited(none, {{"BCC", std::nullopt}}), to_hex(encode_properties(none).value()));
  BasicProperties one = none;
  one.headers = {{{"x-death", PropertyList{}}}};
  EXPECT_EQ(edited(none, {{"x-death", PropertyList{}}}), to_hex(encode_properties(one).value()));
  one.headers->clear();
  BasicProperties with{.headers = {{{"BCC", Null{}}}}, .priority = 3};
  EXPECT_EQ(edited(with, {{"BCC", std::nullopt}}), to_hex(encode_properties(one).value()));
}

TEST(BasicProperties, ATextAbove255BytesIsRefused) {
  EXPECT_FALSE(encode_properties({.type = std::string(256, 't')}));
  std::string long_text(256, 't');
  EXPECT_FALSE(edit_properties(PropertiesView(), {}, std::vector<TextEdit>{{BasicProperty::kReplyTo, long_text}}));
}

}  // namespace
}  // namespace wharf::amqp091
