#include "protocols/amqp091/wire/field_table.hpp"

#include <bit>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/amqp091/wire/wire_testing.hpp"

namespace wharf::amqp091 {
namespace {

Buffer encode(const PropertyTable& table) {
  Writer writer;
  write_table(writer, table);
  EXPECT_TRUE(writer.ok());
  return buffer_of(writer.bytes_since(4));
}

/// Whether all of it is a table by the walk that allocates nothing.
bool walks_to_its_end(ByteView encoded) {
  TableCursor cursor(encoded);
  while (cursor.next()) {
  }
  return cursor.ok();
}

TEST(FieldTable, EveryTypeHasTheLetterAndTheBytesOfRabbitMQ) {
  struct Case {
    PropertyValue value;
    std::string_view hex;
  };
  const Case cases[] = {
      {Null{}, "56"},
      {true, "7401"},
      {std::int8_t{-2}, "62fe"},
      {std::uint8_t{200}, "42c8"},
      {std::int16_t{-2}, "73fffe"},
      {std::uint16_t{65534}, "75fffe"},
      {std::int32_t{-2}, "49fffffffe"},
      {std::uint32_t{0xFFFFFFFE}, "69fffffffe"},
      {std::int64_t{-2}, "6cfffffffffffffffe"},
      {std::uint64_t{1}, "4c0000000000000001"},
      {0.5f, "663f000000"},
      {0.5, "643fe0000000000000"},
      {Decimal{2, 314}, "44020000013a"},
      {EpochSeconds{0x69573580}, "540000000069573580"},
      {std::string("text"), "530000000474657874"},
      {Binary{std::byte{0}, std::byte{0xFF}}, "780000000200ff"},
      {PropertyList{PropertyValue(true), PropertyValue()}, "4100000003740156"},
      {PropertyTable{{"k", Null{}}}, "4600000003016b56"},
  };
  for (const Case& one : cases) {
    Buffer bytes = encode({{"n", one.value}});
    EXPECT_EQ(to_hex(bytes), "016e" + std::string(one.hex));
    Outcome<PropertyTable> back = decode_table(bytes);
    ASSERT_TRUE(back) << back.error().message;
    ASSERT_EQ(back->size(), 1u);
    EXPECT_EQ(back->front().value, one.value);
  }
}

TEST(FieldTable, ALongIsSignedWithEitherLetter) {
  for (const char* hex : {"016e6cfffffffffffffffe", "016e4cfffffffffffffffe"}) {
    EXPECT_EQ(signed_integer_of(decode_table(from_hex(hex))->front().value), -2);
  }
  EXPECT_EQ(signed_integer_of(std::uint8_t{200}), 200);
  EXPECT_EQ(signed_integer_of(std::string("200")), std::nullopt);
}

TEST(FieldTable, WhatOtherClientsWriteIsReadAndComesOutTheSame) {
  auto lines = golden("table");
  ASSERT_GE(lines.size(), 10u);
  for (const auto& line : lines) {
    Outcome<PropertyTable> table = decode_table(from_hex(line[0]));
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(to_hex(encode(*table)), line[0]);
  }
}

RC_GTEST_PROP(FieldTable, AnyTableComesOutByteForByte, (std::uint64_t seed)) {
  Buffer bytes = SeededValues(seed).table_without_length();
  Outcome<PropertyTable> table = decode_table(bytes);
  RC_ASSERT(table.has_value());
  RC_ASSERT(encode(*table) == bytes);
  RC_ASSERT(walks_to_its_end(bytes));
}

TEST(FieldTable, CutOrChangedAnywhereItIsReadOrRefusedTheSameByBothWalks) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Buffer bytes = SeededValues(seed).table_without_length();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      Buffer cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      ASSERT_EQ(decode_table(cut).has_value(), walks_to_its_end(cut));
    }
    for (std::byte& byte : bytes) {
      std::byte truth = byte;
      for (int lie : {0x00, 0x01, 0x41, 0x46, 0x53, 0x7F, 0x80, 0xFE, 0xFF}) {
        byte = static_cast<std::byte>(lie);
        Outcome<PropertyTable> table = decode_table(bytes);
        ASSERT_EQ(table.has_value(), walks_to_its_end(bytes));
        if (!table) ASSERT_EQ(table.error().code, ReplyCode::kSyntaxError);
      }
      byte = truth;
    }
  }
}

TEST(FieldTable, ALengthThatReachesPastTheEndIsRefusedInWords) {
  Outcome<PropertyTable> table = decode_table(from_hex("016e53ffffffff61"));
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().reply_text(), "SYNTAX_ERROR - a field table reaches past the end of the frame");
  EXPECT_EQ(decode_table(from_hex("016e5a")).error().reply_text(),
            "SYNTAX_ERROR - a field table has a value of an unknown type");
}

/// `depth` tables inside of each other, the outermost without its length.
Buffer nested(int depth) {
  PropertyTable table;
  for (int i = 1; i < depth; ++i) {
    PropertyTable outer;
    outer.push_back({"t", std::move(table)});
    table = std::move(outer);
  }
  Buffer inner;
  for (int i = 1; i < depth; ++i) {
    Writer writer;
    writer.short_string("t");
    writer.integer(static_cast<std::uint8_t>('F'));
    writer.long_bytes(inner);
    inner = buffer_of(writer.bytes_since(0));
  }
  if (depth <= kMaxTableDepth) EXPECT_EQ(encode(table), inner);
  return inner;
}

TEST(FieldTable, TablesInsideOfEachOtherHaveALimit) {
  EXPECT_TRUE(decode_table(nested(kMaxTableDepth)));
  Buffer too_deep = nested(kMaxTableDepth + 2);
  EXPECT_EQ(decode_table(too_deep).error().code, ReplyCode::kSyntaxError);
  EXPECT_FALSE(walks_to_its_end(too_deep));
  EXPECT_FALSE(decode_table(nested(10'000)));
}

TEST(FieldTable, ValuesHaveALimitInAllTablesTogether) {
  auto lists = [](std::size_t count) {
    Buffer bytes = encode({{"a", PropertyList(count - 2)}});
    Buffer one_more = encode({{"b", Null{}}});
    bytes.insert(bytes.end(), one_more.begin(), one_more.end());
    return bytes;
  };
  EXPECT_TRUE(decode_table(lists(kMaxTableValues)));
  EXPECT_TRUE(walks_to_its_end(lists(kMaxTableValues)));
  EXPECT_FALSE(decode_table(lists(kMaxTableValues + 1)));
  EXPECT_FALSE(walks_to_its_end(lists(kMaxTableValues + 1)));
  Writer writer;
  write_table(writer, {{"a", PropertyList(kMaxTableValues)}});
  EXPECT_FALSE(writer.ok());
}

TEST(FieldTable, ANameAbove255BytesCannotBeWritten) {
  Writer writer;
  write_table(writer, {{std::string(256, 'n'), Null{}}});
  EXPECT_FALSE(writer.ok());
}

TEST(FieldTable, AFieldIsFoundWhereItLies) {
  Buffer bytes = encode({{"a", std::int32_t{1}}, {"b", std::string("x")}, {"a", std::int32_t{2}}});
  auto a = find_field(bytes, "a");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->type, 'I');
  EXPECT_EQ(a->decode(), PropertyValue(std::int32_t{1}));
  EXPECT_EQ(find_field(bytes, "b")->text(), "x");
  EXPECT_EQ(a->text(), std::nullopt);
  EXPECT_FALSE(find_field(bytes, "c"));
}

Buffer edited(ByteView table, std::vector<FieldEdit> edits) {
  Writer writer;
  write_edited_table(writer, table, edits);
  EXPECT_TRUE(writer.ok());
  return buffer_of(writer.bytes_since(4));
}

TEST(FieldTable, AnEditChangesItsFieldsAndNoOtherByte) {
  PropertyTable before{{"a", true}, {"BCC", PropertyList{}}, {"z", 1.5}, {"a", false}, {"BCC", Null{}}};
  Buffer bytes = encode(before);
  EXPECT_EQ(edited(bytes, {}), bytes);
  EXPECT_EQ(edited(bytes, {{"absent", std::nullopt}}), bytes);
  EXPECT_EQ(edited(bytes, {{"BCC", std::nullopt}}), encode({{"a", true}, {"z", 1.5}, {"a", false}}));
  EXPECT_EQ(edited(bytes, {{"a", std::string("new")}, {"x-death", PropertyList{}}}),
            encode({{"a", std::string("new")},
                    {"BCC", PropertyList{}},
                    {"z", 1.5},
                    {"BCC", Null{}},
                    {"x-death", PropertyList{}}}));
  EXPECT_EQ(edited({}, {{"x", Null{}}}), encode({{"x", Null{}}}));
}

RC_GTEST_PROP(FieldTable, AnEditIsWhatDecodingChangingAndEncodingWouldGive, (std::uint64_t seed)) {
  SeededValues values(seed);
  Buffer bytes = values.table_without_length();
  PropertyTable table = *decode_table(bytes);
  std::string name = table.empty() || values.number(3) == 0 ? "new" : table[values.number(table.size())].name;
  std::erase_if(table, [&](const Property& field) { return field.name == name; });
  RC_ASSERT(edited(bytes, {{name, std::nullopt}}) == encode(table));
}

}  // namespace
}  // namespace wharf::amqp091
