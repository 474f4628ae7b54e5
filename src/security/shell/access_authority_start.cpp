// What the authority takes over from the metadata log, and what the very first start makes.
#include <span>
#include <utility>

#include "security/core/stored_definition.hpp"
#include "security/shell/access_authority.hpp"

namespace wharf::security {
namespace {

/// There once the first users were made, whatever became of them since.
constexpr std::string_view kMarkKind = "access";
constexpr std::string_view kMarkKey = "access/first-users";

std::string_view name_space_of(const Definition& definition) {
  if (const auto* permission = std::get_if<Permission>(&definition)) return permission->name_space;
  if (const auto* permission = std::get_if<TopicPermission>(&definition)) return permission->name_space;
  return {};
}

Definition removal_of(const Definition& definition) {
  if (const auto* topic = std::get_if<TopicPermission>(&definition)) {
    return TopicPermissionRemoved{topic->user, topic->name_space, topic->exchange};
  }
  const auto& permission = std::get<Permission>(definition);
  return PermissionRemoved{permission.user, permission.name_space};
}

cluster::Definition stored(const Definition& definition) {
  StoredDefinition encoded = encode(definition);
  return {std::move(encoded.key), std::move(encoded.value)};
}

}  // namespace

/// Damaged ones are logged and passed over: nobody gains a right by that.
std::vector<Definition> AccessAuthority::stored_definitions() {
  std::vector<Definition> definitions;
  for (std::string_view kind : {"user", "permission", "topic-permission"}) {
    for (const cluster::Definition& one : with_.metadata->take_definitions(kind)) {
      Result<Definition> decoded = decode(one.key, one.value);
      Result<void> possible = decoded ? AccessTable().apply(*decoded) : fail(decoded.error());
      if (!possible) {
        with_.logger->error("passed over a definition", {{"key", one.key}, {"reason", possible.error().message}});
      } else if (std::string_view in = name_space_of(*decoded); !in.empty() && !with_.has_namespace(in)) {
        owed_.push_back(stored(removal_of(*decoded)));
      } else {
        definitions.push_back(*std::move(decoded));
      }
    }
  }
  return definitions;
}

std::vector<Definition> AccessAuthority::first_users() {
  Salt salt;
  with_.random->fill(std::as_writable_bytes(std::span(salt)));
  std::vector<Definition> definitions = first_definitions(salt);
  for (const Definition& one : definitions) owed_.push_back(stored(one));
  owed_.push_back({std::string(kMarkKey), "{}"});
  return definitions;
}

runtime::Task<void> AccessAuthority::open() {
  runtime::Turns::Turn turn = co_await turns_.take();
  std::vector<Definition> definitions = stored_definitions();
  bool first_start = with_.metadata->take_definitions(kMarkKind).empty() && definitions.empty();
  if (first_start) {
    for (Definition& one : first_users()) definitions.push_back(std::move(one));
  }
  co_await spread(&definitions);
  const std::vector<Definition> nothing;
  Result<void> kept = co_await keep(&nothing);
  if (!kept) {
    with_.logger->warn("users and permissions could not be written; it is tried again with the next change of one",
                       {{"reason", kept.error().message}});
  }
}

}  // namespace wharf::security
