#include "admin/json_http/tokens.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>

#include <fmt/format.h>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "security/core/password.hpp"

namespace wharf::json_http {
namespace {

constexpr std::string_view kPrefix = "wharf_";
constexpr std::size_t kIdBytes = 8, kSecretBytes = 32;

std::string random_hex(runtime::Random& random, std::size_t bytes) {
  std::array<std::uint8_t, kSecretBytes> drawn{};
  std::span<std::uint8_t> used = std::span(drawn).first(bytes);
  random.fill(std::as_writable_bytes(used));
  std::string text;
  for (std::uint8_t byte : used) text += fmt::format("{:02x}", byte);
  return text;
}

std::string value_of(const Token& token) {
  return boost::json::serialize(boost::json::object{{"user", token.user},
                                                    {"name", token.name},
                                                    {"hash", token.hash},
                                                    {"created_ms", token.created_ms},
                                                    {"expires_ms", token.expires_ms}});
}

/// None: it is damaged. Nobody gains a right by that.
std::optional<Token> token_of(const std::string& id, const std::string& text) {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(text, error);
  if (error || !value.is_object()) return std::nullopt;
  const boost::json::object& json = value.get_object();
  auto word = [&json](const char* field) {
    const boost::json::value* found = json.if_contains(field);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
  };
  auto time = [&json](const char* field) -> std::int64_t {
    const boost::json::value* found = json.if_contains(field);
    return found != nullptr && found->is_int64() ? found->get_int64() : 0;
  };
  Token token{.id = id,
              .user = word("user"),
              .name = word("name"),
              .hash = word("hash"),
              .created_ms = time("created_ms"),
              .expires_ms = time("expires_ms")};
  return token.user.empty() || token.hash.empty() ? std::nullopt : std::optional(std::move(token));
}

}  // namespace

runtime::Task<void> Tokens::open(runtime::Shard& here, const security::AccessTable* users) {
  broker::Parameters::ByName kept = co_await parameters_.list(here, broker::ParameterKind::kToken);
  std::vector<std::string> left_behind;
  for (const auto& [id, text] : kept) {
    std::optional<Token> token = token_of(id, text);
    if (!token) continue;
    if (users->find_user(token->user) == nullptr) left_behind.push_back(id);
    by_id_.emplace(id, std::move(*token));
  }
  std::ignore = co_await forget(here, std::move(left_behind));
}

/// Those of everybody that are over go first.
runtime::Task<Result<Tokens::Made>> Tokens::make(runtime::Shard& here, Wanted wanted) {
  const Timestamp now = here.clock().wall_now();
  std::vector<std::string> over;
  std::size_t of_user = 0;
  for (const auto& [id, token] : by_id_) {
    if (token.is_over(now)) over.push_back(id);
    if (!token.is_over(now) && token.user == wanted.user) ++of_user;
  }
  if (of_user >= kMostTokensOfUser) {
    co_return fail(ErrorCode::kPreconditionFailed, fmt::format("a user has {} tokens at most", kMostTokensOfUser));
  }
  const std::string secret = random_hex(random_, kSecretBytes);
  security::Salt salt;
  random_.fill(std::as_writable_bytes(std::span(salt)));
  Token token{.id = random_hex(random_, kIdBytes),
              .user = std::move(wanted.user),
              .name = std::move(wanted.name),
              .hash = security::hash_password(salt, secret),
              .created_ms = now.ms,
              .expires_ms = wanted.expires_ms};
  by_id_.emplace(token.id, token);  // before anybody else has a turn: who deletes its user finds it
  Result<void> kept = co_await keep(here, token, std::move(over));
  if (!kept) co_return fail(kept.error());
  std::string text = fmt::format("{}{}_{}", kPrefix, token.id, secret);
  co_return Made{.token = std::move(token), .text = std::move(text)};
}

runtime::Task<Result<void>> Tokens::keep(runtime::Shard& here, Token token, std::vector<std::string> over) {
  Result<void> kept = co_await forget(here, std::move(over));
  if (kept) kept = co_await parameters_.set(here, broker::ParameterKind::kToken, token.id, value_of(token));
  const Token* made = find(token.id);
  if (kept && (made == nullptr || made->is_revoked)) {
    by_id_.insert_or_assign(token.id, token);
    std::ignore = co_await forget(here, {token.id});
    co_return fail(ErrorCode::kNotFound, "it was revoked, or its user was deleted, before it was kept");
  }
  if (!kept) by_id_.erase(token.id);
  co_return kept;
}

runtime::Task<Result<void>> Tokens::revoke(runtime::Shard& here, std::string id) {
  if (find(id) == nullptr) co_return fail(ErrorCode::kNotFound, fmt::format("there is no token '{}'", id));
  Result<void> forgotten = co_await forget(here, {std::move(id)});
  co_return forgotten;
}

runtime::Task<Result<void>> Tokens::revoke_all_of(runtime::Shard& here, std::string user) {
  std::vector<std::string> ids;
  for (const auto& [id, token] : by_id_) {
    if (token.user == user) ids.push_back(id);
  }
  Result<void> forgotten = co_await forget(here, std::move(ids));
  co_return forgotten;
}

/// The first error, if there is one.
runtime::Task<Result<void>> Tokens::forget(runtime::Shard& here, std::vector<std::string> ids) {
  for (const std::string& id : ids) {
    if (auto found = by_id_.find(id); found != by_id_.end()) found->second.is_revoked = true;
  }
  Result<void> outcome;
  for (const std::string& id : ids) {
    Result<void> forgotten = co_await parameters_.set(here, broker::ParameterKind::kToken, id, std::nullopt);
    if (forgotten) by_id_.erase(id);
    if (!forgotten && outcome) outcome = forgotten;
  }
  co_return outcome;
}

const Token* Tokens::find(std::string_view id) const {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

std::vector<Token> Tokens::list() const {
  std::vector<Token> tokens;
  for (const auto& [id, token] : by_id_) tokens.push_back(token);
  std::ranges::sort(tokens, {}, [](const Token& token) { return std::tie(token.user, token.name, token.id); });
  return tokens;
}

const Token* Tokens::match(std::string_view text, const Endpoint& remote, Timestamp now) const {
  if (!text.starts_with(kPrefix)) return nullptr;
  text.remove_prefix(kPrefix.size());
  std::size_t end = text.find('_');
  if (end == std::string_view::npos) return nullptr;
  const Token* token = find(text.substr(0, end));
  if (token == nullptr || token->is_over(now)) return nullptr;
  if (!security::password_matches(token->hash, security::HashingAlgorithm::kSha256, text.substr(end + 1)))
    return nullptr;
  return may_come_from_(token->user, remote) ? token : nullptr;
}

}  // namespace wharf::json_http
