#pragma once
// The door over a whole node on a simulated machine, and clients that write frames.
//
//   class StompDoor : public DoorTest {};
//   Peer& peer = open();                                                       // through CONNECTED
//   peer.send("SEND", {{"destination", "/queue/a"}, {"receipt", "r"}}, "hello");
//   EXPECT_EQ(peer.receipt(), "r");
#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/node/node.hpp"
#include "protocols/stomp/ports_testing.hpp"
#include "protocols/stomp/welcome.hpp"
#include "protocols/stomp/wire/frame_buffer.hpp"
#include "protocols/stomp/wire/frame_writer.hpp"
#include "security/core/definitions.hpp"
#include "sim/simulation.hpp"

namespace wharf::stomp {

/// One frame as it was heard.
struct Heard {
  std::string command;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  std::string header(std::string_view name) const {
    for (const auto& [known, value] : headers) {
      if (known == name) return value;
    }
    return {};
  }
};

class Peer {
 public:
  Peer(sim::Simulation& simulation, runtime::Shard& shard, std::unique_ptr<runtime::Stream> stream)
      : simulation_(simulation), shard_(shard), stream_(std::move(stream)), tasks_(shard) {
    frames_.set_limits({.headers = 1'000, .header_bytes = 1 << 20, .head_bytes = 8 << 20, .body_bytes = 64 << 20});
    tasks_.spawn("peer", listen(this));
  }

  Peer& add(std::string_view command, const std::vector<Header>& headers = {}, std::string_view body = {}) {
    FrameWriter frame(out_, Version::k12, command);
    for (const Header& one : headers) frame.header(one.name, one.value);
    frame.end(SharedBytes::copy_of(as_bytes(body)));
    return *this;
  }
  /// What was added, without waiting for the broker to take it.
  void start_sending() { tasks_.spawn("peer-write", write(this)); }
  void send_added() { simulation_.run(shard_, write(this)); }
  void send(std::string_view command, const std::vector<Header>& headers = {}, std::string_view body = {}) {
    add(command, headers, body).send_added();
  }
  /// A heart-beat, behind what is being sent.
  void beat() {
    out_.raw(as_bytes("\n"));
    start_sending();
  }
  std::size_t bytes_taken() const { return bytes_taken_; }

  bool until(const std::function<bool()>& done, Nanoseconds within = std::chrono::seconds(20)) {
    return simulation_.run_until(done, simulation_.now() + within);
  }
  /// Nothing more comes by itself.
  bool silent() {
    simulation_.run_for(std::chrono::seconds(2));
    return heard_.empty();
  }
  /// The next one of that command: a MESSAGE may come before the RECEIPT of its SUBSCRIBE.
  Heard next(std::string_view command) {
    auto is_it = [&](const Heard& frame) { return frame.command == command; };
    auto is_heard = [&] { return ended_ || std::ranges::any_of(heard_, is_it); };
    until(is_heard);
    auto found = std::ranges::find_if(heard_, is_it);
    if (found == heard_.end()) {
      ADD_FAILURE() << "no " << command << (ended_ ? ", the connection has ended" : "");
      for (const Heard& other : heard_) ADD_FAILURE() << "but " << other.command << ": " << other.body;
      return {};
    }
    Heard frame = std::move(*found);
    heard_.erase(found);
    return frame;
  }
  std::string receipt() { return next("RECEIPT").header("receipt-id"); }
  /// "Bad transaction: ..." of an ERROR, behind which the connection ends.
  std::string error() {
    Heard error = next("ERROR");
    EXPECT_TRUE(until([this] { return ended_; }));
    return error.header("message") + ": " + error.body;
  }
  /// SEND, and until it is kept.
  void publish(std::string_view destination, std::string_view body, std::vector<Header> headers = {}) {
    headers.push_back({"destination", destination});
    headers.push_back({"receipt", "sent"});
    send("SEND", headers, body);
    EXPECT_EQ(receipt(), "sent");
  }
  void subscribe(std::string_view id, std::string_view destination, std::vector<Header> headers = {}) {
    headers.push_back({"id", id});
    headers.push_back({"destination", destination});
    headers.push_back({"receipt", "subscribed"});
    send("SUBSCRIBE", headers);
    EXPECT_EQ(receipt(), "subscribed");
  }

  bool ended() const { return ended_; }
  void cut() { stream_->close(); }
  void leave() {
    cut();
    simulation_.run(shard_, tasks_.close());
  }

 private:
  static runtime::Task<void> write(Peer* peer) {
    if (std::exchange(peer->is_writing_, true)) co_return;  // who does takes it along
    while (!peer->out_.empty()) {
      for (SharedBytes& piece : peer->out_.take()) {
        std::size_t size = piece.size();
        std::vector<runtime::OutPiece> pieces;
        pieces.emplace_back(std::move(piece));
        Result<void> written = co_await peer->stream_->write(std::move(pieces));
        if (!written) co_return;
        peer->bytes_taken_ += size;
      }
    }
    peer->is_writing_ = false;
  }
  static runtime::Task<void> listen(Peer* peer) {
    while (true) {
      MutableBytes space = peer->frames_.space();
      Result<std::size_t> count = co_await peer->stream_->read_some(space);
      if (!count || *count == 0) break;
      peer->frames_.received(*count);
      while (true) {
        Outcome<std::optional<Frame>> next = peer->frames_.next();
        EXPECT_TRUE(next);
        if (!next || !*next) break;
        Heard heard{
            .command = std::string((*next)->command), .headers = {}, .body = std::string(as_text((*next)->body))};
        for (const Header& one : (*next)->headers) heard.headers.emplace_back(one.name, one.value);
        peer->heard_.push_back(std::move(heard));
      }
    }
    peer->ended_ = true;
  }

  sim::Simulation& simulation_;
  runtime::Shard& shard_;
  std::unique_ptr<runtime::Stream> stream_;
  GatheredBytes out_;
  FrameBuffer frames_;
  std::deque<Heard> heard_;
  std::size_t bytes_taken_ = 0;
  bool is_writing_ = false;
  bool ended_ = false;
  runtime::TaskScope tasks_;
};

class DoorTest : public testing::Test {
 protected:
  explicit DoorTest(DoorLimits limits = {}) : limits_(limits) { start(); }
  ~DoorTest() override { stop(); }

  void start() {
    broker::Surroundings with{.files = &machine_->disk(), .random = &random_, .logger = &logger_, .folder = "data"};
    with.shards.push_back(&shard());
    node_ = std::make_unique<broker::Node>(std::move(with), config_);
    Result<void> started = simulation_.run(shard(), node_->start());
    EXPECT_TRUE(started) << started.error().message;
    queues_ = std::make_unique<HeldQueues>(node_->queues());
    deduplication_ = std::make_unique<HeardDeduplication>(node_->deduplication());
    door_ = make_door();
    port_ = std::make_unique<runtime::OpenPort>(runtime::PortOptions{.name = "stomp", .max_connections = 100},
                                                std::vector{&shard()}, welcome({door_.get()}), simulation_.network(),
                                                logger_);
    EXPECT_TRUE(port_->open({"0.0.0.0", 61613}));
  }
  void stop() {
    queues_->let_go();
    for (auto& peer : peers_) peer->leave();
    peers_.clear();
    simulation_.run(shard(), port_->close());
    std::ignore = simulation_.run(shard(), node_->stop());
    port_.reset();
    door_.reset();
    queues_.reset();
    deduplication_.reset();
    node_.reset();
  }
  /// kill -9, and a start on what the disk has.
  void kill() {
    sim::Machine& reborn = simulation_.kill(*machine_);
    stop();
    machine_ = &reborn;
    start();
  }

  runtime::Shard& shard() { return machine_->shard(); }
  /// A connection that has said nothing yet.
  Peer& connect() {
    runtime::Shard& here = clients_.shard();
    auto stream = simulation_.run(here, simulation_.network().connect(here, {"broker", 61613}));
    EXPECT_TRUE(stream);
    return *peers_.emplace_back(std::make_unique<Peer>(simulation_, here, std::move(*stream)));
  }
  Peer& open(std::vector<Header> headers = {}, std::string_view user = "guest", std::string_view vhost = "/") {
    Peer& peer = connect();
    headers.insert(headers.end(), {{"accept-version", "1.2"}, {"host", vhost}, {"login", user}, {"passcode", user}});
    peer.send("CONNECT", headers);
    EXPECT_EQ(peer.next("CONNECTED").header("version"), "1.2");
    return peer;
  }
  /// With a password like its name.
  void add_user(std::string name, std::string configure = ".*", std::string write = ".*", std::string read = ".*",
                std::vector<std::string> tags = {}) {
    security::User user{.name = name, .password_hash = node_->access().hash_password(name), .tags = std::move(tags)};
    EXPECT_TRUE(simulation_.run(shard(), node_->access().put_user(shard(), std::move(user))));
    security::Permission permission{std::move(name), "/", std::move(configure), std::move(write), std::move(read)};
    EXPECT_TRUE(simulation_.run(shard(), node_->access().set_permission(shard(), std::move(permission))));
  }
  /// Where guest may do everything.
  void add_vhost(std::string name) {
    EXPECT_TRUE(simulation_.run(shard(), node_->entities().create_namespace(shard(), name)));
    security::Permission all{"guest", std::move(name), ".*", ".*", ".*"};
    EXPECT_TRUE(simulation_.run(shard(), node_->access().set_permission(shard(), std::move(all))));
  }
  /// None: there is no such queue.
  std::optional<broker::QueueCounts> counts(std::string_view queue) {
    auto known = node_->entities().find(shard(), "/")->queue(queue);
    if (!known) return std::nullopt;
    auto counted = simulation_.run(shard(), node_->queues().counts(shard(), known->ref));
    return counted ? std::optional(*counted) : std::nullopt;
  }
  void declare_exchange(std::string name, std::string type, PropertyTable arguments = {}) {
    routing::Exchange exchange{.name = std::move(name), .type = std::move(type), .arguments = std::move(arguments)};
    EXPECT_TRUE(simulation_.run(shard(), node_->entities().declare_exchange(shard(), "/", std::move(exchange))));
  }
  bool is_bound(const std::string& exchange, const std::string& queue) {
    auto view = node_->entities().find(shard(), "/");
    auto bindings = view->routes->bindings_to({routing::DestinationKind::kQueue, queue});
    return std::ranges::find(bindings, exchange, &routing::Binding::source) != bindings.end();
  }

 private:
  std::unique_ptr<Door> make_door() {
    return std::unique_ptr<Door>(new Door{.shard = shard(),
                                          .queues = *queues_,
                                          .replies = node_->replies(),
                                          .histories = node_->histories(),
                                          .delays = node_->delays(),
                                          .deduplication = *deduplication_,
                                          .transactions = node_->transactions(),
                                          .entities = node_->entities(),
                                          .publish = node_->publish(),
                                          .catalogue = node_->catalogue(),
                                          .connections_made = connections_made_,
                                          .random = random_,
                                          .logger = logger_,
                                          .access = node_->access(),
                                          .alarms = node_->alarms(0),
                                          .traffic = node_->traffic(0),
                                          .server = "wharf/test",
                                          .default_user = "",
                                          .default_password = "",
                                          .default_vhost = "/",
                                          .limits = limits_});
  }

 protected:
  sim::Simulation simulation_{7};
  sim::Machine* machine_ = &simulation_.add_machine("broker");
  sim::Machine& clients_ = simulation_.add_machine("clients");
  config::ServerConfig config_ = config::ServerConfig::with(
      {{"offsets.topic.num.partitions", "1"}, {"disk.reserve.bytes", "0"}, {"loopback.users", ""}});
  sim::SeededRandom random_ = simulation_.random("node");
  runtime::Logger logger_{machine_->clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  DoorLimits limits_;
  std::uint64_t connections_made_ = 0;
  std::unique_ptr<broker::Node> node_;
  std::unique_ptr<HeldQueues> queues_;
  std::unique_ptr<HeardDeduplication> deduplication_;
  std::unique_ptr<Door> door_;
  std::unique_ptr<runtime::OpenPort> port_;
  std::vector<std::unique_ptr<Peer>> peers_;
};

}  // namespace wharf::stomp
