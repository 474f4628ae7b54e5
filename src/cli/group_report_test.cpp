#include "cli/group_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wharf::cli {
namespace {

GroupReport report() {
  return {.group = {.group_id = "g"},
          .committed = {{{"t", PartitionIndex(0)}, Offset(7)}, {{"t", PartitionIndex(2)}, Offset(3)}},
          .ends = {{{"t", PartitionIndex(0)}, Offset(10)}, {{"t", PartitionIndex(1)}, Offset(5)}}};
}

TEST(GroupReport, HasARowForWhatIsCommittedAndForWhatIsOnlyGiven) {
  EXPECT_THAT(report_text(report()), testing::HasSubstr("t              0          7   10    3\n"
                                                        "t              1          -    5    -\n"
                                                        "t              2          3    -    -\n"));
}

TEST(GroupReport, InJsonWhatIsNotKnownIsLeftOut) {
  EXPECT_EQ(boost::json::serialize(report_json(report()).at("offsets")),
            R"([{"topic":"t","partition":0,"committed":7,"end":10,"lag":3},)"
            R"({"topic":"t","partition":1,"end":5},{"topic":"t","partition":2,"committed":3}])");
}

}  // namespace
}  // namespace wharf::cli
