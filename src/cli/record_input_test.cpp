#include "cli/record_input.hpp"

#include <gtest/gtest.h>

#include "client/partitioner.hpp"

namespace wharf::cli {
namespace {

std::string shown(const std::optional<ByteView>& bytes) {
  return bytes ? std::string(as_text(*bytes)) : "NULL";
}

std::string split(const RecordInput& input, std::string_view line) {
  const RecordInput::Parts parts = input.split(line);
  return shown(parts.key) + "|" + shown(parts.value);
}

TEST(RecordInput, WithoutASeparatorALineIsAValue) {
  EXPECT_EQ(split({}, "a:b"), "NULL|a:b");
  EXPECT_EQ(split({}, ""), "NULL|");
}

TEST(RecordInput, TheFirstSeparatorEndsTheKey) {
  const RecordInput input{.key_separator = "::"};
  EXPECT_EQ(split(input, "k::v::w"), "k|v::w");
  EXPECT_EQ(split(input, "no key"), "NULL|no key");
  EXPECT_EQ(split(input, "::v"), "|v");
  EXPECT_EQ(split(input, "k::"), "k|");
}

TEST(RecordInput, EmptyMayMeanNull) {
  const RecordInput input{.key_separator = ":", .empty_is_null = true};
  EXPECT_EQ(split(input, "k:"), "k|NULL");
  EXPECT_EQ(split(input, ":v"), "NULL|v");
  EXPECT_EQ(split(input, ""), "NULL|NULL");
}

TEST(PlaceChooser, AFixedPartitionWins) {
  const PlaceChooser chooser(5, 3, 0);
  EXPECT_EQ(chooser.choose(as_bytes("k")), 3u);
  EXPECT_EQ(chooser.choose({}), 3u);
}

TEST(PlaceChooser, KeysGoWhereKafkasClientPutsThemAndOthersStayUntilTheirBatchIsFull) {
  PlaceChooser chooser(5, {}, 9);
  EXPECT_EQ(chooser.choose(as_bytes("foobar")), client::partition_of_key(as_bytes("foobar"), 5));
  EXPECT_EQ(chooser.choose({}), 4u);
  EXPECT_EQ(chooser.choose({}), 4u);
  chooser.batch_ended();
  EXPECT_EQ(chooser.choose({}), 0u);
}

}  // namespace
}  // namespace wharf::cli
