#pragma once
// Who asks: by HTTP's basic authentication (RFC 7617) or by a token (RFC 6750), and only who has one of the tags that
// let a user manage.
#include <expected>
#include <string>
#include <vector>

#include "admin/json_http/tokens.hpp"
#include "broker/access.hpp"
#include "http/message.hpp"
#include "runtime/logger.hpp"
#include "runtime/shard.hpp"
#include "security/core/access.hpp"

namespace wharf::json_http {

/// 401: who that is, is not known; or it is no manager.
struct Refused {
  http::Response answer;
  std::string reason;  // for the log only; empty: the request shows nothing to sign in with, as each tool's first one
};

std::expected<security::Principal, Refused> manager_of(const broker::Access& access, const Tokens& tokens,
                                                       const runtime::Shard& here, const http::Request& request);
/// The answer, once the log has the reason.
http::Response refuse(runtime::Logger& logger, const http::Request& request, Refused refused);
/// Whether a user with these tags may sign in here at all.
bool may_manage(const std::vector<std::string>& tags);
/// Whether it signs in by a token, right or wrong.
bool has_token(const http::Request& request);

}  // namespace wharf::json_http
