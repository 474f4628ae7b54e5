#include "model/number_text.hpp"

#include <cstdint>

#include <gtest/gtest.h>

namespace wharf {
namespace {

TEST(NumberText, IsANumberFromItsFirstCharacterToItsLast) {
  EXPECT_EQ(parse_number<std::int32_t>("-12"), -12);
  EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551615"), 18'446'744'073'709'551'615u);
  for (const char* none : {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "one"})
    EXPECT_FALSE(parse_number<std::int64_t>(none)) << none;
  EXPECT_FALSE(parse_number<std::uint16_t>("65536"));
  EXPECT_FALSE(parse_number<std::uint16_t>("-1"));
}

}  // namespace
}  // namespace wharf
