#pragma once
// What an exchange's type and arguments mean, read once when it is declared, and a binding's when it is bound.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/time.hpp"
#include "routing/core/exchange.hpp"
#include "routing/core/headers_match.hpp"
#include "routing/core/message_view.hpp"

namespace wharf::routing {

enum class Matching : std::uint8_t {
  kDestinationName,  // the default exchange
  kDirect,
  kTopic,
  kEvery,  // fanout, x-recent-history, x-message-deduplication
  kHeaders,
  kWeighted,  // x-consistent-hash: one binding, chosen by a hash; x-modulus-hash: the same with equal weights
  kAny,       // x-random, x-local-random: one binding, chosen by chance
};

struct HashedPart {
  enum class From : std::uint8_t { kRoutingKey, kHeader, kMessageId, kCorrelationId, kTimestamp };
  From from = From::kRoutingKey;
  std::string header;
};

/// What an x-message-deduplication exchange remembers.
struct DuplicateRules {
  std::uint64_t most_entries = 0;
  std::optional<Milliseconds> lifetime;  // of an entry, unless its message says otherwise; none: until there is no room
};

struct ExchangeRules {
  Matching matching = Matching::kDirect;
  bool delays = false;                       // x-delayed-message; `matching` is that of its x-delayed-type
  bool keys_are_weights = false;             // x-consistent-hash
  std::uint32_t history_messages = 0;        // x-recent-history: so many of the last messages go to a new binding
  std::optional<DuplicateRules> duplicates;  // x-message-deduplication
  HashedPart hashed;
};

/// kInvalidRequest: an unknown type; kInvalidArgument: arguments that this type does not take.
Result<ExchangeRules> exchange_rules(std::string_view type, const PropertyTable& arguments);
/// Arguments that count when an exchange of this type is declared again, beside alternate-exchange.
std::span<const std::string_view> arguments_that_count(std::string_view type);
/// kInvalidRequest with RabbitMQ's sentence, if no exchange can have this type.
Result<void> check_type(std::string_view type);

struct BindingRules {
  HeadersMode headers;
  double weight = 1;
};
Result<BindingRules> binding_rules(const ExchangeRules& exchange, std::string_view routing_key,
                                   const PropertyTable& arguments);

/// The hash by which kWeighted chooses: the same on every node. A message without the part has one like all others
/// without it.
std::uint64_t choice_hash(const HashedPart& part, const MessageView& message);
/// How badly a binding wants this message; the one with the smallest price gets it. So each gets its weight's share,
/// and a binding that comes or goes moves only the messages that it gets or got (weighted rendezvous hashing).
double price(std::uint64_t message_hash, std::uint64_t destination_hash, double weight);

}  // namespace wharf::routing
