#pragma once
// What is remembered of the last hour: of each virtual host what passed and what waited, and the same of the queues
// that are the busiest or that somebody asked for. All of it has a bound, whatever there is on the node:
//
//   virtual hosts  kMostVhosts rings of 80 KB            at most  5 MB
//   queues         kMostQueues rings of 63 KB            at most  8 MB
//
// and rings grow with their samples, so a node that has just started, or has one virtual host, needs a hundredth of it.
// Beyond the bound the one that was wanted the longest ago is forgotten. Of the first shard.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "admin/history/ring.hpp"
#include "broker/operate.hpp"
#include "model/message_events.hpp"
#include "queue/core/queue_events.hpp"

namespace wharf::history {

inline constexpr std::size_t kMostVhosts = 64;
inline constexpr std::size_t kMostQueues = 128;

/// Totals by MessageEvent, then what waits.
inline constexpr std::size_t kVhostReady = static_cast<std::size_t>(MessageEvent::kEnd);
inline constexpr std::size_t kVhostUnsettled = kVhostReady + 1;
using VhostRing = Ring<kVhostUnsettled + 1>;

/// Totals of RabbitMQ's events, kPublish to kAck, then what waits.
inline constexpr std::size_t kQueueEvents = static_cast<std::size_t>(queue::QueueEvent::kAck) + 1;
inline constexpr std::size_t kQueueReady = kQueueEvents;
inline constexpr std::size_t kQueueUnsettled = kQueueReady + 1;
using QueueRing = Ring<kQueueUnsettled + 1>;

class History {
 public:
  using QueueName = std::pair<std::string, std::string>;  // virtual host, name

  void add(const std::string& vhost, const VhostRing::Sample& sample);
  /// What is kept of it; nullptr: nothing yet.
  const VhostRing* vhost(const std::string& name) const;
  /// Not there any more.
  void forget_vhost(const std::string& name) { vhosts_.erase(name); }
  const std::map<std::string, VhostRing>& vhosts() const { return vhosts_; }

  /// Samples are taken of it from now on.
  void want(const QueueName& queue);
  void add(const QueueName& queue, const QueueRing::Sample& sample);
  const QueueRing* queue(const QueueName& name) const;
  void forget_queue(const QueueName& name) { queues_.erase(name); }
  /// Of which samples are taken.
  std::vector<QueueName> wanted_queues() const;

  std::size_t bytes() const;

 private:
  struct Wanted {
    std::uint64_t turn = 0;  // higher: wanted later
    QueueRing ring;
  };
  std::map<std::string, VhostRing> vhosts_;
  std::map<QueueName, Wanted> queues_;
  std::uint64_t turn_ = 0;
};

QueueRing::Sample sample_of(const broker::QueueNumbers& queue, Timestamp now);

}  // namespace wharf::history
