#pragma once
// Tokens: another way for programs to sign in to the admin port, in place of a user's password. A token has its user's
// rights, a name, and an end. It is told once, when it is made; what is kept is a salted hash of it, with the node's
// other definitions. It goes with its user.
//
//   Authorization: Bearer wharf_<id>_<secret>
//
// Of the first shard.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/parameters.hpp"
#include "model/endpoint.hpp"
#include "model/error.hpp"
#include "model/time.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"
#include "security/core/access_table.hpp"

namespace wharf::json_http {

inline constexpr std::size_t kMostTokensOfUser = 100;

struct Token {
  std::string id, user, name;
  std::string hash;  // of the secret, as passwords' are
  std::int64_t created_ms = 0, expires_ms = 0;
  bool is_revoked = false;  // though the disk has not forgotten it yet

  /// It opens nothing any more.
  bool is_over(Timestamp now) const { return is_revoked || now.ms >= expires_ms; }
};

class Tokens {
 public:
  /// A user who may sign in from there, whatever the password (some may from this machine only).
  using MayComeFrom = std::function<bool(std::string_view user, const Endpoint& remote)>;

  /// All outlives it.
  Tokens(broker::Parameters& parameters, runtime::Random& random, MayComeFrom may_come_from)
      : parameters_(parameters), random_(random), may_come_from_(std::move(may_come_from)) {}
  /// Takes over what was kept, before any other call; what is left of users who are not there goes.
  runtime::Task<void> open(runtime::Shard& here, const security::AccessTable* users);

  struct Made {
    Token token;
    std::string text;  // for its owner, once
  };
  struct Wanted {
    std::string user, name;
    std::int64_t expires_ms = 0;
  };
  /// kPreconditionFailed: the user has kMostTokensOfUser that are not over; kNotFound: it was revoked, or its user
  /// went, while it was made. Its user is there when this is called.
  runtime::Task<Result<Made>> make(runtime::Shard& here, Wanted wanted);
  /// It opens nothing from the moment this is asked for. kNotFound; on an error of the disk a restart may bring it
  /// back: ask again.
  runtime::Task<Result<void>> revoke(runtime::Shard& here, std::string id);
  /// Its user goes: to be called before, so that a user is not gone whose tokens stay, and after, for what was made
  /// meanwhile. Those that the disk has not forgotten before are tried again, all of them whatever becomes of one.
  runtime::Task<Result<void>> revoke_all_of(runtime::Shard& here, std::string user);

  /// nullptr: there is none. Valid until the next suspension, as are all pointers here.
  const Token* find(std::string_view id) const;
  /// By their users and names.
  std::vector<Token> list() const;
  /// Whose token this is ("wharf_..."), if it may be used from there now. nullptr: nobody's.
  const Token* match(std::string_view text, const Endpoint& remote, Timestamp now) const;

 private:
  runtime::Task<Result<void>> keep(runtime::Shard& here, Token token, std::vector<std::string> over);
  runtime::Task<Result<void>> forget(runtime::Shard& here, std::vector<std::string> ids);

  broker::Parameters& parameters_;
  runtime::Random& random_;
  MayComeFrom may_come_from_;
  std::map<std::string, Token, std::less<>> by_id_;
};

}  // namespace wharf::json_http
