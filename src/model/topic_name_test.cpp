#include "model/topic_name.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wharf {
namespace {

TEST(TopicName, HasLettersDigitsAndThreeMarksUpToALength) {
  for (const char* good : {"a", "A.b_c-9", "...", "__consumer_offsets"}) EXPECT_TRUE(is_topic_name(good)) << good;
  for (const char* bad : {".", "..", "a b", "a/b", "\xc3\xbc"}) EXPECT_FALSE(is_topic_name(bad)) << bad;
  EXPECT_TRUE(is_topic_name(std::string(kTopicNameBytesMax, 'x')));
  EXPECT_FALSE(is_topic_name(std::string(kTopicNameBytesMax + 1, 'x')));
}

}  // namespace
}  // namespace wharf
