// One message into an exchange, answered when it is kept: {"routed": true}.
#include <limits>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/exchange_named.hpp"
#include "admin/management/property_json.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"
#include "admin/management/text_properties.hpp"
#include "broker/outgoing.hpp"
#include "broker/publish_counts.hpp"
#include "broker/routed_message.hpp"
#include "model/base64.hpp"
#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "protocols/amqp091/session/publish_checks.hpp"

namespace wharf::management {
namespace {

using security::Resource;
using security::Verb;

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
      amqp091::check_properties(asked.message.expiration, asked.message.user_id, {call.user.name, call.user.tags});
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

/// A publisher of AMQP waits, told so by connection.blocked. Over HTTP nobody could be told, so the message is not
/// taken.
http::Response held_back(broker::Shortage shortage) {
  const std::string_view what = !shortage.disk ? "memory" : !shortage.memory ? "disk" : "memory and disk";
  return error_answer(
      503, "service_unavailable",
      json_text(fmt::format("the broker is low on {}: publishers are held back until it is over", what)));
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
  broker::Shortage shortage = call->ports.operate.shortage(call->here);
  if (shortage.any()) co_return held_back(shortage);
  Result<routing::DestinationId> target = view->routes->publish_target(asked.exchange);
  if (!target) co_return answer_of(target.error());

  std::vector<std::string_view> extra_keys(asked.extra_keys.begin(), asked.extra_keys.end());
  routing::Router router;
  routing::Routes routes = router.route(
      *view->routes, *target, broker::for_routing(asked.message, extra_keys, &asked.headers), call->dice.roll());
  broker::ShardTraffic& traffic = call->ports.traffic;
  broker::count_publish(traffic.seconds, *entry, routes, *traffic.of_vhost(call->vhost()), true);
  if (routes.undecided) {
    http::Response answer = co_await deduplicated(call, &asked);
    co_return answer;
  }
  bool routed = !routes.nowhere();
  broker::Outgoing outgoing(call->here, call->ports.catalogue);
  outgoing.add(*view, routes,
               {.name_space = call->vhost(),
                .extra_keys = extra_keys,
                .message = asked.message,
                .persistent = broker::is_persistent(asked.message)},
               call->here.clock().wall_now());
  std::vector<Result<void>> outcomes = co_await broker::send(call->here, call->ports.outgoing(), outgoing.take().parts);
  for (const Result<void>& one : outcomes) {
    if (!broker::is_kept(one)) co_return rejected(one.error());
  }
  co_return json_answer(boost::json::object{{"routed", routed}});
}

}  // namespace wharf::management
