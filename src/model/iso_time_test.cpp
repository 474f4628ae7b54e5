#include "model/iso_time.hpp"

#include <gtest/gtest.h>

namespace wharf {
namespace {

std::optional<std::int64_t> ms(std::string_view text) {
  auto time = read_iso_time(text);
  return time ? std::optional(time->ms) : std::nullopt;
}

TEST(IsoTime, HasFractionsAndOffsetsWhereItSaysSo) {
  EXPECT_EQ(ms("2026-01-31T12:00:00Z"), 1769860800000);
  EXPECT_EQ(ms("2026-01-31T12:00:00"), 1769860800000);
  EXPECT_EQ(ms("2026-01-31T12:00:00.25"), 1769860800250);
  EXPECT_EQ(ms("2026-01-31T12:00:00.123987+00:00"), 1769860800123);
  EXPECT_EQ(ms("2026-01-31T13:30:00+01:30"), 1769860800000);
  EXPECT_EQ(ms("2026-01-31T07:00:00.5-0500"), 1769860800500);
  EXPECT_EQ(ms("1970-01-02"), 86'400'000);
}

TEST(IsoTime, OtherTextIsNone) {
  for (const char* text :
       {"", "soon", "2026-02-30", "2026-13-01", "2026-01-31T12", "2026-01-31 12:00:00", "2026-01-31T12:00:00.",
        "2026-01-31T12:00:00.x", "2026-01-31T12:00:00+1", "2026-01-31T12:00:00+01:0", "2026-01-31T12:00:00+24:00",
        "2026-01-31T12:00:00+01:00 ", "2026-01-31T12:00:00Zulu", "1969-12-31", "1970-01-01T00:00:00+01:00"}) {
    EXPECT_FALSE(ms(text)) << text;
  }
}

}  // namespace
}  // namespace wharf
