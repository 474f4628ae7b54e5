#include "runtime/open_port.hpp"

#include "runtime/signal.hpp"

namespace wharf::runtime {
namespace {

/// After the machine had no descriptor or memory for a connection.
constexpr Milliseconds kAcceptBackoff{100};

}  // namespace

OpenPort::OpenPort(PortOptions options, const std::vector<Shard*>& shards, Welcome welcome, Network& network, Logger& logger)
    : options_(options), welcome_(std::move(welcome)), network_(network), logger_(logger), accepting_(*shards.front()) {
  for (std::size_t i = 0; i < shards.size(); ++i) lanes_.push_back(std::make_unique<Lane>(*this, i, *shards[i]));
}

OpenPort::~OpenPort() = default;

Result<void> OpenPort::open(const Endpoint& endpoint) {
  Result<std::unique_ptr<Listener>> listener = network_.listen(accepting_.shard(), endpoint);
  if (!listener) return fail(listener.error());
  listener_ = std::move(*listener);
  logger_.info("listening", {{"listener", options_.name}, {"address", local().text()}});
  accepting_.spawn("port-accept", accept_connections());
  return {};
}

Task<void> OpenPort::accept_connections() {
  while (!accepting_.stopping()) {
    Lane* lane = lanes_[counts_.accepted % lanes_.size()].get();
    Result<std::unique_ptr<Stream>> stream = co_await listener_->accept(lane->shard);
    if (stream && take_room()) {
      admit(std::move(*stream));
      continue;
    }
    if (stream) {
      refuse(std::move(*stream));
      continue;
    }
    if (stream.error().code == ErrorCode::kClosed && accepting_.stopping()) co_return;
    logger_.warn("could not accept a connection", {{"listener", options_.name}, {"reason", stream.error().message}});
    Signal pause(accepting_.shard());
    [[maybe_unused]] bool never = co_await pause.wait_until(accepting_.shard().now() + kAcceptBackoff);
  }
}

/// If so, the connection has its descriptor.
bool OpenPort::take_room() {
  if (counts_.open >= options_.max_connections) return false;
  return options_.descriptors == nullptr || options_.descriptors->admit();
}

void OpenPort::one_left() {
  --counts_.open;
  if (options_.descriptors != nullptr) options_.descriptors->leave();
}

void OpenPort::admit(std::unique_ptr<Stream> stream) {
  Lane* lane = lanes_[counts_.accepted % lanes_.size()].get();
  ++counts_.accepted;
  ++counts_.open;
  at_limit_ = false;
  lane->shard.post([lane, stream = std::move(stream)]() mutable {
    if (!lane->closing) lane->tasks.spawn("port-connection", serve(lane, std::move(stream)));
  });
}

void OpenPort::refuse(std::unique_ptr<Stream> stream) {
  ++counts_.refused;
  if (!std::exchange(at_limit_, true)) {
    bool by_setting = counts_.open >= options_.max_connections;
    logger_.warn(by_setting ? "closed a connection: the limit of connections is reached"
                            : "closed a connection: this process may have no more descriptors (ulimit -n, LimitNOFILE)",
                 {{"listener", options_.name},
                  {"from", stream->remote().text()},
                  {"limit", by_setting ? options_.max_connections : options_.descriptors->most_connections()}});
  }
  stream->close();
}

Task<void> OpenPort::serve(Lane* lane, std::unique_ptr<Stream> stream) {
  std::unique_ptr<PortConnection> connection = lane->port.welcome_(lane->index, std::move(stream));
  auto place = lane->connections.insert(lane->connections.end(), connection.get());
  if (lane->closing) connection->close();
  co_await connection->run();
  lane->connections.erase(place);
  // Runs before the port is gone: close() comes back from this shard by a later post.
  OpenPort* port = &lane->port;
  port->accepting_.shard().post([port] { port->one_left(); });
}

Task<void> OpenPort::close_lane(Lane* lane) {
  lane->closing = true;
  for (PortConnection* connection : lane->connections) connection->close();
  co_await lane->tasks.close();
}

Task<void> OpenPort::close() {
  accepting_.request_stop();
  if (listener_) listener_->close();
  co_await accepting_.close();
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    Lane* closing = lane.get();
    co_await await_on(accepting_.shard(), closing->shard, [closing] { return close_lane(closing); });
  }
}

}  // namespace wharf::runtime
