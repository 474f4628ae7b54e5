#include "admin/metrics_text.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "model/utf8.hpp"

namespace wharf::admin {
namespace {

// The buckets shown, as powers of two: 32 us to 34 s, and 4 KiB to 8 MiB.
constexpr std::size_t kLeastMicroseconds = 5;
constexpr std::size_t kMostMicroseconds = 25;
constexpr std::size_t kLeastBytes = 12;
constexpr std::size_t kMostBytes = 23;

/// Prometheus refuses all of a page with a label that is no UTF-8; names that clients choose may be any bytes.
void append_escaped(std::string& to, std::string_view value) {
  if (!is_utf8(value)) return append_escaped(to, shown_as_utf8(value));
  for (char letter : value) {
    if (letter == '\\' || letter == '"') {
      to += '\\';
      to += letter;
    } else if (letter == '\n') {
      to += "\\n";
    } else {
      to += letter;
    }
  }
}

std::uint64_t first_buckets(const Histogram& values, std::size_t last) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i <= last; ++i) count += values.buckets[i];
  return count;
}

}  // namespace

MetricsText& MetricsText::family(MetricName name) {
  metric_ = name.index;
  const Metric& metric = kMetrics[metric_];
  fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", metric.name, metric.help, metric.name,
                 to_string(metric.type));
  return *this;
}

void MetricsText::begin_sample(std::string_view suffix, Labels labels, std::string_view bound) {
  text_ += kMetrics[metric_].name;
  text_ += suffix;
  if (labels.size() == 0 && bound.empty()) return text_.push_back(' ');
  char separator = '{';
  for (const auto& [name, value] : labels) {
    text_ += std::exchange(separator, ',');
    text_ += name;
    text_ += "=\"";
    append_escaped(text_, value);
    text_ += '"';
  }
  if (!bound.empty()) fmt::format_to(std::back_inserter(text_), "{}le=\"{}\"", separator, bound);
  text_ += "} ";
}

MetricsText& MetricsText::sample(Labels labels, double value) {
  begin_sample({}, labels);
  fmt::format_to(std::back_inserter(text_), "{}\n", value);
  return *this;
}

MetricsText& MetricsText::sample(Labels labels, std::uint64_t value) {
  begin_sample({}, labels);
  fmt::format_to(std::back_inserter(text_), "{}\n", value);
  return *this;
}

MetricsText& MetricsText::sample(Labels labels, std::int64_t value) {
  begin_sample({}, labels);
  fmt::format_to(std::back_inserter(text_), "{}\n", value);
  return *this;
}

void MetricsText::end_histogram(Labels labels, const Histogram& values, std::string_view sum) {
  begin_sample("_bucket", labels, "+Inf");
  fmt::format_to(std::back_inserter(text_), "{}\n", values.count);
  begin_sample("_sum", labels);
  text_ += sum;
  text_ += '\n';
  begin_sample("_count", labels);
  fmt::format_to(std::back_inserter(text_), "{}\n", values.count);
}

MetricsText& MetricsText::histogram_us(Labels labels, const Histogram& values) {
  for (std::size_t power = kLeastMicroseconds; power <= kMostMicroseconds; ++power) {
    begin_sample("_bucket", labels, fmt::format("{}", static_cast<double>(std::uint64_t{1} << power) / 1e6));
    fmt::format_to(std::back_inserter(text_), "{}\n", first_buckets(values, power));
  }
  end_histogram(labels, values, fmt::format("{}", static_cast<double>(values.sum) / 1e6));
  return *this;
}

/// Whole bytes: "below 2^n" is "at most 2^n - 1".
MetricsText& MetricsText::histogram_bytes(Labels labels, const Histogram& values) {
  for (std::size_t power = kLeastBytes; power <= kMostBytes; ++power) {
    begin_sample("_bucket", labels, fmt::format("{}", (std::uint64_t{1} << power) - 1));
    fmt::format_to(std::back_inserter(text_), "{}\n", first_buckets(values, power));
  }
  end_histogram(labels, values, fmt::format("{}", values.sum));
  return *this;
}

}  // namespace wharf::admin
