#pragma once
// One AMQP client's socket: a task that reads frames and carries out their methods, a task that writes what has
// gathered, and one timer for the handshake, the heartbeats and the end. What was published before the client left
// still finishes.
#include <memory>

#include "protocols/amqp091/handlers/client.hpp"
#include "protocols/amqp091/wire/frame_buffer.hpp"
#include "runtime/open_port.hpp"
#include "runtime/signal.hpp"
#include "runtime/stream.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::amqp091 {

class Connection final : public runtime::PortConnection, private broker::Owner {
 public:
  /// `door` outlives the connection.
  Connection(const Door& door, std::unique_ptr<runtime::Stream> stream);
  ~Connection() override;

  /// Returns when its publishes have ended and its consumers and exclusive queues are gone.
  runtime::Task<void> run() override;
  /// Tells the client that the broker stops.
  void close() override;

 private:
  runtime::Task<void> read_frames();
  runtime::Task<void> write_frames();
  enum class Greeted : std::uint8_t { kYes, kNotYet, kForeign };
  Greeted take_greeting();
  void refuse_foreign();
  void take_frames();
  void disconnect();

  bool resembles(const broker::ConnectionIntroduction& claimant) const override;
  void challenge() override;
  bool has_answered() override { return stream_->unacknowledged() == 0; }
  void give_up() override;

  void watch();
  Nanoseconds next_look() const;
  /// False: it has lasted too long.
  bool look_at_time();

  const Door& door_;
  runtime::Shard& shard_;
  std::unique_ptr<runtime::Stream> stream_;
  FrameBuffer frames_;
  runtime::Signal can_write_;
  bool greeted_ = false;
  bool unreadable_ = false;  // bytes that are no frames have come: what follows means nothing
  bool reading_ended_ = false;
  MonotonicTime began_;
  MonotonicTime phase_since_;
  Client::Phase phase_seen_ = Client::Phase::kStart;
  MonotonicTime last_read_;
  std::optional<runtime::Timers::Handle> timer_;
  Client client_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::amqp091
