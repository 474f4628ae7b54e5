// The document says what the routes do.
#include "admin/v1/openapi.hpp"

#include <set>

#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

#include "admin/v1/routes.hpp"

namespace wharf::v1 {
namespace {

TEST(OpenApi, EveryRouteIsAnOperationAndNothingElseIs) {
  boost::json::object document = openapi_document("1.2.3");
  std::set<std::string> documented, routed, ids;
  for (const auto& [path, operations] : document.at("paths").as_object()) {
    for (const auto& [method, operation] : operations.as_object()) {
      documented.insert(std::string(method) + " " + std::string(path));
      EXPECT_TRUE(ids.insert(std::string(operation.at("operationId").as_string())).second);
    }
  }
  for (std::span<const Route> table : {routes(), management_routes()}) {
    for (const Route& route : table) {
      std::string method(route.method);
      for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
      routed.insert(method + " " + std::string(route.pattern));
    }
  }
  EXPECT_EQ(documented, routed);
}

void collect_references(const boost::json::value& value, std::set<std::string>& into) {
  if (const boost::json::array* list = value.if_array()) {
    for (const boost::json::value& one : *list) collect_references(one, into);
  }
  const boost::json::object* object = value.if_object();
  if (object == nullptr) return;
  for (const auto& [name, one] : *object) {
    if (name == "$ref") into.insert(std::string(one.as_string()));
    collect_references(one, into);
  }
}

TEST(OpenApi, EveryReferenceLeadsToASchema) {
  boost::json::object document = openapi_document("1.2.3");
  std::set<std::string> references;
  collect_references(document, references);
  const boost::json::object& schemas = document.at("components").at("schemas").as_object();
  for (const std::string& reference : references) {
    EXPECT_TRUE(schemas.contains(reference.substr(std::string("#/components/schemas/").size()))) << reference;
  }
  EXPECT_EQ(references.size(), schemas.size());
}

TEST(OpenApi, EveryPathsBracesAreParameters) {
  for (const Route& route : routes()) {
    for (std::size_t at = route.pattern.find('{'); at != std::string_view::npos; at = route.pattern.find('{', at + 1)) {
      std::string_view name = route.pattern.substr(at + 1, route.pattern.find('}', at) - at - 1);
      EXPECT_NE(std::ranges::find(path_fields(), name, &Field::name), path_fields().end()) << name;
    }
  }
}

}  // namespace
}  // namespace wharf::v1
