#pragma once
// Byte streams behind interfaces: sockets (sockets.hpp) and the simulator's network (sim/).
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "model/bytes.hpp"
#include "model/endpoint.hpp"
#include "model/error.hpp"
#include "runtime/file.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::runtime {

/// Bytes of a file that go to a socket without passing through us (sendfile).
struct FileRange {
  std::shared_ptr<File> file;
  std::uint64_t position = 0;
  std::size_t length = 0;
};
using OutPiece = std::variant<SharedBytes, FileRange>;

/// One connection, of one shard. One read and one write may be pending at a time.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Waits for at least one byte (`into` has room for one); 0 means that the other side has ended. kClosed after
  /// close().
  virtual Task<Result<std::size_t>> read_some(MutableBytes into) = 0;
  /// What has arrived, without waiting: 0 is the end. None: there is nothing yet, or the stream cannot tell.
  virtual Result<std::optional<std::size_t>> read_now([[maybe_unused]] MutableBytes into) { return std::nullopt; }
  /// Until something has arrived, or the end, so that who waits holds no memory for it. At once where the stream cannot
  /// tell: read_some() waits.
  virtual Task<void> until_readable() { co_return; }
  /// Sends all pieces in one gathered write where possible. After a failure nothing more can be sent: close it. What
  /// the other side sent before it left (kClosed) can still be read. A file that turns out shorter than its range fails
  /// (kDamaged): the length was promised already.
  virtual Task<Result<void>> write(std::vector<OutPiece> pieces) = 0;
  /// The same as far as it goes without waiting: `pieces` keeps what does not.
  virtual Result<void> write_now([[maybe_unused]] std::vector<OutPiece>& pieces) { return {}; }
  /// Ends both directions; pending operations return kClosed. May be called twice.
  virtual void close() = 0;
  /// Bytes on their way that the other machine has not confirmed: where it has gone without a word they stay. What
  /// waits for room at a peer that does not read is not on its way.
  virtual std::size_t unacknowledged() = 0;
  virtual const Endpoint& local() const = 0;
  virtual const Endpoint& remote() const = 0;
};

/// An open port. One accept may be pending at a time.
class Listener {
 public:
  virtual ~Listener() = default;
  /// The next connection, belonging to `owner`'s loop. kClosed after close(); kBusy when the machine is out of
  /// descriptors or memory: wait a moment and call again.
  virtual Task<Result<std::unique_ptr<Stream>>> accept(Shard& owner) = 0;
  virtual void close() = 0;
  /// With the real port where 0 was asked for.
  virtual const Endpoint& local() const = 0;
};

class Network {
 public:
  virtual ~Network() = default;
  virtual Result<std::unique_ptr<Listener>> listen(Shard& shard, const Endpoint& endpoint) = 0;
  virtual Task<Result<std::unique_ptr<Stream>>> connect(Shard& shard, Endpoint endpoint) = 0;
};

}  // namespace wharf::runtime
