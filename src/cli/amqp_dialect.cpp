#include "cli/dialect.hpp"
#include "protocols/amqp091/handlers/door.hpp"
#include "protocols/amqp091/welcome.hpp"

namespace wharf::cli {
namespace {

class AmqpDialect final : public Dialect {
 public:
  explicit AmqpDialect(const DialectSurroundings& with);
  runtime::OpenPort& port() override { return *port_; }

 private:
  const amqp091::Door* make_door(const DialectSurroundings& with, runtime::Shard& shard);

  std::vector<std::unique_ptr<amqp091::ConnectionIds>> connection_ids_;  // one per shard, as the doors
  std::vector<std::unique_ptr<amqp091::Door>> doors_;
  std::unique_ptr<runtime::OpenPort> port_;
};

AmqpDialect::AmqpDialect(const DialectSurroundings& with) {
  std::vector<const amqp091::Door*> doors;
  for (runtime::Shard* shard : with.shards) doors.push_back(make_door(with, *shard));
  port_ = client_port(with, "amqp", amqp091::welcome(std::move(doors)));
}

const amqp091::Door* AmqpDialect::make_door(const DialectSurroundings& with, runtime::Shard& shard) {
  const config::ServerConfig& config = with.config;
  broker::Node& node = with.node;
  const Milliseconds heartbeat = config.get<"amqp.heartbeat">();
  amqp091::DoorLimits limits{
      .channel_max = static_cast<std::uint16_t>(config.get<"amqp.channel.max">()),
      .frame_max = static_cast<std::uint32_t>(config.get<"amqp.frame.max">()),
      .heartbeat_seconds = static_cast<std::uint16_t>(std::chrono::ceil<std::chrono::seconds>(heartbeat).count()),
      .max_message_bytes = static_cast<std::uint64_t>(config.get<"amqp.max.message.bytes">()),
      .redeclare =
          config.get<"amqp.redeclare">() == "relaxed" ? amqp091::Redeclare::kRelaxed : amqp091::Redeclare::kStrict};
  const Milliseconds consumer_timeout = config.get<"amqp.consumer.timeout.ms">();
  if (consumer_timeout.count() > 0) limits.consumer_timeout = consumer_timeout;
  connection_ids_.push_back(std::make_unique<amqp091::ConnectionIds>(shard.index()));
  doors_.push_back(
      std::unique_ptr<amqp091::Door>(new amqp091::Door{.shard = shard,
                                                       .queues = node.queues(),
                                                       .replies = node.replies(),
                                                       .histories = node.histories(),
                                                       .delays = node.delays(),
                                                       .deduplication = node.deduplication(),
                                                       .transactions = node.transactions(),
                                                       .entities = node.entities(),
                                                       .owners = node.owners(),
                                                       .publish = node.publish(),
                                                       .read = node.read(),
                                                       .catalogue = node.catalogue(),
                                                       .connection_ids = *connection_ids_.back(),
                                                       .random = with.random,
                                                       .logger = with.logger,
                                                       .access = node.access(),
                                                       .alarms = node.alarms(shard.index().value),
                                                       .traffic = node.traffic(shard.index().value),
                                                       .server_version = config.get<"amqp.server.version">(),
                                                       .cluster_name = node.cluster_id(),
                                                       .limits = limits}));
  return doors_.back().get();
}

}  // namespace

Result<std::unique_ptr<Dialect>> open_amqp(const DialectSurroundings& with) {
  const std::optional<Endpoint>& endpoint = with.config.get<"amqp.listen">();
  if (!endpoint) return nullptr;
  return open_at(std::make_unique<AmqpDialect>(with), "amqp.listen", *endpoint);
}

}  // namespace wharf::cli
