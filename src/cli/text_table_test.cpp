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

TEST(TextTable, ANameDoesNothingToTheTerminal) {
  TextTable table({"name"});
  table.add({"\x1b]0;mine\x07 caf\xc3\xa9\n"});
  EXPECT_EQ(table.text(), "name\n\\x1b]0;mine\\x07 caf\xc3\xa9\\x0a\n");
}

}  // namespace
}  // namespace wharf::cli
