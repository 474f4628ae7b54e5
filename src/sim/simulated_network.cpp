#include "sim/simulated_network.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/connection.hpp"

namespace wharf::sim {
namespace {

using runtime::Resume;
using runtime::Shard;
using runtime::Task;

/// Lets virtual time pass on `shard`.
Task<void> pass(EventQueue* events, Shard& shard, Nanoseconds time) {
  auto start = [events, &shard, time](Resume<bool> resume) {
    events->after(time, [&shard, resume = std::move(resume)]() mutable {
      std::optional<Resume<bool>> waiter(std::move(resume));
      resume_on(shard, waiter);
    });
  };
  [[maybe_unused]] bool passed = co_await runtime::suspend<bool>(std::move(start));
}

SimulatedStream& simulated(runtime::Stream& stream) {
  auto* found = dynamic_cast<SimulatedStream*>(&stream);
  WHARF_ASSERT(found != nullptr);
  return *found;
}

}  // namespace

const SimulatedNetwork::Fabric::Place& SimulatedNetwork::Fabric::place_of(const Shard& shard) const {
  static const Place kUnattached;
  auto found = places.find(&shard);
  return found == places.end() ? kUnattached : found->second;
}

std::string SimulatedNetwork::Fabric::resolve(const Shard& shard, const std::string& host) const {
  bool own = host.empty() || host == "0.0.0.0" || host == "::" || host == "localhost" || host == "127.0.0.1" || host == "::1";
  return own ? place_of(shard).host : host;
}

bool SimulatedNetwork::Fabric::alive(const std::string& host) const {
  return std::ranges::any_of(places, [&host](const auto& entry) { return entry.second.host == host && !entry.second.gone; });
}

Nanoseconds SimulatedNetwork::Fabric::delay() {
  if (random.one_in(conditions.slow_one_in)) return conditions.slow;
  return random.between(conditions.least_delay, conditions.most_delay);
}

std::uint16_t SimulatedNetwork::Fabric::free_port(const std::string& host) {
  do {
    next_port = next_port == 65535 ? std::uint16_t{32768} : static_cast<std::uint16_t>(next_port + 1);
  } while (listeners.contains({host, next_port}));
  return next_port;
}

std::vector<std::shared_ptr<Connection>> SimulatedNetwork::Fabric::open_connections() {
  std::vector<std::shared_ptr<Connection>> open;
  for (const std::weak_ptr<Connection>& known : connections) {
    if (std::shared_ptr<Connection> connection = known.lock()) open.push_back(std::move(connection));
  }
  connections.assign(open.begin(), open.end());
  return open;
}

SimulatedNetwork::SimulatedNetwork(std::uint64_t seed, EventQueue& events, Trace& trace)
    : fabric_(std::make_shared<Fabric>(seed, events, trace)) {}
SimulatedNetwork::~SimulatedNetwork() = default;

void SimulatedNetwork::attach(const Shard& shard, std::string host) {
  fabric_->places[&shard] = {std::move(host), false};
  for (const std::shared_ptr<Connection>& connection : fabric_->open_connections()) connection->resume_stalled();
}

void SimulatedNetwork::detach(const Shard& shard, Farewell farewell) {
  fabric_->places[&shard].gone = true;
  for (const std::shared_ptr<Connection>& connection : fabric_->open_connections()) {
    for (std::size_t side : {0, 1}) {
      if (connection->end(side).owner == &shard) connection->vanish(side, farewell);
    }
  }
  std::vector<SimulatedListener*> closing;
  for (const auto& [place, listener] : fabric_->listeners) {
    if (&listener->shard() == &shard) closing.push_back(listener);
  }
  for (SimulatedListener* listener : closing) listener->close();
}

void SimulatedNetwork::set_conditions(const NetworkConditions& conditions) { fabric_->conditions = conditions; }

void SimulatedNetwork::cut(const std::string& from, const std::string& to) { fabric_->cuts.insert({from, to}); }

void SimulatedNetwork::partition(const std::string& one, const std::string& other) {
  cut(one, other);
  cut(other, one);
}

void SimulatedNetwork::heal() {
  fabric_->cuts.clear();
  for (const std::shared_ptr<Connection>& connection : fabric_->open_connections()) connection->resume_stalled();
}

void SimulatedNetwork::reset_between(const std::string& one, const std::string& other) {
  for (const std::shared_ptr<Connection>& connection : fabric_->open_connections()) {
    const std::string& first = connection->end(0).host;
    const std::string& second = connection->end(1).host;
    if ((first == one && second == other) || (first == other && second == one)) connection->sever();
  }
}

void SimulatedNetwork::end_sending(runtime::Stream& stream) {
  simulated(stream).connection().end_sending(simulated(stream).side());
}

void SimulatedNetwork::reset(runtime::Stream& stream) {
  simulated(stream).connection().break_from(simulated(stream).side());
}

Result<std::unique_ptr<runtime::Listener>> SimulatedNetwork::listen(Shard& shard, const Endpoint& endpoint) {
  if (fabric_->place_of(shard).gone) return fail(ErrorCode::kClosed, "the machine is down");
  std::string host = fabric_->resolve(shard, endpoint.host);
  std::uint16_t port = endpoint.port == 0 ? fabric_->free_port(host) : endpoint.port;
  if (fabric_->listeners.contains({host, port})) {
    return fail(ErrorCode::kUnavailable, fmt::format("cannot listen on {}: address already in use", endpoint.text()));
  }
  auto listener = std::make_unique<SimulatedListener>(fabric_, shard, host, Endpoint{endpoint.host, port});
  fabric_->listeners[{host, port}] = listener.get();
  return listener;
}

Task<Result<std::unique_ptr<runtime::Stream>>> SimulatedNetwork::connect(Shard& shard, Endpoint endpoint) {
  std::shared_ptr<Fabric> fabric = fabric_;
  std::string here = fabric->place_of(shard).host;
  std::string there = fabric->resolve(shard, endpoint.host);
  bool both_ways = fabric->reaches(here, there) && fabric->reaches(there, here);
  co_await pass(&fabric->events, shard, both_ways ? fabric->delay() : fabric->conditions.connect_timeout);
  if (fabric->place_of(shard).gone) co_return fail(ErrorCode::kClosed, "the machine is down");
  auto listener = fabric->listeners.find({there, endpoint.port});
  if (!both_ways || listener == fabric->listeners.end()) {
    const char* why = both_ways ? "connection refused" : "timed out";
    co_return fail(ErrorCode::kUnavailable, fmt::format("cannot connect to {}: {}", endpoint.text(), why));
  }
  End client{.owner = &shard, .host = here, .endpoint = {here, fabric->free_port(here)}};
  End server{.owner = nullptr, .host = there, .endpoint = {there, endpoint.port}};
  auto connection = std::make_shared<Connection>(fabric, fabric->next_connection++, std::move(client), std::move(server));
  fabric->connections.push_back(connection);
  fabric->trace.event("connect", fabric->next_connection, endpoint.port);
  auto stream = std::make_unique<SimulatedStream>(connection, 0);
  listener->second->arrive(std::move(connection));
  co_await pass(&fabric->events, shard, fabric->delay());
  co_return stream;
}

Task<Result<std::unique_ptr<runtime::Stream>>> SimulatedListener::accept(Shard& owner) {
  while (true) {
    if (closed_) co_return fail(ErrorCode::kClosed, "the listener is closed");
    if (!backlog_.empty()) {
      std::shared_ptr<Connection> connection = std::move(backlog_.front());
      backlog_.pop_front();
      connection->end(1).owner = &owner;
      co_return std::make_unique<SimulatedStream>(std::move(connection), 1);
    }
    auto start = [this](Resume<bool> resume) {
      WHARF_ASSERT(!waiter_);
      waiter_.emplace(std::move(resume));
    };
    [[maybe_unused]] bool woken = co_await runtime::suspend<bool>(start);
  }
}

void SimulatedListener::arrive(std::shared_ptr<Connection> connection) {
  backlog_.push_back(std::move(connection));
  resume_on(shard_, waiter_);
}

void SimulatedListener::close() {
  if (closed_) return;
  closed_ = true;
  fabric_->listeners.erase({host_, local_.port});
  for (const std::shared_ptr<Connection>& connection : backlog_) connection->break_from(1);
  backlog_.clear();
  resume_on(shard_, waiter_);
}

}  // namespace wharf::sim
