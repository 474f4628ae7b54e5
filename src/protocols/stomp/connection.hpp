#pragma once
// One STOMP client's socket: frames are carried out in their order, and one timer is for the first frame and the
// heart-beats. What was sent before the client left still finishes.
#include <memory>
#include <string>
#include <vector>

#include "broker/connection_listing.hpp"
#include "protocols/stomp/handlers/client.hpp"
#include "protocols/stomp/wire/frame_buffer.hpp"
#include "runtime/conversation.hpp"
#include "runtime/open_port.hpp"
#include "runtime/stream.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::stomp {

class Connection final : public runtime::PortConnection,
                         private runtime::Conversation::Protocol,
                         private broker::OpenConnection {
 public:
  /// `door` outlives the connection.
  Connection(const Door& door, std::unique_ptr<runtime::Stream> stream);

  /// Returns when what it sent is kept or refused, and what it held is back in its queues.
  runtime::Task<void> run() override { return conversation_.run(); }
  /// Tells the client that the broker stops.
  void close() override;

 private:
  // runtime::Conversation::Protocol
  bool has_ended() const override { return client_.phase == Client::Phase::kEnded; }
  bool is_overloaded() const override { return client_.overloaded(); }
  runtime::Signal& can_read() override { return client_.can_read; }
  MutableBytes space() override { return frames_.space(); }
  void rest() override { frames_.rest(); }
  void received(std::size_t count) override;
  bool take() override;
  runtime::Task<void> take_slow() override;
  void end_turn() override;
  GatheredBytes& out() override { return client_.out; }
  void writing(std::uint64_t bytes) override;
  void wrote() override;
  bool lingers() const override { return client_.was_refused; }
  Nanoseconds next_look() const override;
  bool look_at_time() override;
  void disconnected() override;
  runtime::Task<void> leave() override;

  bool is_foreign();
  /// It has signed in: operators are told of it from here on.
  void be_listed();
  broker::ConnectionFacts facts() const override;
  void force_close(std::string reason) override;
  /// Its client is told why.
  void end(std::string reason);

  const Door& door_;
  runtime::Conversation conversation_;
  FrameBuffer frames_;
  bool was_heard_ = false;
  Frame slow_;                    // what is next, and takes time
  std::vector<Sending> sending_;  // with what goes to the socket now
  broker::ConnectionListing listing_;
  Client client_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::stomp
