#pragma once
// One MQTT client's socket: a task that reads packets and carries them out in their order, a task that writes what has
// gathered, and one timer for the first packet and the keep alive. What was published before the client left still
// finishes.
#include <memory>

#include "broker/connection_listing.hpp"
#include "protocols/mqtt/handlers/client.hpp"
#include "protocols/mqtt/wire/packet_buffer.hpp"
#include "runtime/open_port.hpp"
#include "runtime/signal.hpp"
#include "runtime/stream.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::mqtt {

class Connection final : public runtime::PortConnection, private ClientEnd, private broker::OpenConnection {
 public:
  /// `door` outlives the connection.
  Connection(const Door& door, std::unique_ptr<runtime::Stream> stream);

  /// Returns when its publishes have ended, what it held is back in its queues, and its session is left.
  runtime::Task<void> run() override;
  /// Tells the client that the broker stops.
  void close() override;

 private:
  runtime::Task<void> read_packets();
  runtime::Task<void> take_packets();
  bool is_foreign();
  runtime::Task<void> write_packets();
  /// It has signed in: operators are told of it from here on.
  void be_listed();
  broker::ConnectionFacts facts() const override;
  void force_close(std::string reason) override;
  void disconnect();
  void client_ended() override { watch(); }
  bool is_over() const { return reading_ended_ || client_.phase == Client::Phase::kEnded; }
  void watch();
  /// False: it has been silent for too long.
  bool look_at_time();

  const Door& door_;
  runtime::Shard& shard_;
  std::unique_ptr<runtime::Stream> stream_;
  PacketBuffer packets_;
  runtime::Signal can_write_;
  bool reading_ended_ = false;
  MonotonicTime began_;
  MonotonicTime last_read_;
  std::optional<runtime::Timers::Handle> timer_;
  broker::ConnectionListing listing_;
  Client client_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::mqtt
