#include "routing/shell/settings_json.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "routing/shell/property_json.hpp"

namespace wharf::routing {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> kOverflows{"drop-oldest", "reject", "reject-and-dead-letter"};

template <class T>
json::value number(const T& value) {
  return value;
}
json::value number(Milliseconds time) {
  return time.count();
}

template <class T>
void put(json::object& object, std::string_view name, const std::optional<T>& value) {
  if (value) object[name] = number(*value);
}

json::value dead_letter_json(const queue::DeadLetterTarget& target) {
  json::object object{{"exchange", text_to_json(target.exchange)}};
  if (target.routing_key) object["routing_key"] = text_to_json(*target.routing_key);
  return object;
}

/// Reads an object's members one by one; the first that is wrong is kept.
class Reading {
 public:
  explicit Reading(const json::object& object) : object_(object) {}

  template <class Integer>
  void read(std::string_view name, Integer& into) {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr) return;
    if (value->is_int64() && std::in_range<Integer>(value->get_int64())) {
      into = static_cast<Integer>(value->get_int64());
    } else if (value->is_uint64() && std::in_range<Integer>(value->get_uint64())) {
      into = static_cast<Integer>(value->get_uint64());
    } else {
      wrong(name);
    }
  }
  void read(std::string_view name, bool& into) {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr) return;
    if (value->is_bool()) {
      into = value->get_bool();
    } else {
      wrong(name);
    }
  }
  void read(std::string_view name, Milliseconds& into) {
    std::int64_t count = into.count();
    read(name, count);
    into = Milliseconds(count);
  }
  template <class T>
  void read(std::string_view name, std::optional<T>& into) {
    if (object_.contains(name)) read(name, into.emplace());
  }
  void read(std::string_view name, std::string& into) {
    Result<std::string> text = text_from_json(object_.at(name));
    if (!text) return wrong(name);
    into = std::move(*text);
  }
  void read(std::string_view name, queue::Overflow& into) {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr) return;
    auto at = std::ranges::find(kOverflows, value->is_string() ? std::string_view(value->get_string()) : "");
    if (at == kOverflows.end()) return wrong(name);
    into = static_cast<queue::Overflow>(at - kOverflows.begin());
  }
  void read(std::string_view name, queue::DeadLetterTarget& into) {
    const json::value& value = object_.at(name);
    if (!value.is_object() || !value.get_object().contains("exchange")) return wrong(name);
    Result<std::string> exchange = text_from_json(value.get_object().at("exchange"));
    if (!exchange) return wrong(name);
    into.exchange = std::move(*exchange);
    if (!value.get_object().contains("routing_key")) return;
    Result<std::string> key = text_from_json(value.get_object().at("routing_key"));
    if (!key) return wrong(name);
    into.routing_key = std::move(*key);
  }
  void read(std::string_view name, queue::RetryDelays& into) {
    const json::value& value = object_.at(name);
    if (!value.is_array()) return wrong(name);
    for (const json::value& one : value.get_array()) {
      if (!one.is_int64()) return wrong(name);
      into.delays.emplace_back(one.get_int64());
    }
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  void wrong(std::string_view name) {
    if (!error_) error_ = Error{ErrorCode::kMalformed, fmt::format("the setting '{}' cannot be read", name)};
  }

  const json::object& object_;
  std::optional<Error> error_;
};

}  // namespace

json::value to_json(const queue::QueueSettings& settings) {
  json::object object;
  put(object, "message_ttl_ms", settings.message_ttl);
  put(object, "expires_ms", settings.expires);
  put(object, "max_length", settings.max_length);
  put(object, "max_length_bytes", settings.max_length_bytes);
  if (settings.overflow != queue::Overflow{}) {
    object["overflow"] = kOverflows[static_cast<std::size_t>(settings.overflow)];
  }
  if (settings.dead_letter) object["dead_letter"] = dead_letter_json(*settings.dead_letter);
  if (settings.max_priority > 0) object["max_priority"] = settings.max_priority;
  if (settings.single_active_consumer) object["single_active_consumer"] = true;
  put(object, "delivery_limit", settings.delivery_limit);
  put(object, "consumer_timeout_ms", settings.consumer_timeout);
  if (settings.retry) {
    json::array delays;
    for (Milliseconds delay : settings.retry->delays) delays.push_back(delay.count());
    object["retry_delays_ms"] = std::move(delays);
  }
  if (settings.hold_until) object["hold_until"] = text_to_json(*settings.hold_until);
  if (settings.deduplicates) object["deduplicates"] = true;
  if (settings.groups) object["groups"] = true;
  if (settings.rebalances_groups) object["rebalances_groups"] = true;
  if (settings.last_value_key) object["last_value_key"] = text_to_json(*settings.last_value_key);
  return object;
}

Result<queue::QueueSettings> settings_from_json(const json::value& json) {
  if (!json.is_object()) return fail(ErrorCode::kMalformed, "'settings' is no object");
  queue::QueueSettings settings;
  Reading reading(json.get_object());
  reading.read("message_ttl_ms", settings.message_ttl);
  reading.read("expires_ms", settings.expires);
  reading.read("max_length", settings.max_length);
  reading.read("max_length_bytes", settings.max_length_bytes);
  reading.read("overflow", settings.overflow);
  reading.read("dead_letter", settings.dead_letter);
  reading.read("max_priority", settings.max_priority);
  reading.read("single_active_consumer", settings.single_active_consumer);
  reading.read("delivery_limit", settings.delivery_limit);
  reading.read("consumer_timeout_ms", settings.consumer_timeout);
  reading.read("retry_delays_ms", settings.retry);
  reading.read("hold_until", settings.hold_until);
  reading.read("deduplicates", settings.deduplicates);
  reading.read("groups", settings.groups);
  reading.read("rebalances_groups", settings.rebalances_groups);
  reading.read("last_value_key", settings.last_value_key);
  if (reading.error()) return fail(*reading.error());
  return settings;
}

}  // namespace wharf::routing
