#pragma once
// Writes Prometheus's text format, version 0.0.4. A metric that is not in the table does not compile.
//
//   MetricsText page;
//   page.family("wharf_connections").sample({{"listener", "kafka"}}, 12);
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "admin/metrics_table.hpp"
#include "model/histogram.hpp"

namespace wharf::admin {

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

/// A row of the table, looked up by the compiler.
struct MetricName {
  consteval MetricName(const char* name) : index(metric_index(name)) {  // NOLINT: implicit, a literal names it
    if (index == kMetrics.size()) throw "no such metric: add it to metrics_table.hpp";
  }
  std::size_t index;
};

class MetricsText {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// Begins a metric: its HELP and TYPE. Each once, all its samples behind it.
  MetricsText& family(MetricName name);
  MetricsText& sample(Labels labels, double value);
  MetricsText& sample(Labels labels, std::uint64_t value);
  MetricsText& sample(Labels labels, std::int64_t value);
  /// Microseconds, shown as seconds.
  MetricsText& histogram_us(Labels labels, const Histogram& values);
  MetricsText& histogram_bytes(Labels labels, const Histogram& values);

  std::string take() { return std::move(text_); }

 private:
  void begin_sample(std::string_view suffix, Labels labels, std::string_view bound = {});
  void end_histogram(Labels labels, const Histogram& values, std::string_view sum);

  std::size_t metric_ = 0;
  std::string text_;
};

}  // namespace wharf::admin
