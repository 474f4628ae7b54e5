#include "model/deduplication_id.hpp"

#include <gtest/gtest.h>

#include "model/bytes.hpp"

namespace wharf {
namespace {

std::optional<std::string> id_of(PropertyValue value) {
  return deduplication_id(PropertyTable{{"other", true}, {"x-deduplication-header", std::move(value)}});
}

TEST(DeduplicationId, EqualValuesAreTheSameWhateverTheWidthOfANumber) {
  EXPECT_EQ(id_of(std::string("a")), id_of(std::string("a")));
  EXPECT_EQ(id_of(std::int8_t{-7}), id_of(std::int64_t{-7}));
  EXPECT_EQ(id_of(std::uint32_t{7}), id_of(std::int64_t{7}));
  EXPECT_EQ(id_of(1.5f), id_of(1.5));
  EXPECT_EQ(id_of(Null{}), id_of(Null{}));
  ByteView bytes = as_bytes("a");
  EXPECT_EQ(id_of(Binary(bytes.begin(), bytes.end())), id_of(std::string("a")));
}

TEST(DeduplicationId, OtherValuesAndOtherKindsDiffer) {
  std::vector<PropertyValue> values{
      std::string("1"), std::int32_t{1},   std::int32_t{2}, 1.0, true, false, std::string(), Null{},
      EpochSeconds{1},  std::string("b1"), std::string("n")};
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(id_of(values[i]), id_of(values[j])) << i << " and " << j;
  }
}

TEST(DeduplicationId, AMessageWithoutOneHasNoDuplicates) {
  EXPECT_EQ(deduplication_id(PropertyTable{{"other", std::string("a")}}), std::nullopt);
  EXPECT_EQ(id_of(PropertyTable{}), std::nullopt);
  EXPECT_EQ(id_of(PropertyList{}), std::nullopt);
  EXPECT_EQ(id_of(Decimal{1, 10}), std::nullopt);
}

}  // namespace
}  // namespace wharf
