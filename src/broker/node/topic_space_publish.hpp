#pragma once
// The publish port as doors use it that write into log topics by name (Kafka's): what is published to a name of the
// topic space reaches the log, and the queues that are bound to amq.topic by a key that matches the name: MQTT's
// sessions, AMQP's queues.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/outgoing.hpp"
#include "broker/outgoing_parts.hpp"
#include "broker/publish.hpp"
#include "model/record.hpp"
#include "routing/core/router.hpp"
#include "runtime/logger.hpp"
#include "runtime/signal.hpp"

namespace wharf::broker {

class TopicSpacePublish final : public Publish {
 public:
  /// All of it outlives the port. `shards`: how many may call.
  TopicSpacePublish(const OutgoingPorts& to, std::size_t shards, runtime::Logger& logger);

  /// The outcomes are the logs': a queue that does not take its copy fails no producer. What a log refuses is not
  /// copied; what a producer sends again, is: whether the first one reached the queues is not known. Nothing more than
  /// a look at the bindings where nobody listens. Batches of a transaction go to the log alone, as they may be aborted.
  runtime::Task<std::vector<Result<Published>>> publish(runtime::Shard& here, std::vector<PublishPart> parts,
                                                        Acknowledge acknowledge, MonotonicTime deadline) override;

 private:
  /// Where copies of a part go.
  struct Listeners {
    std::size_t part = 0;
    std::string topic;
    log::OwnedBatches batches{};
  };
  struct Copies;
  std::vector<Listeners> listeners_of(runtime::Shard& here, const std::vector<PublishPart>& parts);
  std::optional<routing::Routes> queues_of(runtime::Shard& here, const NamespaceView& view, std::string_view topic);
  runtime::Task<std::vector<Result<Published>>> publish_to_both(runtime::Shard* here, std::vector<PublishPart> parts,
                                                                std::vector<Listeners> listeners,
                                                                Acknowledge acknowledge, MonotonicTime deadline);
  runtime::Task<void> copy_all(const Listeners* one, Copies* copies);
  runtime::Task<void> copy(const OpenedBatch* batch, Copies* copies);
  runtime::Task<void> hand_over(Copies* copies);
  void find_routes(Copies& copies);
  void note_refusals(const std::vector<Result<void>>& kept);

  struct Scratch {
    routing::Router router;
    std::vector<routing::DestinationId> queues;
    std::shared_ptr<runtime::Signal> last_call;  // notified when its copies are on their way
  };

  OutgoingPorts to_;
  runtime::Logger& logger_;
  std::vector<Scratch> scratch_;  // by shard
};

}  // namespace wharf::broker
