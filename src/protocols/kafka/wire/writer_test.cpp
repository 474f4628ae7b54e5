#include "protocols/kafka/wire/writer.hpp"

#include <gtest/gtest.h>

#include "protocols/kafka/wire/reader.hpp"

namespace wharf::kafka {
namespace {

TEST(Writer, RecordsOutsideOfTheBufferAreCountedAndLeaveAGap) {
  Writer writer;
  writer.integer<std::int8_t>(1);
  writer.records(Records::external(1000, 42));
  writer.integer<std::int8_t>(2);
  EXPECT_EQ(writer.size(), 6u);
  EXPECT_EQ(writer.total_size(), 1006u);
  ASSERT_EQ(writer.splices().size(), 1u);
  EXPECT_EQ(writer.splices()[0], (Splice{.position = 5, .size = 1000, .token = 42}));
  Reader reader(writer.bytes().subspan(1));
  EXPECT_EQ(reader.integer<std::int32_t>(), 1000);
}

TEST(Writer, ExternalRecordsOfNoBytesLeaveNoGap) {
  Writer writer;
  writer.records(Records::external(0, 1));
  EXPECT_TRUE(writer.splices().empty());
  EXPECT_EQ(writer.total_size(), 4u);
}

TEST(Writer, ClearKeepsNothingButTheMemory) {
  Writer writer;
  writer.integer<std::int64_t>(7);
  writer.records(Records::external(10, 1));
  writer.null_where_forbidden();
  const std::byte* memory = writer.bytes().data();
  writer.clear();
  EXPECT_TRUE(writer.ok());
  EXPECT_EQ(writer.total_size(), 0u);
  EXPECT_TRUE(writer.splices().empty());
  writer.integer<std::int8_t>(7);
  EXPECT_EQ(writer.bytes().data(), memory);
}

TEST(Writer, AStringOfMoreThan32767BytesNeedsAFlexibleVersion) {
  std::string longest(32767, 'x'), longer(32768, 'x');
  Writer writer;
  writer.string(longest);
  EXPECT_TRUE(writer.ok());
  writer.string(longer);
  ASSERT_FALSE(writer.ok());
  EXPECT_EQ(writer.error().code, ErrorCode::kTooLarge);
  Writer flexible;
  flexible.use_version(0, true);
  flexible.string(longer);
  EXPECT_TRUE(flexible.ok());
}

TEST(Writer, ASizedPartGetsItsLengthInFrontWhateverThatTakes) {
  for (std::size_t size : {0u, 1u, 127u, 128u, 16383u, 16384u, 2'500'000u}) {
    Writer writer;
    writer.integer<std::int8_t>(9);
    std::size_t start = writer.begin_sized();
    std::string content(size, 'c');
    writer.raw(as_bytes(content));
    writer.end_sized(start);
    Reader reader(writer.bytes());
    EXPECT_EQ(reader.integer<std::int8_t>(), 9);
    ASSERT_EQ(reader.uvarint(), size);
    EXPECT_EQ(as_text(reader.view(size)), content);
    EXPECT_EQ(reader.bytes_left(), 0u);
  }
}

TEST(Writer, RewindTakesBackBytesGapsAndFailures) {
  Writer writer;
  writer.integer<std::int8_t>(1);
  Writer::Mark mark = writer.mark();
  writer.records(Records::external(5, 1));
  writer.fail_here(ErrorCode::kTooLarge, "is too large");
  writer.rewind(mark);
  EXPECT_TRUE(writer.ok());
  EXPECT_EQ(writer.total_size(), 1u);
  EXPECT_TRUE(writer.splices().empty());
}

}  // namespace
}  // namespace wharf::kafka
