#include "protocols/amqp091/session/queue_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "model/encoded_table.hpp"
#include "protocols/amqp091/session/arguments_reader.hpp"
#include "queue/core/retry_delays.hpp"

namespace wharf::amqp091 {
namespace {

using queue::Overflow;

constexpr std::string_view kOfStreams[] = {"x-max-age", "x-stream-max-segment-size-bytes", "x-stream-filter-size-bytes",
                                           "x-initial-cluster-size"};

Outcome<std::string> queue_type(const Argument& argument) {
  Outcome<std::string> type = argument.text();
  if (!type || *type == "classic" || *type == "quorum") return type;
  return argument.invalid(fmt::format("\"unsupported queue type '{}'\"", *type));
}

Outcome<Overflow> overflow(const Argument& argument) {
  Outcome<std::string> word = argument.text();
  if (!word) return refuse(word.error());
  if (*word == "drop-head") return Overflow::kDropOldest;
  if (*word == "reject-publish") return Overflow::kReject;
  if (*word == "reject-publish-dlx") return Overflow::kRejectAndDeadLetter;
  return argument.invalid("invalid_overflow");
}

Outcome<std::int64_t> max_priority(const Argument& argument) {
  Outcome<std::int64_t> asked = argument.number_from(0, std::numeric_limits<std::int64_t>::max());
  if (asked && *asked > 255) return argument.invalid(fmt::format("{{max_value_exceeded,{}}}", *asked));
  return asked;
}

/// Negative: none, as policies of RabbitMQ say it.
Outcome<std::optional<std::uint32_t>> delivery_limit(const Argument& argument) {
  Outcome<std::int64_t> asked = argument.number();
  if (!asked) return refuse(asked.error());
  if (*asked < 0) return std::nullopt;
  return static_cast<std::uint32_t>(std::min(*asked, kLongestTimer));
}

void read_dead_letter(ArgumentsReader& reader, const PropertyTable& arguments, QueueName queue,
                      queue::QueueSettings& settings) {
  std::optional<std::string> exchange, key;
  reader.read("x-dead-letter-exchange", exchange, [](const Argument& argument) -> Outcome<std::string> {
    Outcome<std::string> name = argument.text();
    if (!name) return argument.wrong_type_of_exchange();
    return name;
  });
  reader.read("x-dead-letter-routing-key", key, [](const Argument& argument) { return argument.text(); });
  if (key && !exchange) {
    Argument argument(arguments, "x-dead-letter-routing-key", queue);
    reader.fail(argument.invalid("routing_key_but_no_dlx_defined").error());
  }
  if (exchange) settings.dead_letter = queue::DeadLetterTarget{std::move(*exchange), std::move(key)};
}

void read_groups(ArgumentsReader& reader, const PropertyTable& arguments, QueueName queue,
                 queue::QueueSettings& settings) {
  auto flag = [](const Argument& argument) { return argument.flag(); };
  reader.read("x-message-groups", settings.groups, flag);
  reader.read("x-group-rebalance", settings.rebalances_groups, flag);
  if (settings.groups || !settings.rebalances_groups) return;
  Argument argument(arguments, "x-group-rebalance", queue);
  reader.fail(argument.invalid("rebalance_but_no_message_groups").error());
}

/// Which of two levels a key's last value is in, nothing would say.
void read_last_value(ArgumentsReader& reader, const PropertyTable& arguments, QueueName queue,
                     queue::QueueSettings& settings) {
  Argument key(arguments, "x-last-value-key", queue);
  reader.read("x-last-value-key", settings.last_value_key, [](const Argument& argument) -> Outcome<std::string> {
    Outcome<std::string> name = argument.text();
    if (!name || (!name->empty() && name->size() <= kMaxPropertyNameBytes)) return name;
    return argument.invalid("no_name_of_a_header");
  });
  if (settings.last_value_key && settings.max_priority > 0)
    reader.fail(key.invalid("last_value_but_max_priority").error());
}

/// RabbitMQ 4.3's. What delays they come to depends on policies too.
void read_delayed_retry(ArgumentsReader& reader, const PropertyTable& arguments, QueueName queue) {
  Result<void> checked = queue::check_retry_arguments(arguments);
  if (checked) return;
  reader.fail({ReplyCode::kPreconditionFailed,
               fmt::format("invalid arg for {}: {}", resource_of(queue), checked.error().message),
               {}});
}

/// Arguments without a meaning here; what could never have meant anything is refused.
void read_no_ops(ArgumentsReader& reader) {
  std::string mode;
  reader.read("x-queue-mode", mode, [](const Argument& argument) -> Outcome<std::string> {
    Outcome<std::string> word = argument.text();
    if (!word || *word == "default" || *word == "lazy") return word;
    return argument.invalid(fmt::format("\"unsupported queue mode '{}'\"", *word));
  });
  std::int64_t version = 0;
  reader.read("x-queue-version", version, [](const Argument& argument) -> Outcome<std::int64_t> {
    Outcome<std::int64_t> number = argument.number();
    if (!number || *number == 1 || *number == 2) return number;
    return argument.invalid(fmt::format("\"unsupported queue version '{}'\"", *number));
  });
}

}  // namespace

Outcome<QueueArguments> queue_arguments(const PropertyTable& arguments, QueueName queue) {
  QueueArguments read;
  queue::QueueSettings& settings = read.settings;
  ArgumentsReader reader(arguments, queue);
  reader.read("x-queue-type", read.type, queue_type);
  for (std::string_view name : kOfStreams) {
    if (!find_property(arguments, name)) continue;
    reader.fail(not_of_type(name, queue, read.type));
  }
  reader.time("x-expires", 1, settings.expires);
  reader.time("x-message-ttl", 0, settings.message_ttl);
  reader.length("x-max-length", settings.max_length);
  reader.length("x-max-length-bytes", settings.max_length_bytes);
  reader.read("x-overflow", settings.overflow, overflow);
  read_dead_letter(reader, arguments, queue, settings);
  reader.read("x-max-priority", settings.max_priority, max_priority);
  reader.read("x-single-active-consumer", settings.single_active_consumer,
              [](const Argument& argument) { return argument.flag(); });
  reader.read("x-delivery-limit", settings.delivery_limit, delivery_limit);
  reader.read("x-message-deduplication", settings.deduplicates,
              [](const Argument& argument) { return argument.flag(); });
  read_groups(reader, arguments, queue, settings);
  read_last_value(reader, arguments, queue, settings);
  read_no_ops(reader);
  read_delayed_retry(reader, arguments, queue);
  settings.consumer_timeout = consumer_timeout(arguments);
  if (reader.error()) return refuse(*reader.error());
  return read;
}

Outcome<void> check_properties(std::string_view type, QueueProperties properties, QueueName queue) {
  auto invalid = [&](std::string_view property) {
    return refuse(ReplyCode::kPreconditionFailed,
                  fmt::format("invalid property '{}' for {}", property, resource_of(queue)));
  };
  if (type != "quorum" && type != "stream") return {};
  if (properties.auto_delete) return invalid("auto-delete");
  if (properties.exclusive) return invalid("exclusive-owner");
  if (!properties.durable) return invalid("non-durable");
  return {};
}

void add_default_type(PropertyTable& arguments, std::string_view type, QueueProperties properties,
                      std::string_view there) {
  if (type.empty() || type == "classic" || find_property(arguments, "x-queue-type")) return;
  if (!there.empty() && there != type) return;
  if (!check_properties(type, properties, {})) return;
  arguments.push_back({"x-queue-type", std::string(type)});
}

Outcome<std::int32_t> consumer_priority(const PropertyTable& arguments, QueueName queue) {
  if (find_property(arguments, "x-stream-offset")) return refuse(not_of_type("x-stream-offset", queue, "classic"));
  Argument argument(arguments, "x-priority", queue);
  if (!argument.given()) return 0;
  Outcome<std::int64_t> asked = argument.number();
  if (!asked) return refuse(asked.error());
  constexpr std::int64_t kLeast = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::clamp(*asked, kLeast, kMost));
}

std::optional<Milliseconds> consumer_timeout(const PropertyTable& arguments) {
  const PropertyValue* value = find_property(arguments, "x-consumer-timeout");
  if (value == nullptr) return std::nullopt;
  std::int64_t asked = signed_integer_of(*value).value_or(0);
  return Milliseconds(std::clamp<std::int64_t>(asked, 0, kLongestTimer));
}

Outcome<std::string> consumer_selector(const PropertyTable& arguments, QueueName queue) {
  Argument argument(arguments, "x-selector", queue);
  if (!argument.given()) return std::string();
  return argument.text();
}

ProtocolError selector_refused(const Error& why, QueueName queue) {
  return {ReplyCode::kPreconditionFailed,
          fmt::format("invalid arg 'x-selector' for {}: {}", resource_of(queue), why.message),
          {}};
}

Outcome<void> check_no_selector(const PropertyTable& arguments, QueueName stream) {
  if (find_property(arguments, "x-selector")) return refuse(not_of_type("x-selector", stream, "stream"));
  return {};
}

}  // namespace wharf::amqp091
