#include "cli/dialect.hpp"
#include "cli/web_socket_port.hpp"
#include "protocols/stomp/handlers/door.hpp"
#include "protocols/stomp/welcome.hpp"

namespace wharf::cli {
namespace {

class StompDialect final : public Dialect {
 public:
  StompDialect(const DialectSurroundings& with, bool by_web_socket);
  runtime::OpenPort& port() override { return *port_; }

 private:
  const stomp::Door* make_door(const DialectSurroundings& with, runtime::Shard& shard, std::uint64_t first_connection);

  std::vector<std::unique_ptr<std::uint64_t>> connections_made_;  // one per shard, as the doors
  std::vector<std::unique_ptr<stomp::Door>> doors_;
  std::unique_ptr<runtime::OpenPort> port_;
};

stomp::DoorLimits limits_of(const config::ServerConfig& config) {
  constexpr std::size_t kLinesInHead = 16;
  const auto header_bytes = static_cast<std::size_t>(config.get<"stomp.header.max.bytes">());
  return {.frame = {.headers = static_cast<std::size_t>(config.get<"stomp.headers.max">()),
                    .header_bytes = header_bytes,
                    .head_bytes = kLinesInHead * header_bytes,
                    .body_bytes = static_cast<std::size_t>(config.get<"stomp.body.max.bytes">())},
          .subscriptions = static_cast<std::size_t>(config.get<"stomp.subscriptions.max">())};
}

StompDialect::StompDialect(const DialectSurroundings& with, bool by_web_socket) {
  std::vector<const stomp::Door*> doors;
  for (runtime::Shard* shard : with.shards)
    doors.push_back(make_door(with, *shard, by_web_socket ? kFirstWebSocketConnection : 0));
  const std::string_view name = by_web_socket ? "stomp-ws" : "stomp";
  runtime::OpenPort::Welcome welcome = stomp::welcome(std::move(doors));
  if (by_web_socket) {
    const stomp::FrameLimits largest = limits_of(with.config).frame;
    WebSocketDialect dialect{.listener = name,
                             .subprotocols = {"v12.stomp", "v11.stomp", "v10.stomp"},
                             .message_bytes = largest.head_bytes + largest.body_bytes,
                             .prefers_text = true};
    welcome = over_web_socket(with, std::move(dialect), std::move(welcome));
  }
  port_ = client_port(with, name, std::move(welcome));
}

const stomp::Door* StompDialect::make_door(const DialectSurroundings& with, runtime::Shard& shard,
                                           std::uint64_t first_connection) {
  const config::ServerConfig& config = with.config;
  broker::Node& node = with.node;
  connections_made_.push_back(std::make_unique<std::uint64_t>(first_connection));
  doors_.push_back(
      std::unique_ptr<stomp::Door>(new stomp::Door{.shard = shard,
                                                   .queues = node.queues(),
                                                   .replies = node.replies(),
                                                   .histories = node.histories(),
                                                   .delays = node.delays(),
                                                   .deduplication = node.deduplication(),
                                                   .transactions = node.transactions(),
                                                   .entities = node.entities(),
                                                   .publish = node.publish(),
                                                   .catalogue = node.catalogue(),
                                                   .connections_made = *connections_made_.back(),
                                                   .random = with.random,
                                                   .logger = with.logger,
                                                   .access = node.access(),
                                                   .alarms = node.alarms(shard.index().value),
                                                   .traffic = node.traffic(shard.index().value),
                                                   .server = "wharf/" WHARF_VERSION,
                                                   .default_user = config.get<"stomp.default.user">(),
                                                   .default_password = config.get<"stomp.default.password">(),
                                                   .default_vhost = config.get<"stomp.default.vhost">(),
                                                   .limits = limits_of(config)}));
  return doors_.back().get();
}

Result<std::unique_ptr<Dialect>> open(const DialectSurroundings& with, bool by_web_socket, std::string_view key,
                                      const std::optional<Endpoint>& endpoint) {
  if (!endpoint) return nullptr;
  return open_at(std::make_unique<StompDialect>(with, by_web_socket), key, *endpoint);
}

}  // namespace

Result<std::unique_ptr<Dialect>> open_stomp(const DialectSurroundings& with) {
  return open(with, false, "stomp.listen", with.config.get<"stomp.listen">());
}

Result<std::unique_ptr<Dialect>> open_stomp_web_socket(const DialectSurroundings& with) {
  return open(with, true, "stomp.ws_listen", with.config.get<"stomp.ws_listen">());
}

}  // namespace wharf::cli
