#pragma once
// One STOMP client's socket: a task that reads frames and carries them out in their order, a task that writes what has
// gathered, and one timer for the first frame and the heart-beats. What was sent before the client left still finishes.
#include <memory>

#include "broker/connection_listing.hpp"
#include "protocols/stomp/handlers/client.hpp"
#include "protocols/stomp/wire/frame_buffer.hpp"
#include "runtime/open_port.hpp"
#include "runtime/signal.hpp"
#include "runtime/stream.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::stomp {

class Connection final : public runtime::PortConnection, private broker::OpenConnection {
 public:
  /// `door` outlives the connection.
  Connection(const Door& door, std::unique_ptr<runtime::Stream> stream);

  /// Returns when what it sent is kept or refused, and what it held is back in its queues.
  runtime::Task<void> run() override;
  /// Tells the client that the broker stops.
  void close() override;

 private:
  runtime::Task<void> read_frames();
  runtime::Task<void> take_frames();
  void listen_again();
  bool is_foreign();
  /// What the client still sends is passed over for a while.
  runtime::Task<void> drop_rest();
  /// The client has some time to read what it was told.
  void linger();
  runtime::Task<void> write_frames();
  /// It has signed in: operators are told of it from here on.
  void be_listed();
  broker::ConnectionFacts facts() const override;
  void force_close(std::string reason) override;
  /// Its client is told why.
  void end(std::string reason);
  void disconnect();
  void watch();
  Nanoseconds next_look() const;
  /// False: it has been silent for too long.
  bool look_at_time();

  const Door& door_;
  runtime::Shard& shard_;
  std::unique_ptr<runtime::Stream> stream_;
  FrameBuffer frames_;
  runtime::Signal can_write_;
  bool reading_ended_ = false;
  MonotonicTime began_;
  MonotonicTime last_read_;
  bool is_listening_ = true;  // not while a frame is carried out, or there is too much on its way
  std::optional<runtime::Timers::Handle> timer_;
  broker::ConnectionListing listing_;
  Client client_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::stomp
