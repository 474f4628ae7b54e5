#include "cli/dialect.hpp"
#include "cli/web_socket_port.hpp"
#include "protocols/mqtt/handlers/door.hpp"
#include "protocols/mqtt/welcome.hpp"

namespace wharf::cli {
namespace {

class MqttDialect final : public Dialect {
 public:
  MqttDialect(const DialectSurroundings& with, bool by_web_socket);
  runtime::OpenPort& port() override { return *port_; }

 private:
  const mqtt::Door* make_door(const DialectSurroundings& with, runtime::Shard& shard, std::uint64_t first_connection);

  std::vector<std::unique_ptr<std::uint64_t>> connections_made_;  // one per shard, as the doors
  std::vector<std::unique_ptr<mqtt::Door>> doors_;
  std::unique_ptr<runtime::OpenPort> port_;
};

mqtt::DoorLimits limits_of(const config::ServerConfig& config) {
  auto seconds = [](Milliseconds time) { return std::chrono::ceil<std::chrono::seconds>(time); };
  mqtt::DoorLimits limits{
      .max_packet_bytes = static_cast<std::size_t>(config.get<"mqtt.max.packet.bytes">()),
      .keep_alive_max_s = static_cast<std::uint16_t>(seconds(config.get<"mqtt.keep.alive.max">()).count()),
      .receive_maximum = static_cast<std::uint16_t>(config.get<"mqtt.receive.maximum">()),
      .topic_alias_maximum = static_cast<std::uint16_t>(config.get<"mqtt.topic.alias.maximum">()),
      .subscriptions = static_cast<std::size_t>(config.get<"mqtt.subscriptions.max">()),
      .qos0_queue = {static_cast<std::uint64_t>(config.get<"mqtt.qos0.queue.length">()),
                     static_cast<std::uint64_t>(config.get<"mqtt.qos0.queue.bytes">())},
      .session_queue = {static_cast<std::uint64_t>(config.get<"mqtt.session.queue.length">()),
                        static_cast<std::uint64_t>(config.get<"mqtt.session.queue.bytes">())}};
  const Milliseconds most = config.get<"mqtt.session.expiry.max">();
  if (most.count() >= 0) limits.session_expiry_max = seconds(most);
  return limits;
}

MqttDialect::MqttDialect(const DialectSurroundings& with, bool by_web_socket) {
  std::vector<const mqtt::Door*> doors;
  for (runtime::Shard* shard : with.shards)
    doors.push_back(make_door(with, *shard, by_web_socket ? kFirstWebSocketConnection : 0));
  const std::string_view name = by_web_socket ? "mqtt-ws" : "mqtt";
  runtime::OpenPort::Welcome welcome = mqtt::welcome(std::move(doors));
  if (by_web_socket) {
    WebSocketDialect dialect{.listener = name,
                             .subprotocols = {"mqtt", "mqttv3.1"},
                             .message_bytes = limits_of(with.config).max_packet_bytes,
                             .prefers_text = false};
    welcome = over_web_socket(with, std::move(dialect), std::move(welcome));
  }
  port_ = client_port(with, name, std::move(welcome));
}

const mqtt::Door* MqttDialect::make_door(const DialectSurroundings& with, runtime::Shard& shard,
                                         std::uint64_t first_connection) {
  const config::ServerConfig& config = with.config;
  broker::Node& node = with.node;
  connections_made_.push_back(std::make_unique<std::uint64_t>(first_connection));
  doors_.push_back(
      std::unique_ptr<mqtt::Door>(new mqtt::Door{.shard = shard,
                                                 .queues = node.queues(),
                                                 .sessions = node.sessions(),
                                                 .retained = node.retained(),
                                                 .histories = node.histories(),
                                                 .delays = node.delays(),
                                                 .entities = node.entities(),
                                                 .publish = node.publish(),
                                                 .catalogue = node.catalogue(),
                                                 .connections_made = *connections_made_.back(),
                                                 .random = with.random,
                                                 .logger = with.logger,
                                                 .access = node.access(),
                                                 .alarms = node.alarms(shard.index().value),
                                                 .traffic = node.traffic(shard.index().value),
                                                 .anonymous_user = config.get<"mqtt.anonymous.user">(),
                                                 .anonymous_password = config.get<"mqtt.anonymous.password">(),
                                                 .limits = limits_of(config)}));
  return doors_.back().get();
}

Result<std::unique_ptr<Dialect>> open(const DialectSurroundings& with, bool by_web_socket, std::string_view key,
                                      const std::optional<Endpoint>& endpoint) {
  if (!endpoint) return nullptr;
  return open_at(std::make_unique<MqttDialect>(with, by_web_socket), key, *endpoint);
}

}  // namespace

Result<std::unique_ptr<Dialect>> open_mqtt(const DialectSurroundings& with) {
  return open(with, false, "mqtt.listen", with.config.get<"mqtt.listen">());
}

Result<std::unique_ptr<Dialect>> open_mqtt_web_socket(const DialectSurroundings& with) {
  return open(with, true, "mqtt.ws_listen", with.config.get<"mqtt.ws_listen">());
}

}  // namespace wharf::cli
