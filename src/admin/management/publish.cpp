// One message into an exchange, answered when it is kept: {"routed": true}.
#include <limits>

#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/exchange_named.hpp"
#include "admin/management/property_json.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"
#include "admin/management/text_properties.hpp"
#include "broker/routed_message.hpp"
#include "cluster/metadata/key_partition.hpp"
#include "model/base64.hpp"
#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "protocols/amqp091/session/publish_checks.hpp"

namespace wharf::management {
namespace {

using security::Resource;
using security::Verb;

constexpr std::size_t kShortTextBytes = 255;  // AMQP's short strings

/// What the request says, and what the message's views point into.
struct Asked {
  std::string exchange, routing_key, payload;
  std::vector<std::string> texts;  // of properties: reserved, so that views stay
  MessageView message{.origin = Protocol::kAmqp091};
  PropertyTable headers;
  std::vector<std::byte> encoded_headers;
  std::vector<std::string> extra_keys;
};

boost::json::value complaint(std::string_view word, std::string_view about) {
  return boost::json::array{json_text(word), json_text(about)};
}

void read_texts(Body& body, const boost::json::object& properties, Asked& asked) {
  asked.texts.reserve(std::size(kTextProperties));
  for (const TextProperty& known : kTextProperties) {
    const boost::json::value* value = properties.if_contains({known.name.data(), known.name.size()});
    if (value == nullptr) continue;
    if (!value->is_string()) return body.refuse(complaint("not_string", known.name));
    std::string& text = asked.texts.emplace_back(value->as_string());
    if (text.size() > kShortTextBytes) return body.refuse(complaint("too_long", known.name));
    asked.message.*known.field = text;
  }
}

/// From 0 to `most`; none: it is not there, or refused.
std::optional<std::int64_t> read_number(Body& body, const boost::json::object& properties, std::string_view name,
                                        std::int64_t most) {
  const boost::json::value* value = properties.if_contains({name.data(), name.size()});
  if (value == nullptr) return std::nullopt;
  const std::int64_t* number = value->if_int64();
  if (number != nullptr && *number >= 0 && *number <= most) return *number;
  body.refuse(complaint("not_int", name));
  return std::nullopt;
}

void read_properties(Body& body, Asked& asked) {
  const boost::json::value* given = body.find("properties");
  if (given == nullptr) return body.refuse("[{key_missing,properties}]");
  if (given->is_array() && given->as_array().empty()) return;
  if (!given->is_object()) return body.refuse("properties must be an object");
  const boost::json::object& properties = given->as_object();
  read_texts(body, properties, asked);
  constexpr std::int64_t kOctet = 255;
  if (auto mode = read_number(body, properties, "delivery_mode", kOctet)) {
    asked.message.delivery_mode = static_cast<std::uint8_t>(*mode);
  }
  if (auto priority = read_number(body, properties, "priority", kOctet)) {
    asked.message.priority = static_cast<std::uint8_t>(*priority);
  }
  if (auto time = read_number(body, properties, "timestamp", std::numeric_limits<std::int64_t>::max())) {
    asked.message.timestamp_seconds = static_cast<std::uint64_t>(*time);
  }
  const boost::json::value* headers = properties.if_contains("headers");
  if (headers == nullptr || (headers->is_array() && headers->as_array().empty())) return;
  if (!headers->is_object()) return body.refuse(complaint("not_table", "headers"));
  asked.headers = table_of(headers->as_object());
}

void read_payload(Body& body, Asked& asked) {
  asked.payload = body.required_text("payload");
  std::string encoding = body.required_text("payload_encoding");
  if (body.refusal() || encoding == "string") return;
  if (encoding != "base64") return body.refuse(complaint("unsupported_encoding", encoding));
  std::optional<std::string> bytes = from_base64(asked.payload);
  if (!bytes) return body.refuse(complaint("not_base64", asked.payload));
  asked.payload = std::move(*bytes);
}

/// Keys of CC and BCC; BCC is not seen by who consumes.
void read_extra_keys(Body& body, Asked& asked) {
  if (asked.headers.empty()) return;
  TableFault fault = encode_properties(asked.encoded_headers, asked.headers);
  if (fault != TableFault::kNone)
    return body.refuse(json_text(std::string("the message's headers: the table ") + std::string(to_string(fault))));
  amqp091::Outcome<std::optional<amqp091::ExtraKeys>> keys = amqp091::extra_keys(asked.encoded_headers);
  if (!keys) return body.refuse(json_text(keys.error().message));
  if (*keys) asked.extra_keys = std::move((*keys)->keys);
  if (*keys && (*keys)->has_blind) {
    std::erase_if(asked.headers, [](const Property& header) { return header.name == "BCC"; });
    asked.encoded_headers.clear();
    std::ignore = encode_properties(asked.encoded_headers, asked.headers);  // less than what could be encoded
  }
  asked.message.properties = asked.encoded_headers;
}

void read(const Call& call, Body& body, Asked& asked) {
  asked.exchange = exchange_named(call.names.at(1));
  asked.routing_key = body.required_text("routing_key");
  if (asked.routing_key.size() > kShortTextBytes) body.refuse(complaint("too_long", "routing_key"));
  read_properties(body, asked);
  read_payload(body, asked);
  read_extra_keys(body, asked);
  amqp091::Outcome<void> checked =
      amqp091::check_properties(asked.message.expiration, asked.message.user_id, call.user.name);
  if (!checked) body.refuse(json_text(checked.error().message));
  asked.message.exchange = asked.exchange;
  asked.message.routing_key = asked.routing_key;
  asked.message.body = as_bytes(asked.payload);
}

Result<void> may_publish(const Call& call, const routing::Exchange& exchange, const Asked& asked) {
  if (Result<void> write = may(call, Verb::kWrite, Resource::exchange(exchange.name)); !write) return write;
  Result<void> allowed = may_use_key(call, Verb::kWrite, exchange, asked.routing_key);
  for (const std::string& key : asked.extra_keys) {
    if (allowed) allowed = may_use_key(call, Verb::kWrite, exchange, key);
  }
  return allowed;
}

log::OwnedBatches batch_of(const MessageView& message, Timestamp now) {
  return log::own(broker::bytes_of(message, now));
}

/// What delaying exchanges hold back, once for each.
std::vector<broker::Delayed> held_back(const Call& call, const broker::NamespaceView& view,
                                       const routing::Routes& routes, const Asked& asked, Timestamp now) {
  constexpr std::uint8_t kPersistent = 2;  // delivery mode
  std::vector<broker::Delayed> held_back;
  for (const routing::HeldBack& held : routes.held_back) {
    std::int64_t wait = std::min(held.delay_ms, queue::kLatestDue.ms - now.ms);
    held_back.push_back({.envelope = {.due = Timestamp{now.ms + wait},
                                      .name_space = call.vhost(),
                                      .exchange = view.routes->destination(held.exchange).name,
                                      .extra_keys = asked.extra_keys},
                         .batch = broker::bytes_of(asked.message, now),
                         .persistent = asked.message.delivery_mode == kPersistent});
  }
  return held_back;
}

struct Parts {
  bool undecided = false;  // an exchange that drops duplicates has to be asked
  bool routed = false;
  std::vector<broker::EnqueuePart> queues;
  std::vector<broker::PublishPart> logs;
  std::vector<broker::HistoryEntry> history;
  std::vector<broker::Delayed> delayed;
};

/// Where it goes, a batch for each. Without a suspension: routes are the table's of now.
Parts parts_of(Call& call, const broker::NamespaceView& view, routing::DestinationId exchange, const Asked& asked) {
  const MessageView& message = asked.message;
  std::vector<std::string_view> extra(asked.extra_keys.begin(), asked.extra_keys.end());
  routing::MessageView routed{.routing_key = asked.routing_key,
                              .extra_keys = extra,
                              .headers = &asked.headers,
                              .message_id = message.message_id,
                              .correlation_id = message.correlation_id,
                              .timestamp = message.timestamp_seconds};
  routing::Router router;
  routing::Routes routes = router.route(*view.routes, exchange, routed, call.dice.roll());
  Timestamp now = call.here.clock().wall_now();
  if (routes.undecided) return {.undecided = true};
  Parts parts{.routed = !routes.nowhere(), .delayed = held_back(call, view, routes, asked, now)};
  for (routing::DestinationId id : routes.destinations) {
    const routing::Destination& destination = view.routes->destination(id);
    if (destination.kind != routing::DestinationKind::kQueue) {
      auto topic = call.ports.catalogue.topics(call.here)->find(destination.name);
      if (topic) parts.logs.push_back({cluster::partition_of_key(*topic, asked.routing_key), batch_of(message, now)});
      continue;
    }
    const auto& queue = (*view.queues)[id];
    if (!queue) continue;
    parts.queues.push_back(broker::part_for(*queue, message, now));
  }
  for (const routing::Remembered& one : routes.remembered) {
    parts.history.push_back(
        {call.vhost(), view.routes->destination(one.exchange).name, one.messages, broker::delivery_of(message, now)});
  }
  return parts;
}

/// A queue that has gone since has nothing against the message, as in RabbitMQ.
bool is_good(const Result<void>& kept) {
  return kept || kept.error().code == ErrorCode::kNotFound;
}

http::Response rejected(const Error& error) {
  return error.code == ErrorCode::kFull ? bad_request("rejected") : answer_of(error);
}

/// A duplicate counts as routed: it is where it was to go.
Answer deduplicated(Call* call, const Asked* asked) {
  std::vector<broker::ToDeduplicate> one;
  one.push_back({.name_space = call->vhost(),
                 .exchange = asked->exchange,
                 .extra_keys = asked->extra_keys,
                 .message = broker::delivery_of(asked->message, call->here.clock().wall_now())});
  std::vector<Result<broker::PassedOn>> outcomes =
      co_await call->ports.deduplication.pass_on(call->here, std::move(one));
  const Result<broker::PassedOn>& outcome = outcomes.front();
  if (!outcome) co_return rejected(outcome.error());
  co_return json_answer(boost::json::object{{"routed", *outcome != broker::PassedOn::kNowhere}});
}

}  // namespace

Answer publish(Call* call) {
  Body body(call->request.body);
  Asked asked;
  read(*call, body, asked);
  if (body.refusal()) co_return *body.refusal();
  std::optional<broker::NamespaceView> view = call->view();
  const routing::ExchangeEntry* entry = view->routes->exchange(asked.exchange);
  if (entry == nullptr) co_return not_found("exchange_not_found");
  Result<void> allowed = may_publish(*call, entry->exchange, asked);
  if (!allowed) co_return answer_of(allowed.error());
  Result<routing::DestinationId> target = view->routes->publish_target(asked.exchange);
  if (!target) co_return answer_of(target.error());

  Parts parts = parts_of(*call, *view, *target, asked);
  if (parts.undecided) {
    http::Response answer = co_await deduplicated(call, &asked);
    co_return answer;
  }
  if (!parts.history.empty()) call->ports.histories.remember(call->here, std::move(parts.history));
  if (!parts.queues.empty()) {
    std::vector<Result<void>> kept = co_await call->ports.queues.enqueue(call->here, std::move(parts.queues));
    for (const Result<void>& one : kept) {
      if (!is_good(one)) co_return rejected(one.error());
    }
  }
  if (!parts.logs.empty()) {
    constexpr Nanoseconds kDeadline = std::chrono::seconds(30);
    std::vector<Result<broker::Published>> kept = co_await call->ports.publish.publish(
        call->here, std::move(parts.logs), broker::Acknowledge::kCommitted, call->here.now() + kDeadline);
    for (const Result<broker::Published>& one : kept) {
      if (!one && one.error().code != ErrorCode::kNotFound) co_return rejected(one.error());
    }
  }
  if (!parts.delayed.empty()) {
    std::vector<Result<broker::ScheduledId>> kept =
        co_await call->ports.delays.schedule(call->here, std::move(parts.delayed));
    for (const Result<broker::ScheduledId>& one : kept) {
      if (!one) co_return rejected(one.error());
    }
  }
  co_return json_answer(boost::json::object{{"routed", parts.routed}});
}

}  // namespace wharf::management
