#pragma once
// What operators are told of one connection, once its client has signed in.
//
//   listing_.passed(ConnectionEvent::kBytesIn, count);
//   listing_.begin(*this, remote, local, {.protocol = "Kafka", .vhost = "/"});   // it is in the list
//   ConnectionFacts Connection::facts() const { return listing_.facts("running", 0); }
//   listing_.end();
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "broker/shard_traffic.hpp"
#include "runtime/shard.hpp"

namespace wharf::broker {

class ConnectionListing {
 public:
  /// Both outlive it.
  ConnectionListing(const runtime::Shard& shard, ShardTraffic& traffic) : shard_(shard), traffic_(traffic) {}

  /// kBytesIn, kBytesOut: by one read, or one write.
  void passed(ConnectionEvent direction, std::uint64_t bytes) {
    counters_.count(traffic_.seconds, direction, bytes);
    counters_.count(direction == ConnectionEvent::kBytesIn ? ConnectionEvent::kReads : ConnectionEvent::kWrites);
  }
  void requested() { counters_.count(ConnectionEvent::kRequests); }

  /// `introduction` but for its addresses, name and time. `connection` is in the list until end().
  void begin(OpenConnection& connection, const Endpoint& peer, const Endpoint& local,
             ConnectionIntroduction introduction) {
    introduction.name = connection_name(peer, local);
    introduction.peer = peer;
    introduction.local = local;
    introduction.connected_at = shard_.clock().wall_now();
    introduction_ = std::make_shared<const ConnectionIntroduction>(std::move(introduction));
    serial_ = traffic_.opened(connection);
  }
  void end() { traffic_.closed(std::exchange(serial_, 0)); }

  /// Null: it was not in the list yet.
  const IntroductionPointer& introduction() const { return introduction_; }
  /// `state`: a literal.
  ConnectionFacts facts(std::string_view state, std::uint64_t pending_sends, std::uint64_t channels = 0) const {
    return {.id = {shard_.index(), serial_},
            .of = introduction_,
            .state = state,
            .channels = channels,
            .pending_sends = pending_sends,
            .traffic = counters_.traffic(traffic_.seconds, shard_.now())};
  }

 private:
  const runtime::Shard& shard_;
  ShardTraffic& traffic_;
  ConnectionCounters counters_;
  IntroductionPointer introduction_;
  std::uint64_t serial_ = 0;  // 0: it is not in the list
};

}  // namespace wharf::broker
