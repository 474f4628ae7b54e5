#include "model/ids.hpp"

#include <gtest/gtest.h>

namespace wharf {
namespace {

TEST(Ids, APartitionsFolderNameReadsBackAsThePartition) {
  Uuid topic;
  for (std::size_t i = 0; i < 16; ++i) topic.bytes[i] = static_cast<std::uint8_t>(i * 17);
  PartitionId id{topic, PartitionIndex(4711)};
  EXPECT_EQ(id.folder(), "00112233445566778899aabbccddeeff-4711");
  EXPECT_EQ(*PartitionId::from_folder(id.folder()), id);
}

TEST(Ids, AFolderThatIsNoPartitionIsRefused) {
  for (const char* name : {"", "lost+found", "00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff-",
                           "00112233445566778899aabbccddeeff--1", "00112233445566778899AABBCCDDEEFF-1",
                           "00112233445566778899aabbccddeeff-1x", "00112233445566778899aabbccddeeff-99999999999"}) {
    EXPECT_FALSE(PartitionId::from_folder(name)) << name;
  }
}

TEST(Ids, AUuidPrintsAsKafkaPrintsIt) {
  Uuid one;
  one.bytes[15] = 1;
  EXPECT_EQ(one.base64(), "AAAAAAAAAAAAAAAAAAAAAQ");  // org.apache.kafka.common.Uuid.METADATA_TOPIC_ID
}

}  // namespace
}  // namespace wharf
