#pragma once
// RabbitMQ's management HTTP API, as far as docs/management.md says: who asks is signed in by HTTP's basic
// authentication, what is asked is looked up in the table of routes (routes.hpp), and the handler of the resource
// answers.
#include "admin/management/call.hpp"
#include "admin/management/routes.hpp"

namespace wharf::management {

class Api {
 public:
  /// All outlives the API.
  Api(const Ports& ports, About about, runtime::Random& random)
      : ports_(ports), about_(std::move(about)), dice_(random) {}

  /// Whether the request is for it: /api and below.
  static bool is_asked(const http::Request& request) {
    return !request.segments.empty() && request.segments.front() == "api";
  }
  runtime::Task<http::Response> answer(runtime::Shard& here, http::Request request);
  /// Definitions that an administrator sends may be larger than other bodies.
  std::size_t larger_body(const runtime::Shard& here, const http::Request& head, std::size_t limit) const;

 private:
  Ports ports_;
  About about_;
  runtime::Dice dice_;
};

}  // namespace wharf::management
