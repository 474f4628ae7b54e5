#pragma once
// Users and permissions, decided in one place: the first shard, one change after the other. A change is written to the
// metadata log before anybody sees it; then every shard's own table takes it over; then it is answered. What is refused
// leaves nothing behind, what meets a failing disk is answered when that is back, and of a change of several parts (a
// user goes with all permissions) all or none is kept.
//
// The very first start makes the user guest (core/definitions.hpp: first_definitions) and remembers that it did: a
// guest who was deleted stays deleted.
//
// Calls come from any shard and name it; the tables are read on the calling shard itself.
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/metadata/metadata_store.hpp"
#include "model/error.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/turns.hpp"
#include "security/core/access_table.hpp"

namespace wharf::security {

class AccessAuthority {
 public:
  /// All of it outlives the authority.
  struct Surroundings {
    std::vector<runtime::Shard*> shards;
    cluster::MetadataStore* metadata = nullptr;  // of the first shard
    /// On the first shard: whether there is such a namespace now.
    std::function<bool(std::string_view)> has_namespace;
    runtime::Random* random = nullptr;
    runtime::Logger* logger = nullptr;
    std::set<std::string, std::less<>> loopback_users{"guest"};
  };

  explicit AccessAuthority(Surroundings with);

  /// On the first shard, once the namespaces are known: takes over what was stored. Permissions in namespaces that went
  /// before they could be forgotten are forgotten now.
  runtime::Task<void> open();
  /// On the first shard, before the metadata store stops: changes asked for from now on are kClosed.
  runtime::Task<void> close();

  /// The calling shard's own. Valid until the shard's next suspension.
  const AccessTable& table(const runtime::Shard& here) const { return copies_[here.index().value]->table; }

  /// New, or in place of the one that was there. kInvalidName, kInvalidArgument.
  runtime::Task<Result<void>> put_user(runtime::Shard& here, User user);
  /// With all permissions. kNotFound.
  runtime::Task<Result<void>> delete_user(runtime::Shard& here, std::string name);
  /// kNotFound: no such user or namespace. kInvalidArgument: a pattern is none.
  runtime::Task<Result<void>> set_permission(runtime::Shard& here, Permission permission);
  runtime::Task<Result<void>> set_topic_permission(runtime::Shard& here, TopicPermission permission);
  /// kNotFound: no such user or namespace. What was not set is cleared already.
  runtime::Task<Result<void>> clear_permission(runtime::Shard& here, PermissionRemoved which);
  runtime::Task<Result<void>> clear_topic_permission(runtime::Shard& here, TopicPermissionRemoved which);
  /// After a namespace went, and before one is made: all permissions in it go, unless it is there. They are gone also
  /// where that cannot be written yet, which is the error; it is written with the next change.
  runtime::Task<Result<void>> forget_namespace(runtime::Shard& here, std::string name_space);

 private:
  /// What is to be set or taken away, decided when the change's turn comes.
  struct Plan {
    std::vector<Definition> definitions;
    bool goes_anyway = false;
  };
  using Planner = std::move_only_function<Result<Plan>(const AccessTable&)>;
  struct Copy {
    runtime::Shard& shard;
    AccessTable table;  // applies each definition itself: compiled patterns are not shared between shards
  };

  runtime::Shard& first() { return *with_.shards.front(); }
  using Reply = std::move_only_function<void(Result<void>)>;
  using Patience = cluster::Patience;
  runtime::Task<Result<void>> ask(runtime::Shard& here, Planner planner, Patience patience = Patience::kNone);
  runtime::Task<void> work(Planner planner, Reply reply);
  runtime::Task<Result<void>> carry_out(Planner planner);
  runtime::Task<Result<void>> keep(const std::vector<Definition>* definitions);
  runtime::Task<void> spread(const std::vector<Definition>* definitions);
  /// Rights of a user in a namespace, both of which have to be there.
  runtime::Task<Result<void>> set(runtime::Shard& here, std::string user, std::string name_space, Definition rights);
  Result<void> check_known(const AccessTable& now, std::string_view user, std::string_view name_space) const;
  std::vector<Definition> stored_definitions();
  std::vector<Definition> first_users();

  Surroundings with_;
  std::vector<std::unique_ptr<Copy>> copies_;
  // Of the first shard.
  runtime::Turns turns_;
  bool keeping_ = false;                   // whoever has the turn waits for the metadata log
  std::vector<cluster::Definition> owed_;  // true already: written before the next definitions
  runtime::TaskScope tasks_;
};

}  // namespace wharf::security
