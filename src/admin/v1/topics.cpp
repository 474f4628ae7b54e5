#include <fmt/format.h>
#include <boost/json/array.hpp>

#include "admin/v1/page.hpp"
#include "admin/v1/resources.hpp"
#include "admin/v1/topic_json.hpp"
#include "model/topic_name.hpp"

namespace wharf::v1 {
namespace {

using security::Verb;

http::Response page_of_topics(const http::Request& request, const Sampled& sampled) {
  bool with_internal = request.parameter("internal") != "false";
  std::vector<const cluster::Topic*> topics;
  topics.reserve(sampled.topics->topics().size());
  for (const auto& [name, topic] : sampled.topics->topics()) {
    if (with_internal || !topic->internal) topics.push_back(topic.get());
  }
  auto json = [&sampled](const cluster::Topic* topic) { return topic_json(*topic, sampled); };
  return page_answer(request, topics, json, [](const cluster::Topic* topic) { return topic->name; });
}

/// What Kafka's door would refuse; none: it can be made.
std::optional<http::Response> refusal_of_new(const Call& call, const broker::TopicRequest& wanted) {
  if (!is_topic_name(wanted.name)) {
    return bad_request("name: letters, digits, '.', '_' and '-', not only one or two dots");
  }
  if (auto other = call.ports.catalogue.topics(call.here)->colliding(wanted.name)) {
    return conflict(
        fmt::format("'{}' differs from the topic '{}' in '.' and '_' only, which Kafka's metrics cannot tell apart",
                    wanted.name, other->name));
  }
  if (wanted.name == "__cluster_metadata") return bad_request("name: Kafka keeps this one for itself");
  Result<void> possible = call.ports.catalogue.check_topic(call.here, wanted);
  return possible ? std::nullopt : std::optional(refusal_of(possible.error()));
}

/// As it would be answered, had it been made.
Answer answer_validated(Call* call, broker::TopicRequest wanted) {
  auto config = config::TopicConfig::make(call->ports.config, wanted.overrides);
  if (!config) co_return refusal_of(config.error());
  auto topic = std::make_shared<cluster::Topic>();
  topic->name = std::move(wanted.name);
  topic->partitions = wanted.partitions;
  topic->config = std::move(*config);
  http::Response response = co_await answer_topic(call, std::move(topic));
  co_return response;
}

broker::TopicRequest read_new_topic(const Call& call) {
  broker::TopicRequest wanted{.name = call.body_text("name").value_or(""), .overrides = {}};
  wanted.partitions =
      static_cast<std::int32_t>(call.body_number("partitions").value_or(call.ports.config.get<"num.partitions">()));
  if (const boost::json::value* settings = call.in_body("settings")) {
    for (const auto& [name, value] : settings->as_object()) {
      wanted.overrides.emplace(std::string(name), std::string(value.as_string()));
    }
  }
  return wanted;
}

}  // namespace

Answer list_topics(Call* call) {
  Sampled sampled = co_await sample_topics(call);
  auto write = [request = call->request, sampled = std::move(sampled)] { return page_of_topics(request, sampled); };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  co_return response;
}

Answer get_topic(Call* call) {
  std::expected<TopicPointer, http::Response> topic = topic_named(*call, call->names.front());
  if (!topic) co_return topic.error();
  http::Response response = co_await answer_topic(call, *topic);
  co_return response;
}

Answer create_topic(Call* call) {
  broker::TopicRequest wanted = read_new_topic(*call);
  if (auto refusal = refused(*call, Verb::kConfigure, wanted.name)) co_return std::move(*refusal);
  if (auto refusal = refusal_of_new(*call, wanted)) co_return std::move(*refusal);
  http::Response response;
  if (call->body_flag("validate_only")) {
    response = co_await answer_validated(call, std::move(wanted));
    co_return response;
  }
  auto made = co_await call->ports.catalogue.create_topic(call->here, std::move(wanted));
  if (!made) co_return refusal_of(made.error());
  response = co_await answer_topic(call, *made);
  co_return with_status(201, std::move(response));
}

Answer delete_topic(Call* call) {
  std::expected<TopicPointer, http::Response> topic = topic_to_change(*call, Verb::kConfigure);
  if (!topic) co_return topic.error();
  Result<void> removed = co_await call->ports.catalogue.remove_topic(call->here, (*topic)->id);
  if (!removed) co_return refusal_of(removed.error());
  co_return no_content();
}

}  // namespace wharf::v1
