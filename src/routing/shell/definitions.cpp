#include "routing/shell/definitions.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "routing/shell/definition_key.hpp"
#include "routing/shell/property_json.hpp"
#include "routing/shell/settings_json.hpp"

namespace wharf::routing {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> kDestinationKinds{"queue", "exchange", "topic"};  // as DestinationKind

std::string arguments_text(const PropertyTable& arguments) {
  return arguments.empty() ? "" : json::serialize(to_json(by_name(arguments)));
}

Result<json::value> parsed(std::string_view text) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = kMaxStoredJsonDepth;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return fail(ErrorCode::kMalformed, "is no JSON");
  return value;
}

Result<json::object> object_of(const cluster::Definition& definition) {
  if (!definition.value) return fail(ErrorCode::kMalformed, "has no value");
  Result<json::value> value = parsed(*definition.value);
  if (!value) return fail(value.error());
  if (!value->is_object()) return fail(ErrorCode::kMalformed, "is no JSON object");
  return value->get_object();
}

bool is_set(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

Result<std::string> text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return fail(ErrorCode::kMalformed, fmt::format("has no '{}'", name));
  return text_from_json(*value);
}

Result<PropertyTable> arguments_member(const json::object& object) {
  const json::value* value = object.if_contains("arguments");
  if (value == nullptr) return PropertyTable{};
  return table_from_json(*value);
}

void put_arguments(json::object& object, const PropertyTable& arguments) {
  if (!arguments.empty()) object["arguments"] = to_json(arguments);
}

Result<DestinationKind> kind_of(std::string_view name) {
  auto at = std::ranges::find(kDestinationKinds, name);
  if (at == kDestinationKinds.end()) return fail(ErrorCode::kMalformed, fmt::format("'{}' is no destination", name));
  return static_cast<DestinationKind>(at - kDestinationKinds.begin());
}

}  // namespace

std::string namespace_key(std::string_view name) {
  return definition_key(kNamespaceKind, {name});
}
std::string exchange_key(std::string_view name_space, std::string_view name) {
  return definition_key(kExchangeKind, {name_space, name});
}
std::string queue_key(std::string_view name_space, std::string_view name) {
  return definition_key(kQueueKind, {name_space, name});
}
std::string binding_key(std::string_view name_space, const Binding& binding) {
  return definition_key(
      kBindingKind, {name_space, binding.source, kDestinationKinds[static_cast<std::size_t>(binding.destination.kind)],
                     binding.destination.name, binding.routing_key, arguments_text(binding.arguments)});
}

cluster::Definition definition_of(const NamespaceMade& made) {
  json::object object;
  if (!made.default_queue_type.empty()) object["default_queue_type"] = text_to_json(made.default_queue_type);
  return {namespace_key(made.name), json::serialize(object)};
}

cluster::Definition definition_of(std::string_view name_space, const Exchange& exchange) {
  json::object object{{"type", text_to_json(exchange.type)}, {"durable", exchange.durable}};
  if (exchange.auto_delete) object["auto_delete"] = true;
  if (exchange.internal) object["internal"] = true;
  put_arguments(object, exchange.arguments);
  return {exchange_key(name_space, exchange.name), json::serialize(object)};
}

cluster::Definition definition_of(const queue::QueueInfo& queue) {
  json::object object{{"id", queue.ref.id.hex()}, {"type", text_to_json(queue.type)}, {"durable", queue.durable}};
  if (queue.auto_delete) object["auto_delete"] = true;
  put_arguments(object, queue.arguments);
  object["settings"] = to_json(queue.declared);
  return {queue_key(queue.name_space, queue.name), json::serialize(object)};
}

cluster::Definition definition_of(std::string_view name_space, const Binding& binding) {
  return {binding_key(name_space, binding), "{}"};
}

Result<NamespaceMade> read_namespace(const cluster::Definition& definition) {
  auto names = names_of_key(definition.key, 1);
  if (!names) return fail(names.error());
  Result<json::object> object = object_of(definition);
  if (!object) return fail(object.error());
  NamespaceMade made{.name = std::move(names->front())};
  if (!object->contains("default_queue_type")) return made;
  Result<std::string> type = text_member(*object, "default_queue_type");
  if (!type) return fail(type.error());
  made.default_queue_type = std::move(*type);
  return made;
}

Result<StoredExchange> read_exchange(const cluster::Definition& definition) {
  auto names = names_of_key(definition.key, 2);
  if (!names) return fail(names.error());
  Result<json::object> object = object_of(definition);
  if (!object) return fail(object.error());
  Result<std::string> type = text_member(*object, "type");
  if (!type) return fail(type.error());
  Result<PropertyTable> arguments = arguments_member(*object);
  if (!arguments) return fail(arguments.error());
  Exchange exchange{.name = std::move((*names)[1]),
                    .type = std::move(*type),
                    .durable = is_set(*object, "durable"),
                    .auto_delete = is_set(*object, "auto_delete"),
                    .internal = is_set(*object, "internal"),
                    .arguments = std::move(*arguments)};
  return StoredExchange{std::move((*names)[0]), std::move(exchange)};
}

Result<queue::QueueInfo> read_queue(const cluster::Definition& definition) {
  auto names = names_of_key(definition.key, 2);
  if (!names) return fail(names.error());
  Result<json::object> object = object_of(definition);
  if (!object) return fail(object.error());
  Result<std::string> id_text = text_member(*object, "id");
  if (!id_text) return fail(id_text.error());
  Result<Uuid> id = Uuid::from_hex(*id_text);
  if (!id || id->is_zero()) return fail(ErrorCode::kMalformed, "'id' is no id");
  Result<std::string> type = text_member(*object, "type");
  if (!type) return fail(type.error());
  Result<PropertyTable> arguments = arguments_member(*object);
  if (!arguments) return fail(arguments.error());
  const json::value* stored = object->if_contains("settings");
  Result<queue::QueueSettings> settings = settings_from_json(stored == nullptr ? json::object() : *stored);
  if (!settings) return fail(settings.error());
  queue::QueueInfo queue;
  queue.name_space = std::move((*names)[0]);
  queue.name = std::move((*names)[1]);
  queue.ref.id = *id;
  queue.durable = is_set(*object, "durable");
  queue.auto_delete = is_set(*object, "auto_delete");
  queue.type = std::move(*type);
  queue.arguments = std::move(*arguments);
  queue.declared = std::move(*settings);
  queue.settings = queue.declared;
  return queue;
}

Result<StoredBinding> read_binding(const cluster::Definition& definition) {
  auto names = names_of_key(definition.key, 6);
  if (!names) return fail(names.error());
  std::vector<std::string>& parts = *names;
  Result<DestinationKind> kind = kind_of(parts[2]);
  if (!kind) return fail(kind.error());
  StoredBinding stored{std::move(parts[0]),
                       {std::move(parts[1]), {*kind, std::move(parts[3])}, std::move(parts[4]), {}}};
  if (parts[5].empty()) return stored;
  Result<json::value> arguments = parsed(parts[5]);
  if (!arguments) return fail(arguments.error());
  Result<PropertyTable> table = table_from_json(*arguments);
  if (!table) return fail(table.error());
  stored.binding.arguments = std::move(*table);
  return stored;
}

}  // namespace wharf::routing
