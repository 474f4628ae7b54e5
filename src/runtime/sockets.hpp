#pragma once
// TCP over the kernel.
#include "runtime/stream.hpp"

namespace wharf::runtime {

class TcpNetwork final : public Network {
 public:
  Result<std::unique_ptr<Listener>> listen(Shard& shard, const Endpoint& endpoint) override;
  Task<Result<std::unique_ptr<Stream>>> connect(Shard& shard, Endpoint endpoint) override;
};

}  // namespace wharf::runtime
