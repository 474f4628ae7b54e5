#include "admin/v1/openapi.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <boost/json/array.hpp>

#include "admin/v1/answers.hpp"
#include "admin/v1/resources.hpp"
#include "admin/v1/routes.hpp"
#include "admin/v1/shapes.hpp"

namespace wharf::v1 {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// What anybody may get for any request that has to be signed in.
constexpr std::string_view kAlways = "400 401 403 431";

const std::map<std::string_view, std::string_view> kStatusSentences{
    {"200", "It went well."},
    {"201", "It is made."},
    {"204", "It is done."},
    {"400", "The request is not as this document says, or cannot be meant."},
    {"401", "Nobody who may manage the server has signed in."},
    {"403", "This user may not."},
    {"404", "There is no such thing."},
    {"409", "Not as things are now."},
    {"413", "The body is larger than 2 MiB."},
    {"415", "The body does not say that it is JSON."},
    {"431", "The request's line and headers are larger than 16 KiB."},
    {"503", "Not now: the disk refuses, or the server begins or ends."},
};

boost::json::string_view name_of(std::string_view text) {
  return {text.data(), text.size()};
}

value reference(std::string_view schema) {
  return object{{"$ref", json_text("#/components/schemas/" + std::string(schema))}};
}

void limit(object& schema, const Field& field, std::string_view least, std::string_view most) {
  if (field.least != std::numeric_limits<std::int64_t>::min()) schema[name_of(least)] = field.least;
  if (field.most != std::numeric_limits<std::int64_t>::max()) schema[name_of(most)] = field.most;
}

array choices_of(const Field& field) {
  array words;
  for (std::string_view rest = field.choices; !rest.empty();) {
    std::string_view word = rest.substr(0, rest.find('|'));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    words.push_back(json_text(word));
  }
  if (field.is_nullable) words.push_back(nullptr);
  return words;
}

value items_of(const Field& field) {
  if (field.kind == Kind::kObjects) return reference(field.shape->name);
  return object{{"type", field.kind == Kind::kTexts ? "string" : "integer"}};
}

std::string_view type_of(Kind kind) {
  switch (kind) {
    case Kind::kText:
      return "string";
    case Kind::kInteger:
      return "integer";
    case Kind::kNumber:
      return "number";
    case Kind::kFlag:
      return "boolean";
    case Kind::kTable:
    case Kind::kObject:
      return "object";
    default:
      return "array";
  }
}

value schema_of(const Field& field) {
  if (field.kind == Kind::kObject) {
    if (!field.is_nullable) return reference(field.shape->name);
    return object{{"anyOf", array{reference(field.shape->name), object{{"type", "null"}}}},
                  {"description", json_text(field.sentence)}};
  }
  if (field.kind == Kind::kAnything) return object{{"description", json_text(field.sentence)}};
  object schema;
  std::string_view type = type_of(field.kind);
  if (field.is_nullable)
    schema["type"] = array{json_text(type), "null"};
  else
    schema["type"] = json_text(type);
  schema["description"] = json_text(field.sentence);
  if (!field.choices.empty()) schema["enum"] = choices_of(field);
  if (field.kind == Kind::kText) limit(schema, field, "minLength", "maxLength");
  if (field.kind == Kind::kInteger) {
    schema["format"] = "int64";
    limit(schema, field, "minimum", "maximum");
  }
  if (field.kind == Kind::kTable) schema["additionalProperties"] = object{{"type", "string"}};
  if (type == "array") {
    schema["items"] = items_of(field);
    limit(schema, field, "minItems", "maxItems");
  }
  return schema;
}

/// What is sent is held to the fields that there are; what is answered may have more in a later version.
object schema_of(const Shape& shape, bool is_closed) {
  object properties;
  array required;
  for (const Field& field : shape.fields) {
    properties[name_of(field.name)] = schema_of(field);
    if (field.is_required) required.push_back(json_text(field.name));
  }
  object schema{{"type", "object"}, {"description", json_text(shape.sentence)}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  if (is_closed) schema["additionalProperties"] = false;
  return schema;
}

value page_schema(const Shape& item) {
  object counted{{"type", "integer"}, {"minimum", 0}};
  return object{
      {"type", "object"},
      {"properties", object{{"items", object{{"type", "array"}, {"items", reference(item.name)}}},
                            {"item_count", counted},
                            {"filtered_count", counted},
                            {"total_count", counted},
                            {"page", counted},
                            {"page_count", counted},
                            {"page_size", counted}}},
      {"required", array{"items", "item_count", "filtered_count", "total_count", "page", "page_count", "page_size"}}};
}

object json_content(value schema) {
  return {{"application/json", object{{"schema", std::move(schema)}}}};
}

value answer_schema(const Route& route) {
  if (route.answer == nullptr) return object{{"type", "object"}};
  return route.paging == Paging::kNone ? reference(route.answer->name) : page_schema(*route.answer);
}

object response_of(const Route& route, std::string_view status) {
  object response{{"description", json_text(kStatusSentences.at(status))}};
  if (status == "204") return response;
  bool is_oversize = status == "413" || status == "431";  // these the connection answers, not the API
  std::string_view refusal = is_oversize ? shapes::kOversize.name : shapes::kError.name;
  response["content"] = json_content(status < "300" ? answer_schema(route) : reference(refusal));
  return response;
}

object responses_of(const Route& route) {
  std::string statuses = std::to_string(route.status) + " " + std::string(route.others);
  if (route.right != Right::kAnybody) statuses += " " + std::string(kAlways);
  if (route.body != nullptr) statuses += " 413 415";
  object responses;
  for (std::string_view rest = statuses; !rest.empty();) {
    std::string_view status = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), status.size() + 1));
    if (!status.empty()) responses[name_of(status)] = response_of(route, status);
  }
  return responses;
}

object parameter_of(const Field& field, std::string_view in) {
  return {{"name", json_text(field.name)},
          {"in", json_text(in)},
          {"required", in == "path"},
          {"description", json_text(field.sentence)},
          {"schema", schema_of(field)}};
}

array parameters_of(const Route& route) {
  array parameters;
  for (const Field& field : path_fields()) {
    if (route.pattern.contains("{" + std::string(field.name) + "}")) parameters.push_back(parameter_of(field, "path"));
  }
  for (std::span<const Field> fields : {route.query, page_fields(route.paging)}) {
    for (const Field& field : fields) parameters.push_back(parameter_of(field, "query"));
  }
  return parameters;
}

object operation_of(const Route& route) {
  object operation{{"operationId", json_text(route.id)},
                   {"summary", json_text(route.sentence)},
                   {"parameters", parameters_of(route)},
                   {"responses", responses_of(route)}};
  if (route.body != nullptr) {
    operation["requestBody"] = object{{"required", true}, {"content", json_content(reference(route.body->name))}};
  }
  if (route.right == Right::kAnybody) operation["security"] = array();
  return operation;
}

/// The shape and those in it.
void collect(const Shape& shape, bool is_closed, object& schemas) {
  if (schemas.contains(name_of(shape.name))) return;
  schemas[name_of(shape.name)] = schema_of(shape, is_closed);
  for (const Field& field : shape.fields) {
    if (field.shape != nullptr) collect(*field.shape, is_closed, schemas);
  }
}

void describe(const Route& route, object& paths, object& schemas) {
  std::string method(route.method);
  for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
  value& path = paths[name_of(route.pattern)];
  if (!path.is_object()) path = object();
  path.get_object()[name_of(method)] = operation_of(route);
  if (route.answer != nullptr) collect(*route.answer, false, schemas);
  // The management API passes over fields that it does not know, as RabbitMQ's does.
  if (route.body != nullptr) collect(*route.body, false, schemas);
}

}  // namespace

object openapi_document(std::string_view version) {
  object paths, schemas;
  collect(shapes::kError, false, schemas);
  collect(shapes::kOversize, false, schemas);
  for (const Route& route : routes()) {
    if (route.body != nullptr) collect(*route.body, true, schemas);
  }
  for (std::span<const Route> table : {routes(), management_routes()}) {
    for (const Route& route : table) describe(route, paths, schemas);
  }
  return {{"openapi", "3.1.0"},
          {"info",
           object{{"title", "Wharf"},
                  {"version", json_text(version)},
                  {"description",
                   "Topics, messages, queues, groups and settings of a Wharf server. Beside RabbitMQ's management API, "
                   "and with its users."}}},
          {"servers", array{object{{"url", json_text(kRoot)}}}},
          {"security", array{object{{"basic", array()}}, object{{"token", array()}}}},
          {"paths", std::move(paths)},
          {"components", object{{"securitySchemes", object{{"basic", object{{"type", "http"}, {"scheme", "basic"}}},
                                                           {"token", object{{"type", "http"}, {"scheme", "bearer"}}}}},
                                {"schemas", std::move(schemas)}}}};
}

Answer get_document(Call* call) {
  auto write = [version = call->about.version] { return json_answer(openapi_document(version)); };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  co_return response;
}

}  // namespace wharf::v1
