#include "admin/metrics_text.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wharf::admin {
namespace {

using testing::HasSubstr;

TEST(MetricsText, AFamilySaysWhatItIsBeforeItsSamples) {
  MetricsText page;
  page.family("wharf_connections").sample({{"listener", "kafka"}}, std::uint64_t{12});
  EXPECT_EQ(page.take(),
            "# HELP wharf_connections Open connections.\n# TYPE wharf_connections "
            "gauge\nwharf_connections{listener=\"kafka\"} 12\n");
}

TEST(MetricsText, LabelsAreEscaped) {
  MetricsText page;
  page.family("wharf_group_members").sample({{"group", "a\"b\\c\nd"}}, std::uint64_t{1});
  EXPECT_THAT(page.take(), HasSubstr(R"({group="a\"b\\c\nd"} 1)"));
}

TEST(MetricsText, ALabelIsUtf8WhateverClientsCallTheirThings) {
  MetricsText page;
  page.family("wharf_group_members").sample({{"group", "a\xff\"b"}}, std::uint64_t{1});
  EXPECT_THAT(page.take(), HasSubstr("{group=\"a\xEF\xBF\xBD\\\"b\"} 1"));
}

TEST(MetricsText, AHistogramOfTimesIsCumulativeAndInSeconds) {
  Histogram times;
  for (std::uint64_t us : {1, 31, 32, 1'000'000, 100'000'000}) times.record(us);
  MetricsText page;
  page.family("wharf_flush_seconds").histogram_us({{"shard", "0"}}, times);
  std::string text = page.take();
  EXPECT_THAT(text, HasSubstr("wharf_flush_seconds_bucket{shard=\"0\",le=\"3.2e-05\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("wharf_flush_seconds_bucket{shard=\"0\",le=\"6.4e-05\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("wharf_flush_seconds_bucket{shard=\"0\",le=\"1.048576\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("wharf_flush_seconds_bucket{shard=\"0\",le=\"33.554432\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("wharf_flush_seconds_bucket{shard=\"0\",le=\"+Inf\"} 5\n"));
  EXPECT_THAT(text,
              HasSubstr("wharf_flush_seconds_sum{shard=\"0\"} 101.000064\nwharf_flush_seconds_count{shard=\"0\"} 5\n"));
}

TEST(MetricsText, AWholeBlockIsAboveTheBoundBelowIt) {
  Histogram sizes;
  sizes.record(4096);
  MetricsText page;
  page.family("wharf_flush_bytes").histogram_bytes({}, sizes);
  std::string text = page.take();
  EXPECT_THAT(text, HasSubstr("wharf_flush_bytes_bucket{le=\"4095\"} 0\nwharf_flush_bytes_bucket{le=\"8191\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("wharf_flush_bytes_sum 4096\n"));
}

TEST(MetricsTable, NamesFollowPrometheusRules) {
  std::set<std::string_view> names;
  for (const Metric& metric : kMetrics) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_EQ(metric.type == MetricType::kCounter, metric.name.ends_with("_total")) << metric.name;
    EXPECT_TRUE(metric.name.starts_with("wharf_") || metric.name.starts_with("process_") ||
                metric.name.starts_with("rabbitmq_"))
        << metric.name;
    EXPECT_EQ(metric.help.find_first_of("\n\\|"), std::string_view::npos) << metric.name;
    EXPECT_TRUE(metric.help.ends_with('.')) << metric.name;
  }
}

TEST(MetricsTable, ThePageOfMetricsListsEachOfThemAndNothingElse) {
  std::set<std::string> wanted;
  for (const Metric& metric : kMetrics) {
    wanted.insert(
        fmt::format("| `{}` | {} | {} | {} |", metric.name, to_string(metric.type), metric.labels, metric.help));
  }
  std::ifstream file("../../docs/metrics.md");
  std::set<std::string> listed;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `")) listed.insert(line);
  }
  EXPECT_EQ(listed, wanted);
}

}  // namespace
}  // namespace wharf::admin
