#pragma once
// Definitions as they are kept in the metadata log, and as RabbitMQ exports them: the value is RabbitMQ's JSON object,
//
//   user/alice {"name":"alice","password_hash":"...","hashing_algorithm":"rabbit_password_hashing_sha256","tags":[]}
//   permission/%2F/alice              {"user":"alice","vhost":"/","configure":"^$","write":".*","read":".*"}
//   topic-permission/%2F/alice/amq.topic  {"user":"alice","vhost":"/","exchange":"amq.topic","write":"^a","read":""}
//
// and no value: it was taken away. In keys every byte of a name but letters, digits, '-', '.' and '_' is %XX.
#include <optional>
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "security/core/definitions.hpp"

namespace wharf::security {

struct StoredDefinition {
  std::string key;
  std::optional<std::string> value;
};

StoredDefinition encode(const Definition& definition);
/// kMalformed: not ours, damaged, or a value that is not its key's. Whether it can be applied is the table's to say.
Result<Definition> decode(std::string_view key, std::optional<std::string_view> value);

/// One entry of "users", "permissions" or "topic_permissions" in RabbitMQ's definitions. What is missing there has
/// RabbitMQ's default; tags may be one text with commas; other fields are passed over. kMalformed.
std::string to_json(const User& user);
std::string to_json(const Permission& permission);
std::string to_json(const TopicPermission& permission);
Result<User> user_from_json(std::string_view text);
Result<Permission> permission_from_json(std::string_view text);
Result<TopicPermission> topic_permission_from_json(std::string_view text);

}  // namespace wharf::security
