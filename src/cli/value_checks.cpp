#include "cli/value_checks.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace wharf::cli {
namespace {

template <class Number>
std::optional<Number> number_in(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  auto [stopped, error] = std::from_chars(text.data(), end, number);
  // A whole number of more digits than fit is above every limit of ours, or below.
  if constexpr (std::is_integral_v<Number>) {
    if (error == std::errc::result_out_of_range && stopped == end)
      return text.starts_with('-') ? std::numeric_limits<Number>::min() : std::numeric_limits<Number>::max();
  }
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

/// An empty answer lets the value pass.
CLI::Validator check(std::function<std::string(const std::string&)> problem) {
  return CLI::Validator([problem = std::move(problem)](std::string& text) { return problem(text); }, "");
}

std::string checked_fraction(const std::string& text, bool zero_too) {
  const auto number = number_in<double>(text);
  if (!number || !std::isfinite(*number)) return fmt::format("'{}' is no number", text);
  if (*number > 0 || (zero_too && *number == 0)) return "";
  return zero_too ? "must be at least 0" : "must be above 0";
}

}  // namespace

CLI::Validator whole_number(std::int64_t lowest, std::int64_t highest) {
  return check([lowest, highest](const std::string& text) -> std::string {
    const auto number = number_in<std::int64_t>(text);
    if (!number) return fmt::format("'{}' is no whole number", text);
    if (*number < lowest) return fmt::format("must be at least {}", lowest);
    if (*number > highest) return fmt::format("must be at most {}", highest);
    return "";
  });
}

CLI::Validator above_zero() {
  return check([](const std::string& text) { return checked_fraction(text, false); });
}

CLI::Validator at_least_zero() {
  return check([](const std::string& text) { return checked_fraction(text, true); });
}

}  // namespace wharf::cli
