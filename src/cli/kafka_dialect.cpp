#include "cli/dialect.hpp"
#include "protocols/kafka/handlers/door.hpp"
#include "protocols/kafka/welcome.hpp"

namespace wharf::cli {
namespace {

class KafkaDialect final : public Dialect {
 public:
  explicit KafkaDialect(const DialectSurroundings& with);
  runtime::OpenPort& port() override { return *port_; }

 private:
  const kafka::Door* make_door(const DialectSurroundings& with, runtime::Shard& shard);

  std::vector<std::unique_ptr<kafka::FetchSessions>> fetch_sessions_;  // one per shard, as the doors
  std::vector<std::unique_ptr<runtime::Turns>> conversions_;           // likewise
  std::vector<std::unique_ptr<kafka::Door>> doors_;
  std::unique_ptr<runtime::OpenPort> port_;
};

KafkaDialect::KafkaDialect(const DialectSurroundings& with) {
  std::vector<const kafka::Door*> doors;
  for (runtime::Shard* shard : with.shards) doors.push_back(make_door(with, *shard));
  port_ = client_port(with, "kafka", kafka::welcome(std::move(doors)));
}

const kafka::Door* KafkaDialect::make_door(const DialectSurroundings& with, runtime::Shard& shard) {
  const config::ServerConfig& config = with.config;
  broker::Node& node = with.node;
  std::size_t slots =
      static_cast<std::size_t>(config.get<"max.incremental.fetch.session.cache.slots">()) / with.shards.size();
  fetch_sessions_.push_back(std::make_unique<kafka::FetchSessions>(slots));
  conversions_.push_back(std::make_unique<runtime::Turns>(shard));
  kafka::DoorLimits limits{.max_request_bytes = static_cast<std::size_t>(config.get<"socket.request.max.bytes">()),
                           .max_idle = config.get<"connections.max.idle.ms">(),
                           .max_fetch_bytes = static_cast<std::size_t>(config.get<"fetch.max.bytes">())};
  broker::DoorCounts& counts = node.doors(shard.index().value);
  doors_.push_back(
      std::unique_ptr<kafka::Door>(new kafka::Door{.shard = shard,
                                                   .publish = node.topic_space_publish(),
                                                   .read = node.read(),
                                                   .catalogue = node.catalogue(),
                                                   .operate = node.operate(),
                                                   .groups = node.groups(),
                                                   .fetch_sessions = *fetch_sessions_.back(),
                                                   .conversions = *conversions_.back(),
                                                   .counts = counts,
                                                   .traffic = node.traffic(shard.index().value),
                                                   .requests = counts.requests_of("kafka", kafka::request_names()),
                                                   .config = config,
                                                   .random = with.random,
                                                   .logger = with.logger,
                                                   .node_id = node.id(),
                                                   .cluster_id = node.cluster_id(),
                                                   .limits = limits}));
  return doors_.back().get();
}

}  // namespace

Result<std::unique_ptr<Dialect>> open_kafka(const DialectSurroundings& with) {
  return open_at(std::make_unique<KafkaDialect>(with), "kafka.listen", with.config.get<"kafka.listen">());
}

}  // namespace wharf::cli
