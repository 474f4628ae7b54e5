#pragma once
// The door over a whole node on a simulated machine, and clients that write packets.
//
//   class MqttDoor : public DoorTest {};
//   Peer& peer = open({.client_id = "sensor"});                      // through CONNACK
//   peer.send(Subscribe{.packet_id = 1, .filters = {{"a/#", 1}}});
//   EXPECT_EQ(peer.next<SubAck>().codes.front(), 1);
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "broker/node/node.hpp"
#include "protocols/mqtt/welcome.hpp"
#include "protocols/mqtt/wire/packet_codec.hpp"
#include "security/core/definitions.hpp"
#include "sim/simulation.hpp"

namespace wharf::mqtt {

class Peer {
 public:
  Peer(sim::Simulation& simulation, runtime::Shard& shard, std::unique_ptr<runtime::Stream> stream, Version version)
      : simulation_(simulation),
        shard_(shard),
        stream_(std::move(stream)),
        version_(version),
        may_read_(shard),
        tasks_(shard) {
    packets_.set_largest(kLargestVarint);
    tasks_.spawn("peer", listen(this));
  }

  template <class Packet>
  Peer& add(const Packet& packet) {
    write_packet(packet, version_, out_);
    return *this;
  }
  Peer& add(const Publish& packet) {
    write_publish(packet, SharedBytes::copy_of(packet.payload), version_, out_);
    return *this;
  }
  /// What was added, without waiting for the broker to take it.
  void start_sending() { tasks_.spawn("peer-write", write(this)); }
  template <class Packet>
  void send(const Packet& packet) {
    add(packet);
    simulation_.run(shard_, write(this));
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
  bool hears_something(Nanoseconds within = std::chrono::seconds(20)) {
    return until([this] { return !heard_.empty() || ended_; }, within) && !heard_.empty();
  }
  bool next_is(PacketType type) { return hears_something() && heard_.front().type == type; }
  /// What the answer refers to is good until the next call.
  template <class Packet>
  Packet next() {
    if (!hears_something()) {
      ADD_FAILURE() << "no " << Packet::kName << (ended_ ? ", the connection has ended" : "");
      return {};
    }
    last_ = std::move(heard_.front());
    heard_.pop_front();
    RawPacket raw{.type = last_.type, .flags = last_.flags, .body = last_.body};
    if (last_.type != Packet::kType) {
      ADD_FAILURE() << "expected " << Packet::kName << ", heard packet type " << static_cast<int>(last_.type);
      return {};
    }
    Outcome<Packet> read = read_packet<Packet>(raw, version_);
    EXPECT_TRUE(read);
    return read ? *read : Packet{};
  }
  /// The payload of what comes next, acknowledged at QoS 1.
  std::string message() {
    Publish publish = next<Publish>();
    std::string payload(as_text(publish.payload));
    if (publish.qos == 1) send(PubAck{.packet_id = publish.packet_id});
    return payload;
  }
  std::uint8_t subscribe(std::string_view filter, std::uint8_t options) {
    send(Subscribe{.packet_id = 1, .properties = {}, .filters = {{filter, options}}});
    SubAck answer = next<SubAck>();
    return answer.codes.empty() ? 0xFF : answer.codes.front();
  }
  ReasonCode publish(std::string_view topic, std::string_view payload, bool retain = false) {
    send(Publish{
        .qos = 1, .retain = retain, .topic = topic, .packet_id = 1, .properties = {}, .payload = as_bytes(payload)});
    return next<PubAck>().reason;
  }

  /// Nothing is read of what comes, and soon nothing more can be sent to it.
  void stop_reading() { is_reading_ = false; }
  void go_on_reading() {
    is_reading_ = true;
    may_read_.notify();
  }
  void cut() { stream_->close(); }
  bool ended() const { return ended_; }
  void leave() {
    cut();
    go_on_reading();
    simulation_.run(shard_, tasks_.close());
  }

 private:
  struct Heard {
    PacketType type = kPingResp;
    std::uint8_t flags = 0;
    std::vector<std::byte> body;
  };

  static runtime::Task<void> write(Peer* peer) {
    for (SharedBytes& piece : peer->out_.take()) {
      std::size_t size = piece.size();
      std::vector<runtime::OutPiece> pieces;
      pieces.emplace_back(std::move(piece));
      Result<void> written = co_await peer->stream_->write(std::move(pieces));
      if (!written) co_return;
      peer->bytes_taken_ += size;
    }
  }
  static runtime::Task<void> listen(Peer* peer) {
    while (true) {
      while (!peer->is_reading_) co_await peer->may_read_.wait();
      MutableBytes space = peer->packets_.space();
      Result<std::size_t> count = co_await peer->stream_->read_some(space);
      if (!count || *count == 0) break;
      peer->packets_.received(*count);
      while (true) {
        auto next = peer->packets_.next();
        EXPECT_TRUE(next);
        if (!next || !*next) break;
        const RawPacket& packet = **next;
        peer->heard_.push_back({packet.type, packet.flags, {packet.body.begin(), packet.body.end()}});
      }
    }
    peer->ended_ = true;
  }

  sim::Simulation& simulation_;
  runtime::Shard& shard_;
  std::unique_ptr<runtime::Stream> stream_;
  Version version_;
  Writer out_;
  PacketBuffer packets_;
  std::deque<Heard> heard_;
  Heard last_;
  std::size_t bytes_taken_ = 0;
  bool is_reading_ = true;
  bool ended_ = false;
  runtime::Signal may_read_;
  runtime::TaskScope tasks_;
};

/// A node's, which may refuse to bind.
class RefusingEntities final : public broker::Entities {
 public:
  explicit RefusingEntities(broker::Entities& real) : real_(real) {}
  bool refuses_to_bind = false;

  std::optional<broker::NamespaceView> find(const runtime::Shard& here, std::string_view name) const override {
    return real_.find(here, name);
  }
  runtime::Task<Result<broker::DeclaredQueue>> declare_queue(runtime::Shard& here, std::string vhost,
                                                             broker::QueueDeclaration declaration) override {
    return real_.declare_queue(here, std::move(vhost), std::move(declaration));
  }
  runtime::Task<Result<std::uint64_t>> delete_queue(runtime::Shard& here, std::string vhost, std::string name,
                                                    broker::QueueDeletion how) override {
    return real_.delete_queue(here, std::move(vhost), std::move(name), how);
  }
  runtime::Task<void> delete_unused(runtime::Shard& here, broker::QueueRef queue) override {
    return real_.delete_unused(here, queue);
  }
  runtime::Task<void> delete_exclusive(runtime::Shard& here, broker::ConnectionId owner) override {
    return real_.delete_exclusive(here, owner);
  }
  runtime::Task<Result<bool>> declare_exchange(runtime::Shard& here, std::string vhost,
                                               routing::Exchange exchange) override {
    return real_.declare_exchange(here, std::move(vhost), std::move(exchange));
  }
  runtime::Task<Result<void>> delete_exchange(runtime::Shard& here, std::string vhost, std::string name,
                                              bool if_unused) override {
    return real_.delete_exchange(here, std::move(vhost), std::move(name), if_unused);
  }
  runtime::Task<Result<void>> bind(runtime::Shard& here, std::string vhost, routing::Binding binding) override {
    if (refuses_to_bind) co_return fail(ErrorCode::kDiskFull, "no room for a binding");
    Result<void> bound = co_await real_.bind(here, std::move(vhost), std::move(binding));
    co_return bound;
  }
  runtime::Task<Result<void>> unbind(runtime::Shard& here, std::string vhost, routing::Binding binding) override {
    return real_.unbind(here, std::move(vhost), std::move(binding));
  }
  std::vector<std::string> namespaces(const runtime::Shard& here) const override { return real_.namespaces(here); }
  runtime::Task<Result<void>> set_default_queue_type(runtime::Shard& here, std::string name,
                                                     std::string type) override {
    return real_.set_default_queue_type(here, std::move(name), std::move(type));
  }
  runtime::Task<Result<void>> create_namespace(runtime::Shard& here, std::string name) override {
    return real_.create_namespace(here, std::move(name));
  }
  runtime::Task<Result<void>> delete_namespace(runtime::Shard& here, std::string name) override {
    return real_.delete_namespace(here, std::move(name));
  }

 private:
  broker::Entities& real_;
};

class DoorTest : public testing::Test {
 protected:
  explicit DoorTest(DoorLimits limits = {}, std::uint64_t seed = 7) : simulation_(seed), limits_(limits) { start(); }
  ~DoorTest() override { stop(); }

  void start() {
    broker::Surroundings with{.files = &machine_->disk(), .random = &random_, .logger = &logger_, .folder = "data"};
    for (std::size_t i = 0; i < machine_->shards(); ++i) with.shards.push_back(&machine_->shard(i));
    std::vector<runtime::Shard*> shards = with.shards;
    node_ = std::make_unique<broker::Node>(std::move(with), config_);
    Result<void> started = simulation_.run(shard(), node_->start());
    EXPECT_TRUE(started) << started.error().message;
    entities_ = std::make_unique<RefusingEntities>(node_->entities());
    std::vector<const Door*> doors;
    for (runtime::Shard* one : shards) doors.push_back(make_door(*one));
    port_ = std::make_unique<runtime::OpenPort>(runtime::PortOptions{.name = "mqtt", .max_connections = 1'000}, shards,
                                                welcome(std::move(doors)), simulation_.network(), logger_);
    EXPECT_TRUE(port_->open({"0.0.0.0", 1883}));
  }
  void stop() {
    for (auto& peer : peers_) peer->leave();
    peers_.clear();
    node_->stopping();
    simulation_.run(shard(), port_->close());
    Result<void> stopped = simulation_.run(shard(), node_->stop());
    EXPECT_TRUE(stopped || is_killed_);
    port_.reset();
    doors_.clear();
    entities_.reset();
    node_.reset();
  }
  void restart() {
    stop();
    start();
  }
  void restart_with(std::string key, std::string value) {
    stop();
    settings_.emplace_back(std::move(key), std::move(value));
    config_ = config::ServerConfig::with(settings_);
    start();
  }
  /// In the middle of things, and a start.
  void kill_and_start() {
    sim::Machine& reborn = simulation_.kill(*machine_);
    is_killed_ = true;
    stop();
    is_killed_ = false;
    machine_ = &reborn;
    start();
  }

  runtime::Shard& shard() { return machine_->shard(); }
  /// A connection that has said nothing yet.
  Peer& connect(Version version = Version::k5) {
    runtime::Shard& here = clients_.shard();
    auto stream = simulation_.run(here, simulation_.network().connect(here, {"broker", 1883}));
    EXPECT_TRUE(stream);
    return *peers_.emplace_back(std::make_unique<Peer>(simulation_, here, std::move(*stream), version));
  }
  /// One that lives on when it is left.
  static Connect lasting(std::string_view client_id, std::string_view user = "guest", bool clean = false) {
    return lasting(client_id, user, clean, user);
  }
  static Connect lasting(std::string_view client_id, std::string_view user, bool clean, std::string_view password) {
    Connect connect{.clean_start = clean,
                    .properties = {},
                    .client_id = client_id,
                    .will = {},
                    .user = user,
                    .password = as_bytes(password)};
    connect.properties.session_expiry_s = 3'600;
    return connect;
  }
  Peer& open(const Connect& packet) {
    Peer& peer = connect(static_cast<Version>(packet.level));
    peer.send(packet);
    EXPECT_EQ(peer.next<ConnAck>().code, 0);
    return peer;
  }
  Peer& open(std::string_view client_id) {
    return open(
        Connect{.properties = {}, .client_id = client_id, .will = {}, .user = "guest", .password = as_bytes("guest")});
  }
  /// Through DISCONNECT, and until the broker has let go of it.
  void leave(Peer& peer) {
    peer.send(Disconnect{});
    EXPECT_TRUE(peer.until([&] { return peer.ended(); }));
    peer.cut();
  }

  /// With a password like its name.
  void add_user(std::string name, std::string configure = ".*", std::string write = ".*", std::string read = ".*") {
    security::User user{.name = name, .password_hash = node_->access().hash_password(name)};
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

 private:
  const Door* make_door(runtime::Shard& here) {
    connections_made_.push_back(std::make_unique<std::uint64_t>(0));
    doors_.push_back(std::unique_ptr<Door>(new Door{.shard = here,
                                                    .queues = node_->queues(),
                                                    .sessions = node_->sessions(),
                                                    .retained = node_->retained(),
                                                    .histories = node_->histories(),
                                                    .delays = node_->delays(),
                                                    .entities = *entities_,
                                                    .publish = node_->publish(),
                                                    .catalogue = node_->catalogue(),
                                                    .connections_made = *connections_made_.back(),
                                                    .random = random_,
                                                    .logger = logger_,
                                                    .access = node_->access(),
                                                    .alarms = node_->alarms(here.index().value),
                                                    .traffic = node_->traffic(here.index().value),
                                                    .anonymous_user = "",
                                                    .anonymous_password = "",
                                                    .limits = limits_}));
    return doors_.back().get();
  }

 protected:
  sim::Simulation simulation_;
  sim::Machine* machine_ = &simulation_.add_machine("broker", 2);
  sim::Machine& clients_ = simulation_.add_machine("clients");
  std::vector<std::pair<std::string, std::string>> settings_{
      {"offsets.topic.num.partitions", "1"}, {"disk.reserve.bytes", "0"}, {"loopback.users", ""}};
  config::ServerConfig config_ = config::ServerConfig::with(settings_);
  sim::SeededRandom random_ = simulation_.random("node");
  runtime::Logger logger_{machine_->clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  DoorLimits limits_;
  bool is_killed_ = false;
  std::unique_ptr<broker::Node> node_;
  std::unique_ptr<RefusingEntities> entities_;
  std::vector<std::unique_ptr<std::uint64_t>> connections_made_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::unique_ptr<runtime::OpenPort> port_;
  std::vector<std::unique_ptr<Peer>> peers_;
};

}  // namespace wharf::mqtt
