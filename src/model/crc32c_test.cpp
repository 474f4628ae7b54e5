#include "model/crc32c.hpp"

#include <gtest/gtest.h>

namespace wharf {
namespace {

TEST(Crc32c, TheCheckValueOfRfc3720) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c({}), 0u);
}

TEST(Crc32c, GoesOnFromAnEarlierResult) {
  std::uint32_t first = crc32c(as_bytes("1234"));
  EXPECT_EQ(crc32c(as_bytes("56789"), first), 0xE3069283u);
}

}  // namespace
}  // namespace wharf
