#include "routing/shell/property_json.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <boost/json.hpp>

#include "model/bytes.hpp"

namespace wharf::routing {
namespace {

namespace json = boost::json;

Result<PropertyTable> read_back(const PropertyTable& table) {
  json::parse_options options;
  options.max_depth = kMaxStoredJsonDepth;
  return table_from_json(json::parse(json::serialize(to_json(table)), {}, options));
}

TEST(PropertyJson, ReadsAsAPersonWouldWriteIt) {
  PropertyTable table{{"x-message-ttl", std::int32_t{5000}},
                      {"x-match", "all"},
                      {"ratio", 0.1},
                      {"parts", PropertyList{true, Null{}}},
                      {"more", PropertyTable{{"price", Decimal{2, -995}}}},
                      {"raw", "\xff\x01"},
                      {"bytes", Binary{std::byte{0xAB}}}};
  EXPECT_EQ(json::serialize(to_json(table)),
            R"([["x-message-ttl","signedint",5000],["x-match","longstr","all"],["ratio","double","0.1"],)"
            R"(["parts","array",[["bool",true],["void",null]]],["more","table",[["price","decimal",[2,-995]]]],)"
            R"(["raw","longstr",{"hex":"ff01"}],["bytes","binary","ab"]])");
}

PropertyValue any_value(int depth) {
  using rc::gen::arbitrary;
  switch (*rc::gen::inRange(0, depth > 0 ? 18 : 16)) {
    case 0:
      return Null{};
    case 1:
      return *arbitrary<bool>();
    case 2:
      return *arbitrary<std::int8_t>();
    case 3:
      return *arbitrary<std::uint8_t>();
    case 4:
      return *arbitrary<std::int16_t>();
    case 5:
      return *arbitrary<std::uint16_t>();
    case 6:
      return *arbitrary<std::int32_t>();
    case 7:
      return *arbitrary<std::uint32_t>();
    case 8:
      return *arbitrary<std::int64_t>();
    case 9:
      return *arbitrary<std::uint64_t>();
    case 10:
      return *arbitrary<float>();
    case 11:
      return *arbitrary<double>();
    case 12:
      return Decimal{*arbitrary<std::uint8_t>(), *arbitrary<std::int32_t>()};
    case 13:
      return EpochSeconds{*arbitrary<std::uint64_t>()};
    case 14:
      return *arbitrary<std::string>();
    case 15: {
      auto bytes = *arbitrary<std::string>();
      return Binary(as_bytes(bytes).begin(), as_bytes(bytes).end());
    }
    case 16: {
      PropertyList list;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) list.push_back(any_value(depth - 1));
      return list;
    }
    default: {
      PropertyTable table;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        table.push_back({*arbitrary<std::string>(), any_value(depth - 1)});
      }
      return table;
    }
  }
}

RC_GTEST_PROP(PropertyJson, EveryTableReadsBackAsWritten, ()) {
  PropertyTable table;
  for (int i = *rc::gen::inRange(0, 6); i > 0; --i) table.push_back({*rc::gen::arbitrary<std::string>(), any_value(3)});
  Result<PropertyTable> read = read_back(table);
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == table);
}

TEST(PropertyJson, EdgesOfTheTypesReadBackBitForBit) {
  for (double value : {0.0, -0.0, 5e-324, std::numeric_limits<double>::max(), std::numeric_limits<double>::infinity(),
                       -std::numeric_limits<double>::infinity(), std::bit_cast<double>(0x7ff8000000000123)}) {
    double read = *read_back({{"d", value}})->front().value.get_if<double>();
    EXPECT_EQ(std::bit_cast<std::uint64_t>(read), std::bit_cast<std::uint64_t>(value));
    auto narrow = static_cast<float>(value);
    float read_narrow = *read_back({{"f", narrow}})->front().value.get_if<float>();
    EXPECT_EQ(std::bit_cast<std::uint32_t>(read_narrow), std::bit_cast<std::uint32_t>(narrow));
  }
  for (std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    EXPECT_EQ(*read_back({{"u", value}}), (PropertyTable{{"u", value}}));
  }
}

TEST(PropertyJson, AsDeepAsClientsMayNestIsReadBack) {
  PropertyTable table{{"end", true}};
  for (int depth = 1; depth < 32; ++depth) table = PropertyTable{{"in", std::move(table)}};
  EXPECT_EQ(*read_back(table), table);
}

TEST(PropertyJson, WhatIsNoTableIsRefused) {
  for (const char* text : {"{}",
                           "[1]",
                           R"([["a"]])",
                           R"([["a","bool"]])",
                           R"([["a","bool",1]])",
                           R"([["a","none",1]])",
                           R"([[1,"bool",true]])",
                           R"([["a","byte",200]])",
                           R"([["a","unsignedlong",-1]])",
                           R"([["a","double",1.5]])",
                           R"([["a","double","x"]])",
                           R"([["a","double","bits:zz"]])",
                           R"([["a","binary","abc"]])",
                           R"([["a","binary","xy"]])",
                           R"([["a","void",1]])",
                           R"([["a","decimal",[1]]])",
                           R"([["a","decimal",[256,1]]])",
                           R"([["a","longstr",{"hex":1}]])",
                           R"([["a","array",[["bool"]]]])",
                           R"([["a","table",[["b"]]]])",
                           R"([["a","timestamp",-1]])"}) {
    Result<PropertyTable> read = table_from_json(json::parse(text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kMalformed);
  }
}

}  // namespace
}  // namespace wharf::routing
