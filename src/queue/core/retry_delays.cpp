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
Result<std::optional<std::int64_t>> delay_in(const PropertyTable& definition, const std::string& key) {
  const PropertyValue* value = find_property(definition, key);
  if (value == nullptr) return std::optional<std::int64_t>();
  if (!is_delay(*value)) return invalid(key + " is not a number of milliseconds from 1 to a year");
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

constexpr std::string_view kDelayedRetry = "delayed-retry-";

/// Of the steps beyond the last that is kept each is as long as that.
RetryDelays multiplied(std::int64_t least_ms, std::optional<std::int64_t> multiplier, std::int64_t most_ms) {
  RetryDelays retry;
  std::int64_t delay_ms = std::min(least_ms, most_ms);
  while (retry.delays.size() < kRetryDelaysMax) {
    retry.delays.emplace_back(delay_ms);
    if (delay_ms == most_ms || multiplier == 1) break;
    delay_ms = multiplier ? delay_ms * std::min(*multiplier, most_ms / delay_ms + 1) : delay_ms + least_ms;
    delay_ms = std::min(delay_ms, most_ms);
  }
  return retry;
}

struct DelayedRetry {
  std::optional<std::int64_t> least_ms, most_ms, multiplier;
  std::optional<std::string> type;
};

/// `before` stands before each name.
Result<DelayedRetry> delayed_retry_in(const PropertyTable& definition, std::string_view before) {
  const std::string prefix = std::string(before) + std::string(kDelayedRetry);
  Result<std::optional<std::int64_t>> least = delay_in(definition, prefix + "min");
  if (!least) return fail(least.error());
  Result<std::optional<std::int64_t>> most = delay_in(definition, prefix + "max");
  if (!most) return fail(most.error());
  Result<std::optional<std::int64_t>> multiplier = delay_in(definition, prefix + "multiplier");
  if (!multiplier) return invalid(prefix + "multiplier is not a whole number from 1");
  DelayedRetry found{*least, *most, *multiplier, {}};
  if (const PropertyValue* type = find_property(definition, prefix + "type")) {
    constexpr std::string_view kTypes[] = {"all", "failed", "returned", "disabled"};
    if (type->text() == nullptr || std::ranges::find(kTypes, *type->text()) == std::end(kTypes)) {
      return invalid(prefix + "type is not all, failed, returned or disabled");
    }
    found.type = *type->text();
  }
  return found;
}

/// Each from the policy, or else from the queue.
std::optional<RetryDelays> delays_under(const DelayedRetry& policy, const DelayedRetry& queue) {
  std::optional<std::int64_t> least = policy.least_ms ? policy.least_ms : queue.least_ms;
  const std::optional<std::string>& type = policy.type ? policy.type : queue.type;
  if (!least || type == "disabled") return std::nullopt;
  std::int64_t most = policy.most_ms.value_or(queue.most_ms.value_or(kLongestMs));
  return multiplied(*least, policy.multiplier ? policy.multiplier : queue.multiplier, most);
}

bool has_delayed_retry(const PropertyTable& definition) {
  return std::ranges::any_of(definition, [](const Property& one) { return one.name.starts_with(kDelayedRetry); });
}

}  // namespace

Result<void> check_retry_arguments(const PropertyTable& arguments) {
  Result<DelayedRetry> found = delayed_retry_in(arguments, "x-");
  return found ? Result<void>() : fail(found.error());
}

Result<std::optional<RetryDelays>> retry_delays_of(const PropertyTable& definition, const PropertyTable& arguments) {
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
  if ((computed || delays != nullptr) && has_delayed_retry(definition))
    return invalid("delayed-retry- and retry- keys do not go together");
  if (delays != nullptr) return listed(*delays);
  if (!computed) {
    Result<DelayedRetry> policy = delayed_retry_in(definition, ""), queue = delayed_retry_in(arguments, "x-");
    if (!policy) return fail(policy.error());
    return delays_under(*policy, queue.value_or(DelayedRetry()));
  }
  if (!*first) return invalid("retry-step, retry-factor and retry-max need retry-first");
  if (*step && *factor) return invalid("retry-step and retry-factor do not go together");
  std::int64_t max_ms = max->value_or(std::max(kDayMs, **first));
  if (max_ms < **first) return invalid("retry-max is below retry-first");
  return grown({**first, max_ms, *step, *factor});
}

}  // namespace wharf::queue
