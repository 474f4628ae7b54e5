#pragma once
// The door on a simulated machine over ports in memory, and clients that write frames.
//
//   class AmqpDoor : public DoorTest {};
//   Peer& peer = open();                                   // through the handshake, with channel 1
//   peer.send(QueueDeclare{.queue = "jobs"});
//   EXPECT_EQ(peer.next<QueueDeclareOk>().queue, "jobs");
//   EXPECT_EQ(peer.channel_close(), "404 NOT_FOUND - no queue 'x' in vhost '/'");
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "broker/node/owners.hpp"
#include "protocols/amqp091/logs_testing.hpp"
#include "protocols/amqp091/ports_testing.hpp"
#include "protocols/amqp091/welcome.hpp"
#include "protocols/amqp091/wire/content.hpp"
#include "protocols/amqp091/wire/methods.hpp"
#include "protocols/amqp091/wire/protocol_header.hpp"
#include "sim/simulation.hpp"

namespace wharf::amqp091 {

/// One frame as it was heard.
struct Heard {
  FrameType type = FrameType::kMethod;
  std::uint16_t channel = 0;
  std::vector<std::byte> payload;
};

/// A message as a client sees it.
struct SeenMessage {
  BasicProperties properties;
  std::string body;
};

class Peer {
 public:
  Peer(sim::Simulation& simulation, runtime::Shard& shard, std::unique_ptr<runtime::Stream> stream)
      : simulation_(simulation), shard_(shard), stream_(std::move(stream)), tasks_(shard) {
    tasks_.spawn("peer", listen(this));
  }

  void send_raw(ByteView bytes) {
    std::vector<runtime::OutPiece> pieces;
    pieces.emplace_back(SharedBytes::copy_of(bytes));
    std::ignore = simulation_.run(shard_, stream_->write(std::move(pieces)));
  }
  void send_written() { simulation_.run(shard_, write_written()); }
  runtime::Task<void> write_written() {
    std::vector<runtime::OutPiece> pieces;
    for (SharedBytes& piece : out.take()) pieces.emplace_back(std::move(piece));
    std::ignore = co_await stream_->write(std::move(pieces));
  }
  template <Method M>
  Peer& add(const M& method, std::uint16_t channel = 1) {
    EXPECT_TRUE(write_method(method, channel, out));
    return *this;
  }
  template <Method M>
  void send(const M& method, std::uint16_t channel = 1) {
    add(method, channel).send_written();
  }
  Peer& add_publish(std::string_view exchange, std::string_view key, std::string_view body,
                    const BasicProperties& properties = {}, bool mandatory = false, std::uint16_t channel = 1) {
    add(BasicPublish{.exchange = exchange, .routing_key = key, .mandatory = mandatory}, channel);
    write_content(channel, *encode_properties(properties), SharedBytes::copy_of(as_bytes(body)), 131'072, out);
    return *this;
  }
  void publish(std::string_view exchange, std::string_view key, std::string_view body,
               const BasicProperties& properties = {}, bool mandatory = false) {
    add_publish(exchange, key, body, properties, mandatory).send_written();
  }

  bool until(const std::function<bool()>& done, Nanoseconds within = std::chrono::seconds(5)) {
    return simulation_.run_until(done, simulation_.now() + within);
  }
  /// Nothing more comes by itself.
  bool silent() {
    simulation_.run_for(std::chrono::seconds(2));
    return heard.empty();
  }
  /// The next frame, heartbeats left out.
  Heard next_frame() {
    if (!until([this] { return !heard.empty(); })) {
      ADD_FAILURE() << (ended ? "the connection has ended" : "nothing came");
      return {};
    }
    Heard frame = std::move(heard.front());
    heard.pop_front();
    return frame;
  }
  template <Method M>
  M next(std::uint16_t channel = 1) {
    last_ = next_frame();
    Outcome<MethodId> id = peek_method_id(last_.payload);
    if (last_.type != FrameType::kMethod || !id || *id != M::kMethod.id || last_.channel != channel) {
      ADD_FAILURE() << "expected " << M::kMethod.name << ", heard " << told(last_);
      return {};
    }
    return *decode_method<M>(last_.payload);
  }
  SeenMessage content() {
    Heard header = next_frame();
    Outcome<ContentHeader> decoded = decode_content_header(header.payload);
    EXPECT_TRUE(header.type == FrameType::kHeader && decoded);
    SeenMessage message{*decode_properties(decoded->properties.encoded()), {}};
    while (message.body.size() < decoded->body_bytes && !ended) message.body += as_text(next_frame().payload);
    return message;
  }
  /// What is delivered next: the tag and the body.
  std::pair<std::uint64_t, std::string> delivery() {
    std::uint64_t tag = next<BasicDeliver>().delivery_tag;
    return {tag, content().body};
  }

  /// "404 NOT_FOUND - ..." of a channel that is closed by the broker, which is then told so.
  std::string channel_close(std::uint16_t channel = 1) {
    ChannelClose close = next<ChannelClose>(channel);
    send(ChannelCloseOk{}, channel);
    return fmt::format("{} {}", close.reply_code, close.reply_text);
  }
  std::string connection_close() {
    ConnectionClose close = next<ConnectionClose>(0);
    send(ConnectionCloseOk{}, 0);
    EXPECT_TRUE(until([this] { return ended; }));
    return fmt::format("{} {}", close.reply_code, close.reply_text);
  }

  void shake_hands(ConnectionStartOk answer, std::uint16_t heartbeat = 0) {
    send_raw(kProtocolHeader);
    next<ConnectionStart>(0);
    send(answer, 0);
    ConnectionTune tune = next<ConnectionTune>(0);
    add(ConnectionTuneOk{tune.channel_max, tune.frame_max, heartbeat}, 0);
    send(ConnectionOpen{}, 0);
    next<ConnectionOpenOk>(0);
  }
  void open_channel(std::uint16_t channel) {
    send(ChannelOpen{}, channel);
    next<ChannelOpenOk>(channel);
  }
  void leave() {
    stream_->close();
    simulation_.run(shard_, tasks_.close());
  }

  Writer out;
  std::deque<Heard> heard;
  std::vector<std::byte> unframed;  // what came before the first frame
  bool ended = false;
  bool raw = false;  // no frames are expected

 private:
  static std::string told(const Heard& frame) {
    Outcome<MethodId> id = peek_method_id(frame.payload);
    std::string told = fmt::format("frame type {} on channel {}", static_cast<int>(frame.type), frame.channel);
    if (frame.type != FrameType::kMethod || !id) return told;
    AllMethods::with(*id, [&]<class M> {
      told = M::kMethod.name;
      if constexpr (requires(M method) { method.reply_text; })
        told += ": " + std::string(decode_method<M>(frame.payload)->reply_text);
    });
    return told;
  }
  static runtime::Task<void> listen(Peer* peer) {
    FrameBuffer frames;
    while (true) {
      MutableBytes space = frames.space();
      Result<std::size_t> count = co_await peer->stream_->read_some(space);
      if (!count || *count == 0) break;
      frames.received(*count);
      if (peer->raw) {
        peer->unframed.insert(peer->unframed.end(), frames.pending().begin(), frames.pending().end());
        frames.skip(frames.pending().size());
      }
      while (true) {
        Outcome<std::optional<Frame>> next = frames.next();
        EXPECT_TRUE(next);
        if (!next || !*next) break;
        const Frame& frame = **next;
        if (frame.type == FrameType::kHeartbeat) {
          ++peer->heartbeats;
        } else {
          peer->heard.push_back({frame.type, frame.channel, {frame.payload.begin(), frame.payload.end()}});
        }
      }
    }
    peer->ended = true;
  }

  sim::Simulation& simulation_;
  runtime::Shard& shard_;
  std::unique_ptr<runtime::Stream> stream_;
  Heard last_;

 public:
  int heartbeats = 0;

 private:
  runtime::TaskScope tasks_;
};

class DoorTest : public testing::Test {
 protected:
  explicit DoorTest(DoorLimits limits = {}) : limits_(limits) { EXPECT_TRUE(port_.open({"0.0.0.0", 5672})); }
  ~DoorTest() override {
    for (auto& peer : peers_) peer->leave();
    simulation_.run(machine_.shard(), port_.close());
  }

  static ConnectionStartOk login(std::string_view user = "guest", std::string_view password = "guest") {
    PropertyTable capabilities{{"consumer_cancel_notify", true}, {"authentication_failure_close", true}};
    std::string response = std::string(1, '\0') + std::string(user) + std::string(1, '\0') + std::string(password);
    return {.client_properties = {{"capabilities", capabilities}}, .mechanism = "PLAIN", .response = {response}};
  }
  Peer& connect() { return connect_from(machine_); }
  Peer& connect_from(sim::Machine& machine) {
    runtime::Shard& shard = machine.shard();
    auto stream = simulation_.run(shard, simulation_.network().connect(shard, {"broker", 5672}));
    return *peers_.emplace_back(std::make_unique<Peer>(simulation_, shard, std::move(*stream)));
  }
  /// Through the handshake, with channel 1.
  Peer& open(const ConnectionStartOk& start = login()) {
    Peer& peer = connect();
    peer.shake_hands(start);
    peer.open_channel(1);
    return peer;
  }

  broker::QueueCounts counts(std::string_view queue) { return queues_.counts_of(entities_.queue(queue)->ref); }

  sim::Simulation simulation_{7};
  sim::Machine& machine_ = simulation_.add_machine("broker");
  sim::SeededRandom random_ = simulation_.random("door");
  runtime::Logger logger_{machine_.clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
  QueuesInMemory queues_;
  RepliesInMemory replies_;
  HistoriesInMemory histories_;
  EntitiesInMemory entities_{queues_};
  LogsInMemory logs_;
  DelaysInMemory delays_;
  DeduplicationInMemory deduplication_;
  TopicsInMemory topics_{entities_, logs_};
  TransactionsInMemory transactions_{{entities_, queues_, histories_, delays_, logs_, topics_}};
  AccessInMemory access_;
  ConnectionIds ids_{ShardIndex(0)};
  DoorLimits limits_;
  broker::ShardAlarms alarms_;
  broker::ShardTraffic traffic_;
  broker::NodeShards node_shards_{{&machine_.shard()}};
  broker::NodeOwners owners_{node_shards_};
  Door door_{machine_.shard(), queues_, replies_, histories_, delays_,  deduplication_, transactions_,
             entities_,        owners_, logs_,    logs_,      topics_,  ids_,           random_,
             logger_,          access_, alarms_,  traffic_,   "3.13.7", "a-cluster",    limits_};
  runtime::OpenPort port_{
      {.name = "amqp", .max_connections = 100}, {&machine_.shard()}, welcome({&door_}), simulation_.network(), logger_};
  std::vector<std::unique_ptr<Peer>> peers_;
};

}  // namespace wharf::amqp091
