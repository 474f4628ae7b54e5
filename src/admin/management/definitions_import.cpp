// Importing definitions: read and tried beside the shards, then carried out one thing after the other, each as if it
// had been asked for alone. What is there already stays as it is, so a second import changes nothing.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/definitions_check.hpp"
#include "admin/management/each_destination.hpp"
#include "admin/management/multipart.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/vhost_note.hpp"

namespace wharf::management {
namespace {

/// What is missed or gone by then is found out when its turn comes.
runtime::Task<void> know_vhost(Call* call, std::string vhost, KnownVhost* into) {
  auto visit = [into](const broker::NamespaceView& view, routing::DestinationId id) {
    const routing::Destination& one = view.routes->destination(id);
    if (one.kind == routing::DestinationKind::kExchange) into->exchanges.push_back(view.routes->exchange(id)->exchange);
    if (one.kind == routing::DestinationKind::kQueue) into->queues.insert(one.name);
    if (one.kind == routing::DestinationKind::kLogTopic) into->log_topics.insert(one.name);
  };
  return each_destination(call, std::move(vhost), std::move(visit));
}

runtime::Task<void> know(Call* call, KnownThings* into) {
  for (const security::User& user : call->access().users()) into->users.insert(user.name);
  for (const std::string& vhost : call->ports.entities.namespaces(call->here)) {
    co_await know_vhost(call, vhost, &into->vhosts[vhost]);
  }
}

runtime::Task<Result<void>> make_users(Call* call, std::vector<DefinedUser>* users) {
  for (DefinedUser& one : *users) {
    if (one.password && !one.password->empty()) {
      one.user.password_hash = call->ports.access.hash_password(*one.password);
      one.user.hashing_algorithm = security::HashingAlgorithm::kSha256;  // whatever the file says
    }
    const security::User* there = call->access().find_user(one.user.name);
    if (there != nullptr && *there == one.user) continue;
    Result<void> put = co_await call->ports.access.put_user(call->here, std::move(one.user));
    if (!put) co_return put;
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> make_vhosts(Call* call, std::vector<DefinedVhost>* vhosts) {
  for (DefinedVhost& one : *vhosts) {
    Result<void> made;
    if (!call->ports.entities.find(call->here, one.name)) {
      made = co_await call->ports.entities.create_namespace(call->here, one.name);
    }
    if (!made && made.error().code != ErrorCode::kAlreadyExists) co_return made;
    if (!one.default_queue_type.empty() && one.default_queue_type != "undefined") {
      std::string type = kept_queue_type(one.default_queue_type);
      made = co_await call->ports.entities.set_default_queue_type(call->here, one.name, std::move(type));
      if (!made) co_return made;
    }
    VhostNote note{std::move(one.description), std::move(one.tags)};
    if (note.description.empty() && note.tags.empty()) continue;
    Result<void> noted = co_await keep_note(call, std::move(one.name), std::move(note));
    if (!noted) co_return noted;
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> make_rights(Call* call, const Definitions* definitions) {
  for (const security::Permission& one : definitions->permissions) {
    std::shared_ptr<const security::NamespaceAccess> there = call->access().access(one.user, one.name_space);
    if (there && there->resources && there->resources->permission == one) continue;
    Result<void> set = co_await call->ports.access.set_permission(call->here, one);
    if (!set) co_return set;
  }
  for (const security::TopicPermission& one : definitions->topic_permissions) {
    std::shared_ptr<const security::NamespaceAccess> there = call->access().access(one.user, one.name_space);
    auto known = there ? there->topics.find(one.exchange) : decltype(there->topics.end())();
    if (there && known != there->topics.end() && known->second.permission == one) continue;
    Result<void> set = co_await call->ports.access.set_topic_permission(call->here, one);
    if (!set) co_return set;
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> make_values(Call* call, std::vector<DefinedParameter>* parameters) {
  for (DefinedParameter& one : *parameters) {
    Result<void> set = co_await call->ports.parameters.set(call->here, broker::ParameterKind::kGlobal,
                                                           std::move(one.name), std::move(one.value));
    if (!set) co_return set;
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> make_policies(Call* call, std::vector<DefinedPolicy>* policies) {
  for (DefinedPolicy& one : *policies) {
    Result<bool> set = co_await call->ports.policies.set(call->here, one.kind, one.vhost, std::move(one.policy));
    if (!set) co_return fail(set.error());
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> make_exchanges(Call* call, std::vector<DefinedExchange>* exchanges) {
  for (DefinedExchange& one : *exchanges) {
    Result<bool> made = co_await call->ports.entities.declare_exchange(call->here, one.vhost, std::move(one.exchange));
    if (!made) co_return fail(made.error());
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> make_stream(Call* call, DefinedQueue* queue) {
  broker::TopicRequest request{.name = std::move(queue->declaration.name),
                               .partitions = 1,
                               .overrides = std::move(*queue->stream),
                               .name_space = queue->vhost};
  auto made = co_await call->ports.catalogue.create_topic(call->here, std::move(request));
  if (!made && made.error().code != ErrorCode::kAlreadyExists) co_return fail(made.error());
  co_return Result<void>();
}

/// What is written to the disk together: one sync for so many changes, and no shard stands still for them.
constexpr std::size_t kChangesAtOnce = 128;

/// As many from `from` on as belong to one virtual host, and go together.
template <class Defined, class Joins>
std::size_t end_of_run(const std::vector<Defined>& all, std::size_t from, Joins joins) {
  std::size_t end = from;
  while (end < all.size() && end - from < kChangesAtOnce && all[end].vhost == all[from].vhost && joins(all[end])) ++end;
  return end;
}

runtime::Task<Result<void>> make_queues(Call* call, std::vector<DefinedQueue>* queues) {
  auto is_queue = [](const DefinedQueue& one) { return !one.stream; };
  for (std::size_t next = 0; next < queues->size();) {
    Result<void> made;
    if (!is_queue((*queues)[next])) {
      made = co_await make_stream(call, &(*queues)[next]);
      ++next;
    } else {
      std::size_t end = end_of_run(*queues, next, is_queue);
      std::vector<broker::QueueDeclaration> run;
      std::string vhost = (*queues)[next].vhost;
      for (; next < end; ++next) run.push_back(std::move((*queues)[next].declaration));
      made = co_await call->ports.entities.declare_queues(call->here, std::move(vhost), std::move(run));
    }
    if (!made) co_return made;
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> make_bindings(Call* call, std::vector<DefinedBinding>* bindings) {
  for (std::size_t next = 0; next < bindings->size();) {
    std::size_t end = end_of_run(*bindings, next, [](const DefinedBinding&) { return true; });
    std::vector<routing::Binding> run;
    std::string vhost = (*bindings)[next].vhost;
    for (; next < end; ++next) run.push_back(std::move((*bindings)[next].binding));
    Result<void> bound = co_await call->ports.entities.bind_all(call->here, std::move(vhost), std::move(run));
    if (!bound) co_return bound;
    co_await runtime::next_turn(call->here);  // what is there already does not wait for anything
  }
  co_return Result<void>();
}

/// In an order in which each finds what it names.
runtime::Task<Result<void>> carry_out(Call* call, Definitions* definitions) {
  Result<void> done = co_await make_users(call, &definitions->users);
  if (done) done = co_await make_vhosts(call, &definitions->vhosts);
  if (done) done = co_await make_rights(call, definitions);
  if (done) done = co_await make_values(call, &definitions->global_parameters);
  if (done) done = co_await make_policies(call, &definitions->policies);
  if (done) done = co_await make_exchanges(call, &definitions->exchanges);
  if (done) done = co_await make_queues(call, &definitions->queues);
  if (done) done = co_await make_bindings(call, &definitions->bindings);
  co_return done;
}

using Tried = std::expected<Definitions, std::string>;

runtime::Task<http::Response> import(Call* call, std::optional<std::string> vhost) {
  std::expected<Upload, std::string> upload = uploaded(call->request);
  if (!upload) co_return bad_request(json_text(upload.error()));
  KnownThings known;
  co_await know(call, &known);
  auto look = [known = std::move(known), body = std::move(upload->content), vhost = std::move(vhost),
               batch_bytes = call->about.stream_batch_bytes]() -> Tried {
    Tried read = read_definitions(body, vhost);
    if (!read) return read;
    std::optional<std::string> complaint = check_definitions(*read, known, batch_bytes);
    if (complaint) return std::unexpected(std::move(*complaint));
    return read;
  };
  Tried tried = co_await runtime::run_on(call->ports.beside, call->here, std::move(look));
  if (!tried) co_return bad_request(json_text(tried.error()));
  Result<void> done = co_await carry_out(call, &*tried);
  if (!done && done.error().code == ErrorCode::kNotFound) co_return bad_request(json_text(done.error().message));
  if (!done) co_return answer_of(done.error());
  co_return answer_to_upload(*upload);
}

}  // namespace

Answer import_definitions(Call* call) {
  return import(call, std::nullopt);
}

Answer import_definitions_of_vhost(Call* call) {
  if (!call->view()) co_return not_found("vhost_not_found");
  http::Response response = co_await import(call, call->vhost());
  co_return response;
}

}  // namespace wharf::management
