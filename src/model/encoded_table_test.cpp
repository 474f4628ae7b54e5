#include "model/encoded_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/message_testing.hpp"

// AMQP 0-9-1's tests hold these bytes against other clients', cut them and change them (field_table_test.cpp).
namespace wharf {
namespace {

RC_GTEST_PROP(EncodedTable, ComesOutAsItWentIn, ()) {
  PropertyTable table = any_table();
  Bytes bytes = encoded(table);
  RC_ASSERT(check_table(bytes) == TableFault::kNone);
  auto decoded = decode_property_table(bytes);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == table);
  TableCursor cursor(bytes);
  for (const Property& property : table) {
    auto field = cursor.next();
    RC_ASSERT(field.has_value());
    RC_ASSERT(field->name == property.name);
    RC_ASSERT(field->decode() == property.value);
    Bytes one;
    RC_ASSERT(encode_property(one, property.name, property.value) == TableFault::kNone);
    RC_ASSERT(one == bytes_of(field->encoded));
  }
  RC_ASSERT(!cursor.next() && cursor.ok());
}

TEST(EncodedTable, SaysWhatIsWrong) {
  Bytes bytes;
  EXPECT_EQ(encode_properties(bytes, {{std::string(256, 'n'), Null{}}}), TableFault::kNameTooLong);
  EXPECT_EQ(check_table(as_bytes("\x01nZ")), TableFault::kUnknownType);
  EXPECT_EQ(check_table(as_bytes("\x01n")), TableFault::kPastEnd);
  EXPECT_EQ(decode_property_table(as_bytes("\x05n")).error(), TableFault::kPastEnd);
  EXPECT_EQ(encode_properties(bytes, {{"a", PropertyList(kMaxTableValues)}}), TableFault::kTooManyValues);
  PropertyTable table;
  for (int depth = 1; depth <= kMaxTableDepth; ++depth) {
    PropertyTable outer;
    outer.push_back({"t", std::move(table)});
    table = std::move(outer);
  }
  bytes.clear();
  EXPECT_EQ(encode_properties(bytes, table), TableFault::kNone);  // the innermost is empty: nothing lies too deep
  EXPECT_EQ(check_table(bytes), TableFault::kNone);
  PropertyTable too_deep{{"t", PropertyTable{{"t", std::move(table)}}}};
  EXPECT_EQ(encode_properties(bytes, too_deep), TableFault::kTooDeep);
}

}  // namespace
}  // namespace wharf
