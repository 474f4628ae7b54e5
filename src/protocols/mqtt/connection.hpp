#pragma once
// One MQTT client's socket: packets are carried out in their order, and one timer is for the first packet and the keep
// alive. What was published before the client left still finishes.
#include <memory>
#include <optional>
#include <vector>

#include "broker/connection_listing.hpp"
#include "protocols/mqtt/handlers/client.hpp"
#include "protocols/mqtt/wire/packet_buffer.hpp"
#include "runtime/conversation.hpp"
#include "runtime/open_port.hpp"
#include "runtime/stream.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::mqtt {

class Connection final : public runtime::PortConnection,
                         private runtime::Conversation::Protocol,
                         private broker::OpenConnection {
 public:
  /// `door` outlives the connection.
  Connection(const Door& door, std::unique_ptr<runtime::Stream> stream);

  /// Returns when its publishes have ended, what it held is back in its queues, and its session is left.
  runtime::Task<void> run() override { return conversation_.run(); }
  /// Tells the client that the broker stops.
  void close() override;

 private:
  // runtime::Conversation::Protocol
  bool has_ended() const override { return client_.phase == Client::Phase::kEnded; }
  bool is_overloaded() const override { return client_.overloaded(); }
  runtime::Signal& can_read() override { return client_.can_read; }
  MutableBytes space() override { return packets_.space(); }
  void rest() override { packets_.rest(); }
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
  void disconnected() override { client_.end(); }
  runtime::Task<void> leave() override;

  bool is_foreign();
  /// It has signed in: operators are told of it from here on.
  void be_listed();
  broker::ConnectionFacts facts() const override;
  void force_close(std::string reason) override;

  const Door& door_;
  runtime::Conversation conversation_;
  PacketBuffer packets_;
  bool was_heard_ = false;
  std::optional<RawPacket> slow_;  // what is next, and takes time
  std::vector<Sending> sending_;   // with what goes to the socket now
  broker::ConnectionListing listing_;
  Client client_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::mqtt
