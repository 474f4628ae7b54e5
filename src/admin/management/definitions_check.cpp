#include "admin/management/definitions_check.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "admin/management/body.hpp"
#include "admin/management/vhost_note.hpp"
#include "broker/parameters.hpp"
#include "model/topic_name.hpp"
#include "model/utf8.hpp"
#include "protocols/amqp091/session/queue_arguments.hpp"
#include "queue/core/retry_delays.hpp"
#include "routing/core/policy_keys.hpp"
#include "routing/core/refusals.hpp"
#include "routing/core/routing_table.hpp"
#include "security/core/access_table.hpp"
#include "security/core/pattern.hpp"

namespace wharf::management {
namespace {

using Complaint = std::optional<std::string>;
using routing::DestinationKind;

/// The arguments of a stream that a log topic keeps.
constexpr std::string_view kOfStreams[] = {"x-queue-type", "x-max-age", "x-max-length-bytes",
                                           "x-stream-max-segment-size-bytes"};

template <class T>
Complaint complaint_of(const Result<T>& result) {
  if (result) return std::nullopt;
  return result.error().message;
}

Complaint no_vhost(std::string_view vhost) {
  return fmt::format("Please create virtual host \"{}\" prior to importing definitions.", vhost);
}

Complaint check_name(std::string_view what, std::string_view name) {
  if (!name.empty() && name.size() <= kShortTextBytes && is_utf8(name)) return std::nullopt;
  return fmt::format("the name of a {} has 1 to {} bytes of UTF-8, and '{}' has not", what, kShortTextBytes, name);
}

Complaint check_policy(const DefinedPolicy& defined) {
  const routing::Policy& policy = defined.policy;
  Complaint complaint = complaint_of(routing::check_policy(defined.kind, policy));
  if (!complaint) complaint = complaint_of(queue::retry_delays_of(policy.definition));
  if (!complaint && !policy.pattern.empty()) {
    Result<security::Pattern> pattern = security::Pattern::compile(policy.pattern);
    if (!pattern) complaint = "pattern should be regular expression but is invalid: " + pattern.error().message;
  }
  if (!complaint) return std::nullopt;
  return fmt::format("Validation failed\n\n{}\n ({}/{})", *complaint, defined.vhost, policy.name);
}

/// Fills in its settings.
Complaint check_stream(DefinedQueue& defined, std::uint64_t batch_bytes) {
  const broker::QueueDeclaration& queue = defined.declaration;
  amqp091::QueueName name{queue.name, defined.vhost};
  amqp091::QueueProperties properties{.durable = queue.durable, .auto_delete = queue.auto_delete};
  auto settings = amqp091::stream_topic(queue.arguments, properties, name, batch_bytes);
  if (!settings) return settings.error().message;
  for (const Property& argument : queue.arguments) {
    if (std::ranges::find(kOfStreams, argument.name) == std::end(kOfStreams)) {
      return fmt::format("argument {} of stream {} cannot be kept", argument.name,
                         routing::resource(DestinationKind::kQueue, queue.name, defined.vhost));
    }
  }
  defined.stream = std::move(*settings);
  return std::nullopt;
}

Complaint check_queue(DefinedQueue& defined, const KnownVhost& known, std::uint64_t batch_bytes) {
  broker::QueueDeclaration& queue = defined.declaration;
  if (Complaint bad = check_name("queue", queue.name)) return bad;
  if (amqp091::asks_for_stream(queue.arguments)) return check_stream(defined, batch_bytes);
  amqp091::QueueName name{queue.name, defined.vhost};
  if (known.log_topics.contains(queue.name)) {
    return routing::resource(DestinationKind::kQueue, queue.name, defined.vhost) + " is a stream already";
  }
  amqp091::Outcome<amqp091::QueueArguments> arguments = amqp091::queue_arguments(queue.arguments, name);
  if (!arguments) return arguments.error().message;
  amqp091::QueueProperties properties{.durable = queue.durable, .auto_delete = queue.auto_delete};
  amqp091::Outcome<void> possible = amqp091::check_properties(arguments->type, properties, name);
  if (!possible) return possible.error().message;
  queue.type = arguments->type;
  queue.settings = arguments->settings;
  return std::nullopt;
}

/// A trial of everything, virtual host by virtual host, on routing tables of its own.
class Trial {
 public:
  Trial(Definitions& definitions, const KnownThings& known, std::uint64_t stream_batch_bytes)
      : definitions_(definitions), known_(known), stream_batch_bytes_(stream_batch_bytes) {}

  Complaint run() {
    Complaint (Trial::* const steps[])() = {&Trial::users,        &Trial::vhosts, &Trial::rights,
                                            &Trial::topic_rights, &Trial::values, &Trial::policies,
                                            &Trial::exchanges,    &Trial::queues, &Trial::bindings};
    for (auto step : steps) {
      if (Complaint complaint = (this->*step)()) return complaint;
    }
    return std::nullopt;
  }

 private:
  struct Place {
    const KnownVhost* known;
    routing::RoutingTable table;
  };

  Complaint users() {
    users_ = known_.users;
    for (const DefinedUser& one : definitions_.users) {
      if (Complaint bad = complaint_of(security::check(one.user)))
        return fmt::format("user '{}': {}", one.user.name, *bad);
      users_.insert(one.user.name);
    }
    return std::nullopt;
  }

  Complaint vhosts() {
    for (const auto& [name, known] : known_.vhosts) add_place(name, &known);
    for (const DefinedVhost& one : definitions_.vhosts) {
      if (Complaint bad = check_name("virtual host", one.name)) return bad;
      if (Complaint bad = complaint_of(check_note({one.description, one.tags}))) return bad;
      if (Complaint bad = complaint_of(check_default_queue_type(one.default_queue_type))) return bad;
      add_place(one.name, &new_vhost_);
    }
    return std::nullopt;
  }

  void add_place(const std::string& name, const KnownVhost* known) {
    auto [place, is_new] = places_.try_emplace(name, Place{known, routing::RoutingTable(name, 0)});
    if (!is_new) return;
    routing::RoutingTable& table = place->second.table;
    for (const routing::Exchange& exchange : known->exchanges) std::ignore = table.declare(exchange);
    for (const std::string& queue : known->queues) table.add_destination({DestinationKind::kQueue, queue});
    for (const std::string& topic : known->log_topics) table.add_destination({DestinationKind::kLogTopic, topic});
  }

  Complaint check_right(const security::Definition& right, std::string_view user, std::string_view vhost) {
    if (Complaint bad = complaint_of(security::AccessTable().apply(right))) return bad;
    if (!users_.contains(user)) return fmt::format("Please create user \"{}\" prior to importing definitions.", user);
    return places_.contains(vhost) ? std::nullopt : no_vhost(vhost);
  }
  Complaint rights() {
    for (const security::Permission& one : definitions_.permissions) {
      if (Complaint bad = check_right(one, one.user, one.name_space)) return bad;
    }
    return std::nullopt;
  }
  Complaint topic_rights() {
    for (const security::TopicPermission& one : definitions_.topic_permissions) {
      if (Complaint bad = check_right(one, one.user, one.name_space)) return bad;
    }
    return std::nullopt;
  }

  Complaint values() {
    for (const DefinedParameter& one : definitions_.global_parameters) {
      if (Complaint bad = check_name("global parameter", one.name)) return bad;
      if (one.value.size() > broker::kParameterBytesMax) {
        return fmt::format("the global parameter '{}' has more than {} bytes", one.name, broker::kParameterBytesMax);
      }
    }
    return std::nullopt;
  }

  Complaint policies() {
    for (const DefinedPolicy& one : definitions_.policies) {
      if (!places_.contains(one.vhost)) return no_vhost(one.vhost);
      if (Complaint bad = check_policy(one)) return bad;
    }
    return std::nullopt;
  }

  Complaint exchanges() {
    std::vector<DefinedExchange> made;
    for (DefinedExchange& one : definitions_.exchanges) {
      auto place = places_.find(one.vhost);
      if (place == places_.end()) return no_vhost(one.vhost);
      if (Complaint bad = check_name("exchange", one.exchange.name)) return bad;
      routing::RoutingTable& table = place->second.table;
      if (table.exchange(one.exchange.name) != nullptr) continue;
      if (Complaint bad = complaint_of(table.declare(one.exchange))) return bad;
      made.push_back(std::move(one));
    }
    definitions_.exchanges = std::move(made);
    return std::nullopt;
  }

  Complaint queues() {
    std::vector<DefinedQueue> made;
    for (DefinedQueue& one : definitions_.queues) {
      auto place = places_.find(one.vhost);
      if (place == places_.end()) return no_vhost(one.vhost);
      if (Complaint bad = check_queue(one, *place->second.known, stream_batch_bytes_)) return bad;
      DestinationKind kind = one.stream ? DestinationKind::kLogTopic : DestinationKind::kQueue;
      routing::RoutingTable& table = place->second.table;
      bool is_there = table.find(DestinationKind::kQueue, one.declaration.name) ||
                      table.find(DestinationKind::kLogTopic, one.declaration.name);
      if (is_there) continue;
      table.add_destination({kind, one.declaration.name});
      made.push_back(std::move(one));
    }
    definitions_.queues = std::move(made);
    return std::nullopt;
  }

  Complaint bindings() {
    for (DefinedBinding& one : definitions_.bindings) {
      auto place = places_.find(one.vhost);
      if (place == places_.end()) return no_vhost(one.vhost);
      routing::RoutingTable& table = place->second.table;
      routing::Destination& to = one.binding.destination;
      bool to_topic = to.kind == DestinationKind::kQueue && !table.find(DestinationKind::kQueue, to.name) &&
                      table.find(DestinationKind::kLogTopic, to.name);
      if (to_topic) to.kind = DestinationKind::kLogTopic;
      if (Complaint bad = complaint_of(table.bind(one.binding))) return bad;
    }
    return std::nullopt;
  }

  Definitions& definitions_;
  const KnownThings& known_;
  std::uint64_t stream_batch_bytes_;
  const KnownVhost new_vhost_{};
  std::set<std::string, std::less<>> users_;
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace

std::optional<std::string> check_definitions(Definitions& definitions, const KnownThings& known,
                                             std::uint64_t stream_batch_bytes) {
  return Trial(definitions, known, stream_batch_bytes).run();
}

}  // namespace wharf::management
