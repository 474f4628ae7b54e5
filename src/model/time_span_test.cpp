#include "model/time_span.hpp"

#include <gtest/gtest.h>

namespace wharf {
namespace {

constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

TEST(Timestamp, WhatHasPassedIsToldOfAnyTwo) {
  EXPECT_TRUE(passed(Timestamp{10}, 5, Timestamp{16}));
  EXPECT_FALSE(passed(Timestamp{10}, 5, Timestamp{15}));
  EXPECT_FALSE(passed(Timestamp{10}, 5, Timestamp{3}));
  EXPECT_TRUE(passed(Timestamp{kFirst}, kLast, Timestamp{kLast}));
  EXPECT_TRUE(passed(Timestamp{kFirst}, 0, Timestamp{kFirst + 1}));
  EXPECT_FALSE(passed(Timestamp{kLast}, 0, Timestamp{kFirst}));
  EXPECT_FALSE(passed(Timestamp{-1}, kLast, Timestamp{kLast - 1}));
}

TEST(Timestamp, LaterThanTheLastIsTheLast) {
  EXPECT_EQ(later_by(Timestamp{10}, 5), Timestamp{15});
  EXPECT_EQ(later_by(Timestamp{10}, kLast), Timestamp{kLast});
  EXPECT_EQ(later_by(Timestamp{kLast}, 1), Timestamp{kLast});
  EXPECT_EQ(later_by(Timestamp{kFirst}, kLast), Timestamp{-1});
}

}  // namespace
}  // namespace wharf
