#include "protocols/stomp/session/subscribe_request.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "model/number_text.hpp"

namespace wharf::stomp {
namespace {

enum class ArgumentType : std::uint8_t { kText, kNumber, kFlag };
struct Argument {
  std::string_view name;
  ArgumentType type;
};
/// RabbitMQ's list, and what queues here have besides. Those of streams are refused where the queue is declared.
constexpr std::array kArguments = {
    Argument{"x-queue-type", ArgumentType::kText},
    Argument{"x-expires", ArgumentType::kNumber},
    Argument{"x-message-ttl", ArgumentType::kNumber},
    Argument{"x-max-length", ArgumentType::kNumber},
    Argument{"x-max-length-bytes", ArgumentType::kNumber},
    Argument{"x-overflow", ArgumentType::kText},
    Argument{"x-dead-letter-exchange", ArgumentType::kText},
    Argument{"x-dead-letter-routing-key", ArgumentType::kText},
    Argument{"x-max-priority", ArgumentType::kNumber},
    Argument{"x-single-active-consumer", ArgumentType::kFlag},
    Argument{"x-delivery-limit", ArgumentType::kNumber},
    Argument{"x-consumer-timeout", ArgumentType::kNumber},
    Argument{"x-message-deduplication", ArgumentType::kFlag},
    Argument{"x-message-groups", ArgumentType::kFlag},
    Argument{"x-group-rebalance", ArgumentType::kFlag},
    Argument{"x-last-value-key", ArgumentType::kText},
    Argument{"x-queue-mode", ArgumentType::kText},
    Argument{"x-max-age", ArgumentType::kText},
    Argument{"x-stream-max-segment-size-bytes", ArgumentType::kNumber},
    Argument{"x-stream-filter-size-bytes", ArgumentType::kNumber},
    Argument{"x-initial-cluster-size", ArgumentType::kNumber},
};

std::unexpected<ProtocolError> invalid(std::string_view header, std::string_view value, std::string_view wanted) {
  return refuse("Invalid header", fmt::format("'{}' is no value of '{}': {} is wanted", value, header, wanted));
}

std::unexpected<ProtocolError> not_served(std::string_view header, std::string_view instead) {
  return refuse("Not served", fmt::format("'{}' is not served here{}{}", header, instead.empty() ? "" : ": ", instead));
}

template <class T>
Outcome<T> number_of(std::string_view header, std::string_view value) {
  std::optional<T> number = parse_number<T>(value);
  if (!number) return invalid(header, value, "a number");
  return *number;
}

Outcome<PropertyValue> typed(const Argument& argument, std::string_view value) {
  if (argument.type == ArgumentType::kText) return PropertyValue(std::string(value));
  if (argument.type == ArgumentType::kFlag) {
    if (value == "true" || value == "false") return PropertyValue(value == "true");
    return invalid(argument.name, value, "true or false");
  }
  Outcome<std::int64_t> number = number_of<std::int64_t>(argument.name, value);
  if (!number) return refuse(number.error());
  return PropertyValue(*number);
}

Outcome<AckMode> ack_mode_of(const Frame& frame) {
  std::string_view mode = frame.header("ack").value_or("auto");
  if (mode == "auto") return AckMode::kAuto;
  if (mode == "client") return AckMode::kClient;
  if (mode == "client-individual") return AckMode::kIndividual;
  return invalid("ack", mode, "auto, client or client-individual");
}

/// A header, by its name at ActiveMQ without "activemq." or "consumer.".
Outcome<void> take_option(std::string_view header, std::string_view name, std::string_view value,
                          SubscribeRequest& request) {
  auto is_off = [value] { return value == "false"; };
  if (name == "prefetchSize") {
    Outcome<std::uint32_t> prefetch = number_of<std::uint32_t>(header, value);
    if (!prefetch) return refuse(prefetch.error());
    if (*prefetch == 0) return not_served("prefetchSize 0", "nobody could ask for the messages");
    request.prefetch = *prefetch;
  } else if (name == "priority") {
    Outcome<std::int32_t> priority = number_of<std::int32_t>(header, value);
    if (!priority) return refuse(priority.error());
    request.priority = *priority;
  } else if (name == "maximumPendingMessageLimit") {
    Outcome<std::int64_t> most = number_of<std::int64_t>(header, value);
    if (!most) return refuse(most.error());
    if (*most == 0) return not_served("maximumPendingMessageLimit 0", {});
    if (*most > 0) request.most_waiting = static_cast<std::uint64_t>(*most);
  } else if (name == "subscriptionName") {
    request.durable_name = value;
  } else if (name == "selector") {
    request.selector = value;
  } else if (name == "exclusive") {
    if (!is_off()) return not_served(header, "declare the queue with 'x-single-active-consumer:true'");
  } else if (name == "noLocal" || name == "retroactive") {
    if (!is_off()) return not_served(header, {});
  } else if (name != "dispatchAsync") {  // which is about the threads of ActiveMQ
    return not_served(header, {});
  }
  return {};
}

Outcome<void> take_activemq(const Frame& frame, SubscribeRequest& request) {
  for (const Header& one : frame.headers) {
    constexpr std::string_view kPrefix = "activemq.";
    if (!one.name.starts_with(kPrefix)) continue;
    auto taken = take_option(one.name, one.name.substr(kPrefix.size()), one.value, request);
    if (!taken) return taken;
  }
  for (const auto& [name, value] : request.destination.options) {
    if (auto taken = take_option("consumer." + name, name, value, request); !taken) return taken;
  }
  if (auto name = frame.header("durable-subscription-name")) request.durable_name = *name;
  if (auto text = frame.header("selector")) request.selector = *text;
  if (auto no_local = frame.header("no-local"); no_local && *no_local != "false") return not_served("no-local", {});
  if (frame.header("transformation")) return not_served("transformation", "bodies are delivered as they were sent");
  return {};
}

Outcome<void> take_rabbitmq(const Frame& frame, SubscribeRequest& request) {
  if (auto prefetch = frame.header("prefetch-count")) {
    Outcome<std::uint32_t> count = number_of<std::uint32_t>("prefetch-count", *prefetch);
    if (!count) return refuse(count.error());
    request.prefetch = *count;
  }
  if (auto priority = frame.header("x-priority")) {
    Outcome<std::int32_t> level = number_of<std::int32_t>("x-priority", *priority);
    if (!level) return refuse(level.error());
    request.priority = *level;
  }
  if (frame.header("x-stream-offset")) return not_served("x-stream-offset", "streams are read by AMQP and Kafka");
  Outcome<QueueRequest> queue = queue_request_of(frame);
  if (!queue) return refuse(queue.error());
  request.queue = std::move(*queue);
  return {};
}

Outcome<void> check_together(const SubscribeRequest& request, Version version) {
  const Destination& destination = request.destination;
  if (request.id.empty() && version != Version::k10)
    return refuse("Missing Header", "\"SUBSCRIBE\" must include an 'id' header");
  bool named = request.durable_name || !request.queue.name.empty();
  constexpr std::size_t kLongest = 1024;
  if (request.id.size() > kLongest || request.destination_text.size() > kLongest)
    return refuse("Invalid header", "'id' and 'destination' of a subscription have at most 1024 bytes");
  if (request.outlives() && request.id.empty() && !named && !destination.is_queue())
    return refuse("Missing Header", "Header 'id' is required for durable subscriptions");
  if (request.durable_name && destination.is_queue())
    return refuse("Invalid destination", "a durable subscription is to a topic or an exchange");
  if (request.durable_name && !request.queue.name.empty())
    return refuse("Invalid header", "a durable subscription by its name has a queue of its own: no 'x-queue-name'");
  if (request.most_waiting && destination.is_queue())
    return not_served("maximumPendingMessageLimit", "a queue's limit is its own (x-max-length)");
  if (!request.queue.name.empty() && destination.is_queue())
    return refuse("Invalid header", "'x-queue-name' is for subscriptions to topics and exchanges");
  return {};
}

}  // namespace

Outcome<std::string_view> needed(const Frame& frame, std::string_view header) {
  auto value = frame.header(header);
  if (value) return *value;
  return refuse(fmt::format("Missing {}", header),
                fmt::format("\"{}\" must include a '{}' header\n", frame.command, header));
}

Outcome<std::optional<bool>> flag_of(const Frame& frame, std::string_view header) {
  auto value = frame.header(header);
  if (!value) return std::nullopt;
  if (*value == "true" || *value == "false") return *value == "true";
  return invalid(header, *value, "true or false");
}

bool asks_for_queue(const Frame& frame) {
  return std::ranges::any_of(frame.headers, [](const Header& one) {
    if (one.name == "durable" || one.name == "auto-delete" || one.name == "exclusive") return true;
    return one.name.starts_with("x-") && std::ranges::find(kArguments, one.name, &Argument::name) != kArguments.end();
  });
}

Outcome<QueueRequest> queue_request_of(const Frame& frame) {
  QueueRequest request;
  for (auto [header, to] : {std::pair{"durable", &request.durable}, std::pair{"auto-delete", &request.auto_delete},
                            std::pair{"exclusive", &request.exclusive}}) {
    Outcome<std::optional<bool>> flag = flag_of(frame, header);
    if (!flag) return refuse(flag.error());
    *to = *flag;
  }
  request.name = frame.header("x-queue-name").value_or(std::string_view());
  for (const Argument& argument : kArguments) {
    auto value = frame.header(argument.name);
    if (!value) continue;
    Outcome<PropertyValue> read = typed(argument, *value);
    if (!read) return refuse(read.error());
    request.arguments.push_back({std::string(argument.name), std::move(*read)});
  }
  return request;
}

Outcome<SubscribeRequest> subscribe_request_of(const Frame& frame, Version version) {
  SubscribeRequest request;
  request.id = frame.header("id").value_or(std::string_view());
  Outcome<std::string_view> text = needed(frame, "destination");
  if (!text) return refuse(text.error());
  request.destination_text = *text;
  Outcome<Destination> destination = destination_of(*text);
  if (!destination) return refuse(destination.error());
  request.destination = std::move(*destination);
  Outcome<AckMode> ack = ack_mode_of(frame);
  if (!ack) return refuse(ack.error());
  request.ack = *ack;
  if (auto taken = take_rabbitmq(frame, request); !taken) return refuse(taken.error());
  if (auto taken = take_activemq(frame, request); !taken) return refuse(taken.error());
  if (auto good = check_together(request, version); !good) return refuse(good.error());
  return request;
}

}  // namespace wharf::stomp
