// Virtual hosts: the namespaces. The list has those that the user may look into, and for monitors all, as in RabbitMQ.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/list.hpp"
#include "admin/management/queue_totals.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"
#include "admin/management/stats_json.hpp"
#include "admin/management/tags.hpp"
#include "admin/management/vhost_note.hpp"

namespace wharf::management {
namespace {

/// What is not kept is as RabbitMQ has it unless it is told otherwise.
boost::json::object json_of(std::string_view name, const VhostNote& note, std::string_view node) {
  constexpr std::string_view kType = "classic";
  boost::json::array tags;
  for (const std::string& tag : note.tags) tags.push_back(json_text(tag));
  boost::json::object metadata{
      {"description", json_text(note.description)}, {"tags", tags}, {"default_queue_type", json_text(kType)}};
  return {{"name", json_text(name)},
          {"description", json_text(note.description)},
          {"tags", std::move(tags)},
          {"default_queue_type", json_text(kType)},
          {"metadata", std::move(metadata)},
          {"tracing", false},
          {"cluster_state", {{json_text(node), "running"}}}};
}

struct Shown {
  std::string name;
  VhostNote note;
  QueueTotals totals;
  broker::VhostNumbers traffic;
};

boost::json::object json_of(const Shown& shown, std::string_view node) {
  boost::json::object json = json_of(shown.name, shown.note, node);
  add_message_fields(json, shown.totals);
  add_bytes(json, shown.traffic.connections);
  json["message_stats"] = stats_of(shown.traffic.messages);
  return json;
}

/// What would be lost is refused.
VhostNote note_in(Body& body) {
  VhostNote note{body.text("description").value_or(""), {}};
  if (body.flag("tracing")) body.refuse("there is no tracing yet");
  if (const boost::json::value* tags = body.find("tags")) {
    std::optional<std::vector<std::string>> read = tags_of(*tags);
    if (!read) body.refuse("tags must be texts");
    note.tags = std::move(read).value_or(std::vector<std::string>());
  }
  std::string type = body.text("default_queue_type").value_or("classic");
  if (type != "classic" && type != "undefined" && !type.empty()) {
    body.refuse("a virtual host's default_queue_type is classic; another is not kept yet");
  }
  return note;
}

}  // namespace

Answer list_vhosts(Call* call) {
  bool all = call->user.has_tag("monitoring");
  std::vector<Shown> shown;
  for (std::string& name : all ? call->ports.entities.namespaces(call->here) : visible_vhosts(*call)) {
    shown.push_back({.name = std::move(name), .note = {}, .totals = {}, .traffic = {}});
  }
  broker::NodeTraffic traffic = co_await call->ports.statistics.traffic(call->here);
  for (Shown& one : shown) {
    one.note = co_await note_of(call, one.name);
    co_await add_up_queues(call, one.name, &one.totals);
    one.traffic = traffic.vhosts[one.name];
  }
  auto json = [node = call->about.node_name](const Shown& one) { return json_of(one, node); };
  http::Response response = co_await answer_list(call, std::move(shown), std::move(json));
  co_return response;
}

Answer get_vhost(Call* call) {
  if (!call->view()) co_return nothing_here();
  Shown shown{.name = call->vhost(), .note = {}, .totals = {}, .traffic = {}};
  broker::NodeTraffic traffic = co_await call->ports.statistics.traffic(call->here);
  shown.traffic = traffic.vhosts[shown.name];
  shown.note = co_await note_of(call, shown.name);
  co_await add_up_queues(call, shown.name, &shown.totals);
  co_return json_answer(json_of(shown, call->about.node_name));
}

/// Who makes one gets all rights in it, as in RabbitMQ.
Answer put_vhost(Call* call) {
  Body body(call->request.body);
  VhostNote note = note_in(body);
  if (body.refusal()) co_return *body.refusal();
  if (Result<void> fits = check_note(note); !fits) co_return answer_of(fits.error());
  bool is_new = !call->view();
  bool says_something = !call->request.body.empty();
  if (is_new) {
    Result<void> made = co_await call->ports.entities.create_namespace(call->here, call->vhost());
    if (!made && made.error().code == ErrorCode::kAlreadyExists) is_new = false;
    if (!made && is_new) co_return answer_of(made.error());
  }
  if (is_new || says_something) {
    Result<void> kept = co_await keep_note(call, call->vhost(), std::move(note));
    if (!kept) co_return answer_of(kept.error());
  }
  if (!is_new) co_return no_content();
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
  // What cannot be forgotten now is replaced when there is one of its name again.
  std::ignore = co_await keep_note(call, call->vhost(), {});
  co_return no_content();
}

}  // namespace wharf::management
