#include "client/partitioner.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace wharf::client {
namespace {

// From Kafka's own UtilsTest.testMurmur2.
TEST(Partitioner, HashesAsKafkasJavaClientDoes) {
  for (auto [key, hash] :
       {std::pair("21", -973932308), std::pair("foobar", -790332482), std::pair("a-little-bit-long-string", -985981536),
        std::pair("a-little-bit-longer-string", -1486304829),
        std::pair("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971), std::pair("abc", 479470107)}) {
    EXPECT_EQ(static_cast<std::int32_t>(murmur2(as_bytes(key))), hash) << key;
  }
}

TEST(Partitioner, PutsEveryKeyIntoAPartitionThatIsThere) {
  for (int i = 0; i < 1000; ++i) EXPECT_LT(partition_of_key(as_bytes(std::to_string(i)), 7), 7u);
  EXPECT_EQ(partition_of_key({}, 1), 0u);
}

}  // namespace
}  // namespace wharf::client
