// Virtual hosts: the namespaces. The list has those that the user may look into, and for monitors all, as in RabbitMQ.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/list.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"

namespace wharf::management {
namespace {

/// Nothing is kept of a virtual host but its name: the rest is what RabbitMQ has unless it is told otherwise.
boost::json::object json_of(std::string_view name, std::string_view node) {
  constexpr std::string_view kType = "classic";
  boost::json::object metadata{
      {"description", ""}, {"tags", boost::json::array()}, {"default_queue_type", json_text(kType)}};
  return {{"name", json_text(name)},
          {"description", ""},
          {"tags", boost::json::array()},
          {"default_queue_type", json_text(kType)},
          {"metadata", std::move(metadata)},
          {"tracing", false},
          {"cluster_state", {{json_text(node), "running"}}}};
}

/// What would be lost is refused.
void refuse_what_is_not_kept(Body& body) {
  if (!body.text("description").value_or("").empty()) body.refuse("descriptions of virtual hosts are not kept yet");
  if (body.flag("tracing")) body.refuse("there is no tracing yet");
  const boost::json::value* tags = body.find("tags");
  bool has_tags = tags != nullptr && !(tags->is_array() && tags->as_array().empty()) &&
                  !(tags->is_string() && tags->as_string().empty());
  if (has_tags) body.refuse("tags of virtual hosts are not kept yet");
  std::string type = body.text("default_queue_type").value_or("classic");
  if (type != "classic" && type != "undefined" && !type.empty()) {
    body.refuse("a virtual host's default_queue_type is classic; another is not kept yet");
  }
}

}  // namespace

Answer list_vhosts(Call* call) {
  bool all = call->user.has_tag("monitoring");
  auto make = [names = all ? call->ports.entities.namespaces(call->here) : visible_vhosts(*call),
               node = call->about.node_name] {
    boost::json::array items;
    for (const std::string& name : names) items.push_back(json_of(name, node));
    return items;
  };
  http::Response response = co_await answer_list(call, std::move(make));
  co_return response;
}

Answer get_vhost(Call* call) {
  if (!call->view()) co_return nothing_here();
  co_return json_answer(json_of(call->vhost(), call->about.node_name));
}

/// Who makes one gets all rights in it, as in RabbitMQ.
Answer put_vhost(Call* call) {
  Body body(call->request.body);
  refuse_what_is_not_kept(body);
  if (body.refusal()) co_return *body.refusal();
  if (call->view()) co_return no_content();
  Result<void> made = co_await call->ports.entities.create_namespace(call->here, call->vhost());
  if (!made && made.error().code == ErrorCode::kAlreadyExists) co_return no_content();
  if (!made) co_return answer_of(made.error());
  security::Permission all{call->user.name, call->vhost(), ".*", ".*", ".*"};
  Result<void> set = co_await call->ports.access.set_permission(call->here, std::move(all));
  if (!set) co_return answer_of(set.error());
  co_return created();
}

Answer delete_vhost(Call* call) {
  if (!call->view()) co_return nothing_here();
  Result<void> deleted = co_await call->ports.entities.delete_namespace(call->here, call->vhost());
  if (!deleted && deleted.error().code == ErrorCode::kPolicyViolation) {
    co_return bad_request(json_text(deleted.error().message));
  }
  if (!deleted) co_return answer_of(deleted.error());
  co_return no_content();
}

}  // namespace wharf::management
