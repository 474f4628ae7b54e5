#pragma once
// TCP over the kernel.
#include "runtime/stream.hpp"

namespace wharf::runtime {

struct TcpOptions {
  /// Of connections that come in: what the kernel holds of one for a peer that does not keep up. Beyond what fits the processor's
  /// cache, sending costs twice the time (docs/decisions/031-send-buffer.md). 0: as the system has it.
  std::size_t send_buffer_bytes = 256u << 10;
  /// For each address of a name: the kernel itself would go on for two minutes.
  Milliseconds connect_timeout{30'000};
};

class TcpNetwork final : public Network {
 public:
  explicit TcpNetwork(TcpOptions options = {}) : options_(options) {}
  Result<std::unique_ptr<Listener>> listen(Shard& shard, const Endpoint& endpoint) override;
  Task<Result<std::unique_ptr<Stream>>> connect(Shard& shard, Endpoint endpoint) override;

 private:
  TcpOptions options_;
};

}  // namespace wharf::runtime
