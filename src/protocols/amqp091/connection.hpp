#pragma once
// One AMQP client's socket: its frames' methods are carried out in their order, and one timer is for the handshake, the
// heartbeats and the end. What was published before the client left still finishes.
#include <memory>
#include <vector>

#include "protocols/amqp091/handlers/client.hpp"
#include "protocols/amqp091/wire/frame_buffer.hpp"
#include "runtime/conversation.hpp"
#include "runtime/open_port.hpp"
#include "runtime/stream.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::amqp091 {

class Connection final : public runtime::PortConnection,
                         private runtime::Conversation::Protocol,
                         private broker::Owner {
 public:
  /// `door` outlives the connection.
  Connection(const Door& door, std::unique_ptr<runtime::Stream> stream);

  /// Returns when its publishes have ended and its consumers and exclusive queues are gone.
  runtime::Task<void> run() override { return conversation_.run(); }
  /// Tells the client that the broker stops.
  void close() override;

 private:
  // runtime::Conversation::Protocol
  bool has_ended() const override { return client_.phase == Client::Phase::kEnded; }
  bool is_overloaded() const override { return client_.held_back() || client_.overloaded(); }
  runtime::Signal& can_read() override { return client_.can_read; }
  MutableBytes space() override { return frames_.space(); }
  void rest() override { frames_.rest(); }
  void received(std::size_t count) override;
  bool take() override;
  void end_turn() override;
  void stopped_reading() override;
  GatheredBytes& out() override { return client_.out; }
  void writing(std::uint64_t bytes) override;
  void wrote() override;
  Nanoseconds next_look() const override;
  bool look_at_time() override;
  void disconnected() override;
  runtime::Task<void> leave() override;

  /// False: it has not come, or is another protocol's.
  bool take_greeting();
  void refuse_foreign();
  void take_frames();

  bool resembles(const broker::ConnectionIntroduction& claimant) const override;
  void challenge() override;
  bool has_answered() override { return conversation_.stream().unacknowledged() == 0; }
  void give_up() override;

  const Door& door_;
  runtime::Conversation conversation_;
  FrameBuffer frames_;
  bool greeted_ = false;
  bool unreadable_ = false;  // bytes that are no frames have come: what follows means nothing
  MonotonicTime phase_since_;
  Client::Phase phase_seen_ = Client::Phase::kStart;
  std::vector<Sending> sending_;  // with what goes to the socket now
  Client client_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::amqp091
