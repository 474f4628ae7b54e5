#include "queue/core/retry_delays.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace wharf::queue {
namespace {

constexpr std::int64_t kDayMs = std::int64_t{24} * 3600 * 1000;
constexpr std::int64_t kLongestMs = 365 * kDayMs;

std::unexpected<Error> invalid(std::string why) {
  return fail(ErrorCode::kInvalidArgument, std::move(why));
}

bool is_delay(const PropertyValue& value) {
  std::optional<std::int64_t> number = integer_of(value);
  return value.get_if<bool>() == nullptr && number && *number >= 1 && *number <= kLongestMs;
}

/// None: it is not there.
Result<std::optional<std::int64_t>> delay_in(const PropertyTable& definition, std::string_view key) {
  const PropertyValue* value = find_property(definition, key);
  if (value == nullptr) return std::optional<std::int64_t>();
  if (!is_delay(*value)) return invalid(std::string(key) + " is not a number of milliseconds from 1 to a year");
  return integer_of(*value);
}

Result<std::optional<double>> factor_in(const PropertyTable& definition) {
  const PropertyValue* value = find_property(definition, "retry-factor");
  if (value == nullptr) return std::optional<double>();
  double factor = 0;
  if (const double* given = value->get_if<double>()) factor = *given;
  if (std::optional<std::int64_t> whole = integer_of(*value)) factor = static_cast<double>(*whole);
  if (!(factor > 1) || factor > 1000) return invalid("retry-factor is not a number above 1, of at most 1000");
  return std::optional(factor);
}

Result<std::optional<RetryDelays>> listed(const PropertyValue& value) {
  const PropertyList* list = value.get_if<PropertyList>();
  if (list == nullptr || list->empty() || list->size() > kRetryDelaysMax || !std::ranges::all_of(*list, is_delay)) {
    return invalid("retry-delays is not a list of 1 to 1000 numbers of milliseconds from 1 to a year");
  }
  RetryDelays retry;
  for (const PropertyValue& one : *list) retry.delays.emplace_back(*integer_of(one));
  return std::optional(std::move(retry));
}

struct Growth {
  std::int64_t first_ms, max_ms;
  std::optional<std::int64_t> step_ms;
  std::optional<double> factor;
};

Result<std::optional<RetryDelays>> grown(const Growth& growth) {
  RetryDelays retry;
  double delay_ms = static_cast<double>(growth.first_ms);
  while (true) {
    retry.delays.emplace_back(std::min(std::llround(delay_ms), static_cast<long long>(growth.max_ms)));
    bool grows = growth.step_ms || growth.factor;
    if (!grows || retry.delays.back().count() == growth.max_ms) return std::optional(std::move(retry));
    if (retry.delays.size() == kRetryDelaysMax)
      return invalid("retry-max is more than 1000 steps away from retry-first");
    delay_ms = growth.factor ? delay_ms * *growth.factor : delay_ms + static_cast<double>(*growth.step_ms);
  }
}

}  // namespace

Result<std::optional<RetryDelays>> retry_delays_of(const PropertyTable& definition) {
  Result<std::optional<std::int64_t>> first = delay_in(definition, "retry-first");
  if (!first) return fail(first.error());
  Result<std::optional<std::int64_t>> step = delay_in(definition, "retry-step");
  if (!step) return fail(step.error());
  Result<std::optional<double>> factor = factor_in(definition);
  if (!factor) return fail(factor.error());
  Result<std::optional<std::int64_t>> max = delay_in(definition, "retry-max");
  if (!max) return fail(max.error());
  const PropertyValue* delays = find_property(definition, "retry-delays");
  bool computed = *first || *step || *factor || *max;
  if (delays != nullptr && computed)
    return invalid("retry-delays says it all: no other retry- key may stand beside it");
  if (delays != nullptr) return listed(*delays);
  if (!computed) return std::optional<RetryDelays>();
  if (!*first) return invalid("retry-step, retry-factor and retry-max need retry-first");
  if (*step && *factor) return invalid("retry-step and retry-factor do not go together");
  std::int64_t max_ms = max->value_or(std::max(kDayMs, **first));
  if (max_ms < **first) return invalid("retry-max is below retry-first");
  return grown({**first, max_ms, *step, *factor});
}

}  // namespace wharf::queue
