#include "routing/core/policy_keys.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include <fmt/format.h>

#include "routing/core/refusals.hpp"

namespace wharf::routing {
namespace {

constexpr std::size_t kNameBytesMax = 1024;  // it is part of a key of the metadata log

bool is_number_from(const PropertyValue& value, std::int64_t least) {
  if (value.get_if<bool>() != nullptr) return false;
  std::optional<std::int64_t> number = integer_of(value);
  return number && *number >= least;
}
bool is_positive(const PropertyValue& value) {
  return is_number_from(value, 1);
}
bool is_number(const PropertyValue& value) {
  return is_number_from(value, 0);
}
bool is_any_number(const PropertyValue& value) {
  return is_number_from(value, std::numeric_limits<std::int64_t>::min());
}
bool is_text(const PropertyValue& value) {
  return value.text() != nullptr;
}
bool is_header(const PropertyValue& value) {
  return value.text() != nullptr && !value.text()->empty() && value.text()->size() <= kNameBytesMax;
}
bool is_anything(const PropertyValue&) {
  return true;
}
bool is_version(const PropertyValue& value) {
  return is_positive(value) && *integer_of(value) <= 2;
}

bool is_word(const PropertyValue& value, std::initializer_list<std::string_view> words) {
  return value.text() != nullptr && std::ranges::find(words, std::string_view(*value.text())) != words.end();
}
bool is_overflow(const PropertyValue& value) {
  return is_word(value, {"drop-head", "reject-publish", "reject-publish-dlx"});
}
bool is_queue_mode(const PropertyValue& value) {
  return is_word(value, {"default", "lazy"});
}
bool is_strategy(const PropertyValue& value) {
  return is_word(value, {"at-most-once", "at-least-once"});
}
bool is_master_locator(const PropertyValue& value) {
  return is_word(value, {"min-masters", "client-local", "random"});
}
bool is_leader_locator(const PropertyValue& value) {
  return is_word(value, {"client-local", "balanced"});
}

struct Key {
  std::string_view name;
  bool of_operators;  // too
  bool (*is_valid)(const PropertyValue&);
  std::string_view what;  // "5 is not a valid ..."
  bool acts = true;       // here; RabbitMQ's other keys are taken for the sake of who sends them
};
constexpr bool kActsNot = false;

/// By name. Those of mirrored queues, which RabbitMQ 4 does not know any more, take what 3 took and more.
constexpr std::array kKeys{
    Key{"alternate-exchange", false, is_text, "alternate exchange name"},
    Key{"consumer-timeout", false, is_number, "consumer timeout"},
    Key{"dead-letter-exchange", false, is_text, "dead letter exchange name"},
    Key{"dead-letter-routing-key", false, is_text, "dead letter routing key"},
    Key{"dead-letter-strategy", false, is_strategy, "dead letter strategy", kActsNot},
    Key{"delayed-retry-max", false, is_anything, ""},  // these four: see retry-
    Key{"delayed-retry-min", false, is_anything, ""},
    Key{"delayed-retry-multiplier", false, is_anything, ""},
    Key{"delayed-retry-type", false, is_anything, ""},
    Key{"delivery-limit", true, is_any_number, "delivery limit"},
    Key{"expires", true, is_positive, "queue expiry"},
    Key{"ha-mode", true, is_anything, "", kActsNot},
    Key{"ha-params", true, is_anything, "", kActsNot},
    Key{"ha-promote-on-failure", true, is_anything, "", kActsNot},
    Key{"ha-promote-on-shutdown", true, is_anything, "", kActsNot},
    Key{"ha-sync-batch-size", true, is_anything, "", kActsNot},
    Key{"ha-sync-mode", true, is_anything, "", kActsNot},
    Key{"hold-until", false, is_header, "header name"},  // ours
    Key{"max-in-memory-bytes", true, is_number, "maximum memory in bytes", kActsNot},
    Key{"max-in-memory-length", true, is_number, "maximum memory in bytes", kActsNot},
    Key{"max-length", true, is_number, "maximum length"},
    Key{"max-length-bytes", true, is_number, "maximum length in bytes"},
    Key{"message-ttl", true, is_number, "message TTL"},
    Key{"overflow", true, is_overflow, "overflow value"},
    Key{"queue-leader-locator", false, is_leader_locator, "queue leader locator value", kActsNot},
    Key{"queue-master-locator", false, is_master_locator, "master locator", kActsNot},
    Key{"queue-mode", false, is_queue_mode, "queue-mode value", kActsNot},
    Key{"queue-version", true, is_version, "queue-version value", kActsNot},
    // Ours: what they come to together is queue/core/retry_delays.hpp's to say.
    Key{"retry-delays", false, is_anything, ""},
    Key{"retry-factor", false, is_anything, ""},
    Key{"retry-first", false, is_anything, ""},
    Key{"retry-max", false, is_anything, ""},
    Key{"retry-step", false, is_anything, ""},
    Key{"target-group-size", true, is_positive, "qq target count value", kActsNot},
};

/// RabbitMQ's keys of streams: no queue is one here.
constexpr std::array<std::string_view, 4> kOfStreams{"initial-cluster-size", "max-age", "stream-filter-size-bytes",
                                                     "stream-max-segment-size-bytes"};

bool is_in(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Result<void> check_known(PolicyKind kind, const PropertyTable& definition) {
  std::string unknown;
  for (const Property& one : definition) {
    auto key = std::ranges::find(kKeys, one.name, &Key::name);
    if (key != kKeys.end() && (key->of_operators || kind == PolicyKind::kPolicy)) continue;
    if (kind == PolicyKind::kPolicy && is_in(kOfStreams, one.name)) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("'{}' is a setting of streams, which no queue is here: a topic has its own settings", one.name));
    }
    unknown += fmt::format("{}{{{},{}}}", unknown.empty() ? "" : ",", erlang_term(one.name), erlang_term(one.value));
  }
  if (unknown.empty()) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("[{}] are not recognised policy settings", unknown));
}

/// Streams are topics, which no policy reaches: what would act on a queue must not look as if it acted on them.
Result<void> check_of_streams(const PropertyTable& definition) {
  for (const Property& one : definition) {
    if (!std::ranges::find(kKeys, one.name, &Key::name)->acts) continue;
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' would do nothing to streams, which are topics here: a topic has its own settings{}",
                            one.name, one.name == "max-length-bytes" ? ", such as retention.bytes" : ""));
  }
  return {};
}

}  // namespace

Result<void> check_policy(PolicyKind kind, const Policy& policy) {
  if (policy.name.empty() || policy.name.size() > kNameBytesMax) {
    return fail(ErrorCode::kInvalidName, fmt::format("a policy needs a name, of at most {} bytes", kNameBytesMax));
  }
  if (policy.definition.empty()) return fail(ErrorCode::kInvalidArgument, "no policy provided");
  PropertyTable definition = by_name(policy.definition);  // RabbitMQ too tells of the first by name
  auto twice = std::ranges::adjacent_find(definition, {}, &Property::name);
  if (twice != definition.end())
    return fail(ErrorCode::kInvalidArgument, fmt::format("the policy has '{}' twice", twice->name));
  if (Result<void> known = check_known(kind, definition); !known) return known;
  for (const Property& one : definition) {
    const Key& key = *std::ranges::find(kKeys, one.name, &Key::name);
    if (key.is_valid(one.value)) continue;
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not a valid {}", erlang_term(one.value), key.what));
  }
  if (policy.applies_to == AppliesTo::kStreams) return check_of_streams(definition);
  return {};
}

Error bad_applies_to(std::string_view word) {
  return {ErrorCode::kInvalidArgument,
          fmt::format(
              "apply-to '{}' unrecognised; should be one of: 'queues', 'classic_queues',  'quorum_queues', 'streams', "
              "'exchanges', or 'all'",
              word)};
}

}  // namespace wharf::routing
