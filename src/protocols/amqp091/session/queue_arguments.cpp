#include "protocols/amqp091/session/queue_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "model/encoded_table.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

using queue::Overflow;
using routing::erlang_term;
using routing::field_type;

constexpr std::int64_t kLongestTimer = std::numeric_limits<std::uint32_t>::max();  // milliseconds; RabbitMQ's limit
constexpr std::string_view kOfStreams[] = {"x-max-age", "x-stream-max-segment-size-bytes", "x-stream-filter-size-bytes",
                                           "x-initial-cluster-size"};

std::string resource_of(QueueName queue) {
  return routing::resource(routing::DestinationKind::kQueue, queue.name, queue.vhost);
}

ProtocolError of_streams(std::string_view argument, std::string_view type, QueueName queue) {
  return {ReplyCode::kPreconditionFailed,
          fmt::format("invalid arg '{}' for {} of queue type rabbit_{}_queue", argument, resource_of(queue), type),
          {}};
}

/// One argument, and how its refusals begin.
class Argument {
 public:
  Argument(const PropertyTable& table, std::string_view name, QueueName queue)
      : name_(name), queue_(queue), value_(find_property(table, name)) {}

  bool given() const { return value_ != nullptr; }
  std::unexpected<ProtocolError> invalid(std::string_view why) const {
    return refuse(ReplyCode::kPreconditionFailed,
                  fmt::format("invalid arg '{}' for {}: {}", name_, resource_of(queue_), why));
  }
  Outcome<std::int64_t> number() const {
    if (auto number = signed_integer_of(*value_)) return *number;
    return invalid(fmt::format("\"expected integer, got {}\"", field_type(*value_)));
  }
  Outcome<std::int64_t> number_from(std::int64_t least, std::int64_t most) const {
    Outcome<std::int64_t> asked = number();
    if (!asked) return asked;
    if (*asked < 0) return invalid(fmt::format("{{value_negative,{}}}", *asked));
    if (*asked < least) return invalid(fmt::format("{{value_zero,{}}}", *asked));
    if (*asked > most) return invalid(fmt::format("{{value_too_large,{}}}", *asked));
    return asked;
  }
  Outcome<std::string> text() const {
    if (const std::string* text = value_->text()) return *text;
    return wrong_type();
  }
  Outcome<bool> flag() const {
    if (const bool* flag = value_->get_if<bool>()) return *flag;
    return wrong_type();
  }
  std::string shown() const { return value_->text() ? *value_->text() : erlang_term(*value_); }
  std::unexpected<ProtocolError> wrong_type() const {
    return invalid(fmt::format("{{unacceptable_type,{}}}", field_type(*value_)));
  }
  /// RabbitMQ looks at this one elsewhere, and says it otherwise.
  std::unexpected<ProtocolError> wrong_type_of_exchange() const {
    return refuse(ReplyCode::kPreconditionFailed,
                  fmt::format("invalid type '{}' for arg '{}' in {}", field_type(*value_), name_, resource_of(queue_)));
  }

 private:
  std::string_view name_;
  QueueName queue_;
  const PropertyValue* value_;
};

/// Reads arguments one after the other; the first refusal sticks.
class ArgumentsReader {
 public:
  ArgumentsReader(const PropertyTable& table, QueueName queue) : table_(table), queue_(queue) {}

  /// `read(argument)` gives an Outcome, kept in `into` if the argument is there.
  template <class Into, class Read>
  void read(std::string_view name, Into& into, Read&& read) {
    Argument argument(table_, name, queue_);
    if (error_ || !argument.given()) return;
    auto value = read(argument);
    if (!value) {
      error_ = std::move(value.error());
    } else {
      into = static_cast<Into>(*value);
    }
  }
  void time(std::string_view name, std::int64_t least, std::optional<Milliseconds>& into) {
    read(name, into, [&](const Argument& argument) -> Outcome<Milliseconds> {
      Outcome<std::int64_t> asked = argument.number_from(least, kLongestTimer);
      if (!asked) return refuse(asked.error());
      return Milliseconds(*asked);
    });
  }
  void length(std::string_view name, std::optional<std::uint64_t>& into) {
    read(name, into,
         [](const Argument& argument) { return argument.number_from(0, std::numeric_limits<std::int64_t>::max()); });
  }
  void fail(ProtocolError error) {
    if (!error_) error_ = std::move(error);
  }
  const std::optional<ProtocolError>& error() const { return error_; }

 private:
  const PropertyTable& table_;
  QueueName queue_;
  std::optional<ProtocolError> error_;
};

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

/// Anything goes, as in RabbitMQ; what is no time of at least a millisecond switches it off.
Outcome<std::optional<Milliseconds>> consumer_timeout(const PropertyTable& arguments) {
  const PropertyValue* value = find_property(arguments, "x-consumer-timeout");
  std::optional<std::int64_t> asked = value ? signed_integer_of(*value) : std::nullopt;
  if (!asked || *asked <= 0) return std::nullopt;
  return Milliseconds(std::min(*asked, kLongestTimer));
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
    reader.fail(
        {ReplyCode::kPreconditionFailed,
         fmt::format("invalid arg '{}' for {} of queue type rabbit_{}_queue", name, resource_of(queue), read.type),
         {}});
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
  read_no_ops(reader);
  settings.consumer_timeout = *consumer_timeout(arguments);
  if (reader.error()) return refuse(*reader.error());
  return read;
}

Outcome<void> check_properties(std::string_view type, QueueProperties properties, QueueName queue) {
  auto invalid = [&](std::string_view property) {
    return refuse(ReplyCode::kPreconditionFailed,
                  fmt::format("invalid property '{}' for {}", property, resource_of(queue)));
  };
  if (type != "quorum") return {};
  if (properties.auto_delete) return invalid("auto-delete");
  if (properties.exclusive) return invalid("exclusive-owner");
  if (!properties.durable) return invalid("non-durable");
  return {};
}

Outcome<std::int32_t> consumer_priority(const PropertyTable& arguments, QueueName queue) {
  if (find_property(arguments, "x-stream-offset")) return refuse(of_streams("x-stream-offset", "classic", queue));
  Argument argument(arguments, "x-priority", queue);
  if (!argument.given()) return 0;
  Outcome<std::int64_t> asked = argument.number();
  if (!asked) return refuse(asked.error());
  constexpr std::int64_t kLeast = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::clamp(*asked, kLeast, kMost));
}

}  // namespace wharf::amqp091
