#pragma once
// Definitions as RabbitMQ exports them, read from a file: users, virtual hosts and what is in them. What has no place
// here is refused with a sentence, wherever it stands, and never passed over.
//
//   auto read = read_definitions(body, std::nullopt);          // of everything; else of one virtual host
//   if (!read) return bad_request(read.error());
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/entities.hpp"
#include "protocols/amqp091/session/stream_arguments.hpp"
#include "routing/core/exchange.hpp"
#include "routing/core/policy.hpp"
#include "security/core/definitions.hpp"

namespace wharf::management {

inline constexpr std::size_t kMostDefinitions = 200'000;         // of one kind
inline constexpr std::size_t kDefinitionsBytesMax = 20'000'000;  // RabbitMQ's

struct DefinedUser {
  security::User user;
  std::optional<std::string> password;  // to be hashed
};
struct DefinedVhost {
  std::string name, description;
  std::vector<std::string> tags;
  std::string default_queue_type = {};  // empty: the file says nothing
};
struct DefinedPolicy {
  std::string vhost;
  routing::PolicyKind kind = routing::PolicyKind::kPolicy;
  routing::Policy policy;
};
struct DefinedExchange {
  std::string vhost;
  routing::Exchange exchange;
};
struct DefinedQueue {
  std::string vhost;
  broker::QueueDeclaration declaration;
  std::optional<amqp091::TopicSettings> stream;  // what a stream is instead: a log topic with these settings
};
struct DefinedBinding {
  std::string vhost;
  routing::Binding binding;
};
struct DefinedParameter {
  std::string name;
  std::string value;  // JSON
};

struct Definitions {
  std::vector<DefinedUser> users;
  std::vector<DefinedVhost> vhosts;
  std::vector<security::Permission> permissions;
  std::vector<security::TopicPermission> topic_permissions;
  std::vector<DefinedParameter> global_parameters;
  std::vector<DefinedPolicy> policies;
  std::vector<DefinedExchange> exchanges;
  std::vector<DefinedQueue> queues;
  std::vector<DefinedBinding> bindings;
};

/// `vhost`: a file of one virtual host, which its things are put into, whatever it was called there. The error is a
/// sentence for whoever wrote the file. An empty text holds nothing.
std::expected<Definitions, std::string> read_definitions(std::string_view body,
                                                         const std::optional<std::string>& vhost);

}  // namespace wharf::management
