#include "protocols/kafka/listener.hpp"

namespace wharf::kafka {
namespace {

/// After the machine had no descriptor or memory for a connection.
constexpr Milliseconds kAcceptBackoff{100};

}  // namespace

Listener::Listener(std::vector<runtime::Shard*> shards, std::vector<const Door*> doors, runtime::Network& network)
    : network_(network), accepting_(*shards.front()) {
  for (std::size_t i = 0; i < shards.size(); ++i) lanes_.push_back(std::make_unique<Lane>(*shards[i], *doors[i]));
}

Listener::~Listener() = default;

Result<void> Listener::open(const Endpoint& endpoint) {
  Result<std::unique_ptr<runtime::Listener>> listener = network_.listen(accepting_.shard(), endpoint);
  if (!listener) return fail(listener.error());
  listener_ = std::move(*listener);
  accepting_.spawn("kafka-accept", accept_connections());
  return {};
}

runtime::Task<void> Listener::accept_connections() {
  std::size_t turn = 0;
  while (!accepting_.stopping()) {
    Lane* lane = lanes_[turn % lanes_.size()].get();
    Result<std::unique_ptr<runtime::Stream>> stream = co_await listener_->accept(lane->shard);
    if (stream) {
      ++turn;
      lane->shard.post([lane, stream = std::move(*stream)]() mutable {
        if (!lane->closing) lane->tasks.spawn("kafka-connection", serve(lane, std::move(stream)));
      });
      continue;
    }
    if (stream.error().code == ErrorCode::kClosed && accepting_.stopping()) co_return;
    lane->door.logger.warn("could not accept a connection", {{"listener", "kafka"}, {"reason", stream.error().message}});
    runtime::Signal pause(accepting_.shard());
    [[maybe_unused]] bool never = co_await pause.wait_until(accepting_.shard().now() + kAcceptBackoff);
  }
}

runtime::Task<void> Listener::serve(Lane* lane, std::unique_ptr<runtime::Stream> stream) {
  Connection connection(lane->door, lane->shard, std::move(stream));
  lane->connections.insert(&connection);
  if (lane->closing) connection.close();
  co_await connection.run();
  lane->connections.erase(&connection);
}

runtime::Task<void> Listener::close_lane(Lane* lane) {
  lane->closing = true;
  for (Connection* connection : lane->connections) connection->close();
  co_await lane->tasks.close();
}

runtime::Task<void> Listener::close() {
  accepting_.request_stop();
  if (listener_) listener_->close();
  co_await accepting_.close();
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    Lane* closing = lane.get();
    co_await runtime::await_on(accepting_.shard(), closing->shard, [closing] { return close_lane(closing); });
  }
}

}  // namespace wharf::kafka
