#include "protocols/amqp091/session/queue_equivalence.hpp"

#include <fmt/format.h>

#include "model/encoded_table.hpp"
#include "protocols/amqp091/session/arguments_reader.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

/// x-consumer-timeout, x-queue-version and the locators are left out on purpose.
constexpr std::string_view kCompared[] = {"x-queue-type",
                                          "x-expires",
                                          "x-message-ttl",
                                          "x-max-length",
                                          "x-max-length-bytes",
                                          "x-overflow",
                                          "x-max-priority",
                                          "x-dead-letter-exchange",
                                          "x-dead-letter-routing-key",
                                          "x-queue-mode",
                                          "x-single-active-consumer",
                                          "x-delivery-limit",
                                          "x-message-deduplication",
                                          "x-message-groups",
                                          "x-group-rebalance",
                                          "x-last-value-key",
                                          "x-max-age",
                                          "x-stream-max-segment-size-bytes"};

std::unexpected<ProtocolError> inequivalent(std::string_view argument, QueueName queue, std::string_view received,
                                            std::string_view current) {
  return refuse(ReplyCode::kPreconditionFailed,
                fmt::format("inequivalent arg '{}' for {}: received {} but current is {}", argument, resource_of(queue),
                            received, current));
}

bool same(const PropertyValue& left, const PropertyValue& right) {
  std::optional<std::int64_t> number = signed_integer_of(left);
  return number ? number == signed_integer_of(right) : left == right;
}

}  // namespace

Outcome<void> check_equivalent(const DeclaredProperties& current, const DeclaredProperties& asked, QueueName queue,
                               Redeclare rule) {
  auto flag = [&](std::string_view argument, bool received, bool is) -> Outcome<void> {
    if (received == is) return {};
    return inequivalent(argument, queue, fmt::format("'{}'", received), fmt::format("'{}'", is));
  };
  if (auto durable = flag("durable", asked.durable, current.durable); !durable) return durable;
  if (auto auto_delete = flag("auto_delete", asked.auto_delete, current.auto_delete); !auto_delete) return auto_delete;
  if (rule == Redeclare::kRelaxed) return {};
  static const PropertyValue kClassic(std::string("classic"));
  for (std::string_view name : kCompared) {
    const PropertyValue* received = find_property(*asked.arguments, name);
    const PropertyValue* is = find_property(*current.arguments, name);
    if (name == "x-queue-type") {
      if (!received) received = &kClassic;
      if (!is) is = &kClassic;
    }
    if ((!received && !is) || (received && is && same(*received, *is))) continue;
    return inequivalent(name, queue, routing::received_or_none(received, is != nullptr),
                        routing::received_or_none(is, received != nullptr));
  }
  return {};
}

ProtocolError locked(QueueName queue) {
  return {ReplyCode::kResourceLocked,
          fmt::format("cannot obtain exclusive access to locked {}. It could be originally declared on another "
                      "connection or the exclusive property value does not match that of the original declaration.",
                      resource_of(queue)),
          {}};
}

}  // namespace wharf::amqp091
