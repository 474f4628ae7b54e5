// Prints every message table as JSON, for compare_tables.py: what the codec believes, out of the very tables it runs
// on.
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "protocols/kafka/api/all_messages.hpp"
#include "protocols/kafka/api/consumer_protocol.hpp"
#include "protocols/kafka/api/error_code.hpp"

namespace wharf::kafka {
namespace {

std::string struct_json(const StructInfo& info);

std::string field_json(const StructInfo& owner, const FieldInfo& field) {
  std::string json = fmt::format(
      R"({{"name":"{}","type":"{}","since":{},"until":{},"nullable_since":{},"ignorable":{},"tag":{},"default":)",
      field.name, field.type, field.rule.since, field.rule.until, field.rule.nullable_since, field.rule.ignorable,
      field.tag);
  field.print(field.get(owner.defaults), json);
  if (field.inner != nullptr) json += fmt::format(R"(,"fields":{})", struct_json(*field.inner));
  return json + "}";
}

std::string struct_json(const StructInfo& info) {
  std::string json = "[";
  for (const FieldInfo& field : info.fields) {
    if (json.size() > 1) json += ",\n";
    json += field_json(info, field);
  }
  return json + "]";
}

std::string message_json(std::string_view name, const StructInfo& info) {
  return fmt::format(R"("{}":{{"lowest":{},"highest":{},"flexible":{},"fields":{}}})", name, info.versions.lowest,
                     info.versions.highest, info.versions.flexible, struct_json(info));
}

std::string messages_json() {
  std::string json;
  AllRequests::for_each([&]<class Request> {
    std::string_view name = find_api(Request::kKey)->name;
    json += message_json(fmt::format("{}Request", name), Codec<Request>::info()) + ",\n";
    json += message_json(fmt::format("{}Response", name), Codec<typename Request::Response>::info()) + ",\n";
  });
  json += message_json("ConsumerProtocolSubscription", Codec<ConsumerProtocolSubscription>::info()) + ",\n";
  json += message_json("ConsumerProtocolAssignment", Codec<ConsumerProtocolAssignment>::info());
  return json;
}

std::string apis_json() {
  std::string json;
  for (const Api& api : kApis) {
    if (!json.empty()) json += ",\n";
    std::int16_t highest = api.versions.highest;
    json += fmt::format(R"("{}":{{"key":{},"highest_request_header":{},"highest_response_header":{}}})", api.name,
                        static_cast<std::int16_t>(api.key), request_header_version(api.key, highest),
                        response_header_version(api.key, highest));
  }
  return json;
}

std::string errors_json() {
  std::string json;
  for (std::int16_t number = -1; number <= kHighestKafkaError; ++number) {
    if (!json.empty()) json += ",\n";
    auto error = static_cast<KafkaError>(number);
    json += fmt::format(R"("{}":{{"name":"{}","retriable":{}}})", number, name_of(error), is_retriable(error));
  }
  return json;
}

}  // namespace
}  // namespace wharf::kafka

int main() {
  fmt::print("{{\"apis\":{{{}}},\n\"messages\":{{{}}},\n\"errors\":{{{}}}}}\n", wharf::kafka::apis_json(),
             wharf::kafka::messages_json(), wharf::kafka::errors_json());
  return 0;
}
