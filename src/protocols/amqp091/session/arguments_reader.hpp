#pragma once
// Reads `arguments` one after the other, and refuses as RabbitMQ does.
#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/encoded_table.hpp"
#include "model/property.hpp"
#include "model/time.hpp"
#include "protocols/amqp091/session/queue_arguments.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {

inline constexpr std::int64_t kLongestTimer =
    std::numeric_limits<std::uint32_t>::max();  // milliseconds; RabbitMQ's limit

/// "queue 'q' in vhost '/'"
inline std::string resource_of(QueueName queue) {
  return routing::resource(routing::DestinationKind::kQueue, queue.name, queue.vhost);
}
/// An argument that this type of queue does not know.
inline ProtocolError not_of_type(std::string_view argument, QueueName queue, std::string_view type) {
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
    return invalid(fmt::format("\"expected integer, got {}\"", routing::field_type(*value_)));
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
  std::string shown() const { return value_->text() ? *value_->text() : routing::erlang_term(*value_); }
  std::unexpected<ProtocolError> wrong_type() const {
    return invalid(fmt::format("{{unacceptable_type,{}}}", routing::field_type(*value_)));
  }
  /// RabbitMQ looks at this one elsewhere, and says it otherwise.
  std::unexpected<ProtocolError> wrong_type_of_exchange() const {
    return refuse(
        ReplyCode::kPreconditionFailed,
        fmt::format("invalid type '{}' for arg '{}' in {}", routing::field_type(*value_), name_, resource_of(queue_)));
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

}  // namespace wharf::amqp091
