#pragma once
// Our own API below /api/wharf/v1: topics, partitions, messages of topics, groups and their offsets, settings. Who asks
// is signed in as in the management API; parameters and bodies are held to the table of routes before a handler sees
// them.
#include "admin/v1/call.hpp"
#include "admin/v1/routes.hpp"

namespace wharf::v1 {

class Api {
 public:
  /// All outlives the API, which is of one shard.
  Api(const Ports& ports, About about, runtime::Random& random)
      : ports_(ports), about_(std::move(about)), dice_(random) {}

  /// Whether one of its routes has the path, by whatever method.
  static bool is_asked(const http::Request& request);
  runtime::Task<http::Response> answer(runtime::Shard& here, http::Request request);

 private:
  Ports ports_;
  About about_;
  Memory memory_;
  runtime::Dice dice_;
};

}  // namespace wharf::v1
