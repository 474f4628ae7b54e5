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

struct Shown {
  std::string name;
  VhostNote note;
  std::string default_queue_type;
  QueueTotals totals;
  broker::VhostNumbers traffic;
};

boost::json::object json_of(const Shown& shown, std::string_view node) {
  boost::json::object json{{"name", json_text(shown.name)}};
  boost::json::object metadata = metadata_json(shown.note, shown.default_queue_type);
  json.insert(metadata.begin(), metadata.end());
  json["metadata"] = std::move(metadata);
  json["tracing"] = false;
  json["cluster_state"] = boost::json::object{{json_text(node), "running"}};
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
  return note;
}

/// What is known of it beside its name; of one that has gone meanwhile nothing.
runtime::Task<void> look_at(Call* call, broker::NodeTraffic* traffic, Shown* shown) {
  shown->traffic = traffic->vhosts[shown->name];
  shown->note = co_await note_of(call, shown->name);
  std::optional<broker::NamespaceView> view = call->ports.entities.find(call->here, shown->name);
  if (view) shown->default_queue_type = view->default_queue_type;
  co_await add_up_queues(call, shown->name, &shown->totals);
}

}  // namespace

Answer list_vhosts(Call* call) {
  bool all = call->user.has_tag("monitoring");
  std::vector<Shown> shown;
  for (std::string& name : all ? call->ports.entities.namespaces(call->here) : visible_vhosts(*call)) {
    shown.push_back({.name = std::move(name), .note = {}, .default_queue_type = {}, .totals = {}, .traffic = {}});
  }
  broker::NodeTraffic traffic = co_await call->ports.statistics.traffic(call->here);
  for (Shown& one : shown) co_await look_at(call, &traffic, &one);
  auto json = [node = call->about.node_name](const Shown& one) { return json_of(one, node); };
  http::Response response = co_await answer_list(call, std::move(shown), std::move(json));
  co_return response;
}

Answer get_vhost(Call* call) {
  if (!call->view()) co_return nothing_here();
  Shown shown{.name = call->vhost(), .note = {}, .default_queue_type = {}, .totals = {}, .traffic = {}};
  broker::NodeTraffic traffic = co_await call->ports.statistics.traffic(call->here);
  co_await look_at(call, &traffic, &shown);
  co_return json_answer(json_of(shown, call->about.node_name));
}

/// Who makes one gets all rights in it, as in RabbitMQ.
Answer put_vhost(Call* call) {
  Body body(call->request.body);
  VhostNote note = note_in(body);
  std::optional<std::string> type = body.text("default_queue_type");
  if (Result<void> good = check_default_queue_type(type.value_or("")); !good)
    body.refuse(json_text(good.error().message));
  if (body.refusal()) co_return *body.refusal();
  if (Result<void> fits = check_note(note); !fits) co_return answer_of(fits.error());
  bool is_new = !call->view();
  bool says_something = body.find("description") != nullptr || body.find("tags") != nullptr;
  if (is_new) {
    Result<void> made = co_await call->ports.entities.create_namespace(call->here, call->vhost());
    if (!made && made.error().code == ErrorCode::kAlreadyExists) is_new = false;
    if (!made && is_new) co_return answer_of(made.error());
  }
  if (is_new) {
    security::Permission all{call->user.name, call->vhost(), ".*", ".*", ".*"};
    Result<void> set = co_await call->ports.access.set_permission(call->here, std::move(all));
    if (!set) co_return answer_of(set.error());
  }
  if (type) {
    Result<void> set =
        co_await call->ports.entities.set_default_queue_type(call->here, call->vhost(), kept_queue_type(*type));
    if (!set) co_return answer_of(set.error());
  }
  if (is_new || says_something) {
    Result<void> kept = co_await keep_note(call, call->vhost(), std::move(note));
    if (!kept) co_return answer_of(kept.error());
  }
  co_return is_new ? created() : no_content();
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
