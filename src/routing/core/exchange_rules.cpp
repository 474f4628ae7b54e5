#include "routing/core/exchange_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "model/number_text.hpp"
#include "routing/core/key_hash.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::routing {
namespace {

constexpr std::uint32_t kDefaultHistoryMessages = 20;  // RabbitMQ's
constexpr std::uint64_t kChoiceSeed = 0x6368'6f69'6365;

constexpr std::string_view kDeduplicating = "x-message-deduplication";
constexpr std::array<std::string_view, 2> kCacheArguments{"x-cache-size", "x-cache-ttl"};

struct TypeName {
  std::string_view name;
  Matching matching;
};
constexpr TypeName kTypes[] = {
    {"direct", Matching::kDirect},
    {"fanout", Matching::kEvery},
    {"topic", Matching::kTopic},
    {"headers", Matching::kHeaders},
    {"x-consistent-hash", Matching::kWeighted},
    {"x-modulus-hash", Matching::kWeighted},
    {"x-random", Matching::kAny},
    {"x-local-random", Matching::kAny},  // every queue is local to the namespace
    {"x-recent-history", Matching::kEvery},
    {kDeduplicating, Matching::kEvery},
};
constexpr std::string_view kDelayed = "x-delayed-message";

std::optional<Matching> matching_of(std::string_view type) {
  for (const TypeName& known : kTypes) {
    if (known.name == type) return known.matching;
  }
  return std::nullopt;
}

std::unexpected<Error> unknown_type(std::string_view type) {
  return fail(ErrorCode::kInvalidRequest, fmt::format("unknown exchange type '{}'", type));
}
std::unexpected<Error> invalid(std::string sentence) {
  return fail(ErrorCode::kInvalidArgument, std::move(sentence));
}

Result<HashedPart> hashed_part(const PropertyTable& arguments) {
  const PropertyValue* header = find_property(arguments, "hash-header");
  const PropertyValue* property = find_property(arguments, "hash-property");
  if (header && property) return invalid("hash-header and hash-property are mutually exclusive");
  if (header) {
    if (!header->text()) return invalid("hash-header must be the name of a header, as a string");
    return HashedPart{HashedPart::From::kHeader, *header->text()};
  }
  if (!property) return HashedPart{};
  std::string name = property->text() ? *property->text() : erlang_term(*property);
  if (name == "message_id") return HashedPart{HashedPart::From::kMessageId, {}};
  if (name == "correlation_id") return HashedPart{HashedPart::From::kCorrelationId, {}};
  if (name == "timestamp") return HashedPart{HashedPart::From::kTimestamp, {}};
  return invalid(fmt::format("Unsupported property: {}", name));
}

Result<std::uint32_t> history_messages(const PropertyTable& arguments) {
  const PropertyValue* length = find_property(arguments, "x-recent-history-length");
  if (!length) return kDefaultHistoryMessages;
  auto asked = integer_of(*length);
  if (!asked || *asked <= 0) {
    return invalid(
        fmt::format("Invalid argument {}, 'x-recent-history-length' must be a positive integer", erlang_term(*length)));
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(*asked, kMost));
}

/// A number, or its digits, from 1 on; none: anything else.
std::optional<std::int64_t> positive(const PropertyValue& value) {
  std::optional<std::int64_t> number = integer_of(value);
  if (const std::string* digits = value.text()) number = parse_number<std::int64_t>(*digits);
  return number && *number > 0 ? number : std::nullopt;
}

Result<DuplicateRules> duplicate_rules(const PropertyTable& arguments) {
  DuplicateRules rules;
  const PropertyValue* size = find_property(arguments, "x-cache-size");
  std::optional<std::int64_t> entries = size ? positive(*size) : std::nullopt;
  if (!entries) return invalid("Missing or invalid argument, 'x-cache-size' must be an integer greater than 0");
  rules.most_entries = static_cast<std::uint64_t>(*entries);
  if (const PropertyValue* ttl = find_property(arguments, "x-cache-ttl")) {
    std::optional<std::int64_t> lifetime_ms = positive(*ttl);
    if (!lifetime_ms) return invalid("Invalid argument, 'x-cache-ttl' must be an integer greater than 0");
    rules.lifetime = Milliseconds(*lifetime_ms);
  }
  const PropertyValue* persistence = find_property(arguments, "x-cache-persistence");
  if (!persistence || (persistence->text() && *persistence->text() == "memory")) return rules;
  if (persistence->text() && *persistence->text() == "disk") {
    return invalid("'x-cache-persistence' can be 'memory' only: a restart forgets what such an exchange has seen");
  }
  return invalid("Invalid argument, 'x-cache-persistence' must be either 'disk' or 'memory'");
}

Result<double> weight_of(std::string_view routing_key) {
  std::string_view digits = routing_key.starts_with('+') ? routing_key.substr(1) : routing_key;
  std::int64_t weight = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), weight);
  if (error == std::errc::invalid_argument || end != digits.data() + digits.size()) {
    return invalid(fmt::format("The binding key must be an integer: {}", erlang_term(std::string(routing_key))));
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (error == std::errc::result_out_of_range) weight = digits.starts_with('-') ? 0 : kMost;
  if (weight < 1) return invalid("The binding key must be greater than 0");
  return static_cast<double>(weight);
}

}  // namespace

Result<void> check_type(std::string_view type) {
  if (type != kDelayed && !matching_of(type)) return unknown_type(type);
  return {};
}

Result<ExchangeRules> exchange_rules(std::string_view type, const PropertyTable& arguments) {
  if (type == kDelayed) {
    const PropertyValue* inner = find_property(arguments, "x-delayed-type");
    if (!inner || !inner->text()) {
      return invalid("Invalid argument, 'x-delayed-type' must be an existing exchange type");
    }
    if (*inner->text() == kDelayed) {
      return invalid("Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'");
    }
    auto rules = exchange_rules(*inner->text(), arguments);
    if (rules) rules->delays = true;
    return rules;
  }
  auto matching = matching_of(type);
  if (!matching) return unknown_type(type);
  ExchangeRules rules{.matching = *matching, .hashed = {}};
  if (type == "x-consistent-hash") {
    auto part = hashed_part(arguments);
    if (!part) return fail(part.error());
    rules.hashed = std::move(*part);
    rules.keys_are_weights = true;
  }
  if (type == "x-recent-history") {
    auto length = history_messages(arguments);
    if (!length) return fail(length.error());
    rules.history_messages = *length;
  }
  if (type == kDeduplicating) {
    auto duplicates = duplicate_rules(arguments);
    if (!duplicates) return fail(duplicates.error());
    rules.duplicates = *duplicates;
  }
  return rules;
}

std::span<const std::string_view> arguments_that_count(std::string_view type) {
  return type == kDeduplicating ? std::span(kCacheArguments) : std::span<const std::string_view>();
}

Result<BindingRules> binding_rules(const ExchangeRules& exchange, std::string_view routing_key,
                                   const PropertyTable& arguments) {
  BindingRules rules;
  if (exchange.matching == Matching::kHeaders) {
    auto mode = headers_mode(arguments);
    if (!mode) return fail(mode.error());
    rules.headers = *mode;
  }
  if (exchange.keys_are_weights) {
    auto weight = weight_of(routing_key);
    if (!weight) return fail(weight.error());
    rules.weight = *weight;
  }
  return rules;
}

std::uint64_t choice_hash(const HashedPart& part, const MessageView& message) {
  auto of_text = [](std::optional<std::string_view> text) {
    return text ? hash_bytes(*text, kChoiceSeed) : kChoiceSeed;
  };
  switch (part.from) {
    case HashedPart::From::kRoutingKey:
      return of_text(message.routing_key);
    case HashedPart::From::kMessageId:
      return of_text(message.message_id);
    case HashedPart::From::kCorrelationId:
      return of_text(message.correlation_id);
    case HashedPart::From::kTimestamp:
      return message.timestamp ? mix(kChoiceSeed, *message.timestamp) : kChoiceSeed;
    case HashedPart::From::kHeader:
      break;
  }
  const PropertyValue* header = message.headers ? find_property(*message.headers, part.header) : nullptr;
  return header ? hash_value(*header, kChoiceSeed) : kChoiceSeed;
}

double price(std::uint64_t message_hash, std::uint64_t destination_hash, double weight) {
  // Uniform in (0, 1), never 0 or 1: 52 bits and a half.
  double uniform = (static_cast<double>(mix(message_hash, destination_hash) >> 12) + 0.5) * 0x1p-52;
  return -std::log(uniform) / weight;
}

}  // namespace wharf::routing
