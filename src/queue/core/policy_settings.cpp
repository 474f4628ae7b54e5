#include "queue/core/policy_settings.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "queue/core/retry_delays.hpp"

namespace wharf::queue {
namespace {

/// A hundred years: what timers and timestamps can be added to.
constexpr std::int64_t kLongestMs = std::int64_t{100} * 365 * 24 * 3600 * 1000;

std::optional<std::int64_t> number_in(const PropertyTable& definition, std::string_view key) {
  const PropertyValue* value = find_property(definition, key);
  return value == nullptr ? std::nullopt : integer_of(*value);
}

std::optional<std::string> text_in(const PropertyTable& definition, std::string_view key) {
  const PropertyValue* value = find_property(definition, key);
  return value == nullptr || value->text() == nullptr ? std::nullopt : std::optional(*value->text());
}

template <class T>
void lower(std::optional<T>& setting, T limit) {
  setting = setting ? std::min(*setting, limit) : limit;
}

/// `least`: what is below means none.
void lower_time(std::optional<Milliseconds>& setting, std::optional<std::int64_t> policy, std::int64_t least) {
  if (policy && *policy >= least) lower(setting, Milliseconds(std::min(*policy, kLongestMs)));
}

/// The shorter of the two; 0 says that there is none, where nobody says how long it is.
std::optional<Milliseconds> timeout_under(std::optional<std::int64_t> policy, std::optional<Milliseconds> declared) {
  if (!policy) return declared;
  if (!declared || declared->count() == 0) return Milliseconds(std::min(*policy, kLongestMs));
  lower_time(declared, policy, 1);
  return declared;
}

void lower_length(std::optional<std::uint64_t>& setting, std::optional<std::int64_t> policy) {
  if (policy && *policy >= 0) lower(setting, static_cast<std::uint64_t>(*policy));
}

std::optional<Overflow> overflow_of(std::string_view word) {
  if (word == "drop-head") return Overflow::kDropOldest;
  if (word == "reject-publish") return Overflow::kReject;
  if (word == "reject-publish-dlx") return Overflow::kRejectAndDeadLetter;
  return std::nullopt;
}

/// Exchange and key are two settings, and each may come from elsewhere.
std::optional<DeadLetterTarget> dead_letter_under(const PropertyTable& definition,
                                                  const std::optional<DeadLetterTarget>& declared) {
  std::optional<std::string> exchange = text_in(definition, "dead-letter-exchange");
  if (!declared && !exchange) return std::nullopt;
  DeadLetterTarget target = declared ? *declared : DeadLetterTarget{std::move(*exchange), std::nullopt};
  if (!target.routing_key) target.routing_key = text_in(definition, "dead-letter-routing-key");
  return target;
}

}  // namespace

QueueSettings settings_under(const PropertyTable& definition, const QueueSettings& declared,
                             const PropertyTable& arguments) {
  QueueSettings settings = declared;
  if (definition.empty() && arguments.empty()) return settings;  // most queues: nothing is looked for
  if (auto retry = retry_delays_of(definition, arguments); retry && *retry) settings.retry = std::move(*retry);
  if (definition.empty()) return settings;
  lower_time(settings.message_ttl, number_in(definition, "message-ttl"), 0);
  lower_time(settings.expires, number_in(definition, "expires"), 1);
  settings.consumer_timeout = timeout_under(number_in(definition, "consumer-timeout"), declared.consumer_timeout);
  lower_length(settings.max_length, number_in(definition, "max-length"));
  lower_length(settings.max_length_bytes, number_in(definition, "max-length-bytes"));
  std::optional<std::int64_t> deliveries = number_in(definition, "delivery-limit");
  constexpr std::int64_t kMostDeliveries = std::numeric_limits<std::uint32_t>::max();
  if (deliveries && *deliveries >= 0)
    lower(settings.delivery_limit, static_cast<std::uint32_t>(std::min(*deliveries, kMostDeliveries)));
  std::optional<std::string> overflow = text_in(definition, "overflow");
  if (overflow && find_property(arguments, "x-overflow") == nullptr)
    settings.overflow = overflow_of(*overflow).value_or(settings.overflow);
  if (std::optional<std::string> header = text_in(definition, "hold-until")) settings.hold_until = std::move(header);
  settings.dead_letter = dead_letter_under(definition, declared.dead_letter);
  return settings;
}

}  // namespace wharf::queue
