#include "model/property.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace wharf {
namespace {

TEST(Property, ANumberIsTheSameInEveryWidth) {
  for (const PropertyValue& five : {PropertyValue(std::int8_t{5}), PropertyValue(std::uint16_t{5}), PropertyValue(std::int64_t{5}),
                                    PropertyValue(std::uint64_t{5})}) {
    EXPECT_EQ(integer_of(five), 5);
  }
  EXPECT_EQ(integer_of(PropertyValue(std::int8_t{-5})), -5);
  EXPECT_EQ(integer_of(PropertyValue(std::numeric_limits<std::uint64_t>::max())), std::nullopt);
  for (const PropertyValue& other : {PropertyValue(true), PropertyValue(5.0), PropertyValue(std::string("5")), PropertyValue()}) {
    EXPECT_EQ(integer_of(other), std::nullopt);
  }
}

TEST(Property, TheFirstOfANameCounts) {
  PropertyTable table{{"a", std::int32_t{1}}, {"b", std::string("x")}, {"a", std::int32_t{2}}};
  ASSERT_NE(find_property(table, "a"), nullptr);
  EXPECT_EQ(*find_property(table, "a"), PropertyValue(std::int32_t{1}));
  EXPECT_EQ(find_property(table, "c"), nullptr);
}

TEST(Property, TablesNestAndCompareByTypeAndValue) {
  PropertyTable inner{{"n", Null{}}, {"d", Decimal{2, 314}}};
  PropertyValue outer(PropertyTable{{"inner", inner}, {"list", PropertyList{std::string("s"), Binary{std::byte{0}}}}});
  EXPECT_EQ(outer, PropertyValue(outer));
  EXPECT_NE(PropertyValue(std::int32_t{1}), PropertyValue(std::int64_t{1}));
}

}  // namespace
}  // namespace wharf
