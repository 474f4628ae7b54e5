#include "cli/text_table.hpp"

#include <gtest/gtest.h>

namespace wharf::cli {
namespace {

TEST(TextTable, ColumnsAreAsWideAsTheirWidestCellAndNumbersStandToTheRight) {
  TextTable table({"TOPIC", "PARTITIONS", "NOTE"});
  table.add({"a-long-name", "3", ""});
  table.add({"b", "-", "x"});
  EXPECT_EQ(table.text(),
            "TOPIC        PARTITIONS  NOTE\n"
            "a-long-name           3\n"
            "b                     -  x\n");
}

TEST(TextTable, WithoutRowsOnlyTheTitlesAreLeft) {
  EXPECT_EQ(TextTable({"A", "B"}).text(), "A  B\n");
  EXPECT_TRUE(TextTable({"A"}).empty());
}

}  // namespace
}  // namespace wharf::cli
