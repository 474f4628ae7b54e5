#pragma once
// Who asks: by HTTP's basic authentication (RFC 7617), and only who has one of the tags that let a user manage.
#include <expected>

#include "broker/access.hpp"
#include "http/message.hpp"
#include "runtime/shard.hpp"
#include "security/core/access.hpp"

namespace wharf::json_http {

/// 401: who that is, is not known; or it is no manager.
std::expected<security::Principal, http::Response> manager_of(const broker::Access& access, const runtime::Shard& here,
                                                              const http::Request& request);

}  // namespace wharf::json_http
