#pragma once
// A broker that says what a test tells it to, on a simulated machine.
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "client/cluster.hpp"
#include "protocols/kafka/api/api_versions.hpp"
#include "protocols/kafka/wire/frame_buffer.hpp"
#include "runtime/signal.hpp"
#include "runtime/task_scope.hpp"
#include "sim/simulation.hpp"

namespace wharf::client::testing {

/// What the broker does with a request: answers with these bytes, hangs up, or (neither) says nothing.
struct Reply {
  std::vector<std::byte> bytes;
  bool hang_up = false;
};

template <class Response>
Reply reply_with(const Response& response, const kafka::RequestHeaderStart& to, std::int16_t version) {
  kafka::Writer writer;
  kafka::OpenFrame frame = kafka::begin_frame(writer);
  kafka::write_response_header(to.correlation_id, kafka::response_header_version(Response::kKey, version), writer);
  WHARF_ASSERT(kafka::encode(response, version, writer).has_value());
  WHARF_ASSERT(kafka::end_frame(frame, writer).has_value());
  return {{writer.bytes().begin(), writer.bytes().end()}};
}

/// All our APIs, at most in `highest`.
inline kafka::ApiVersionsResponse all_versions(std::int16_t highest = kafka::kForever) {
  kafka::ApiVersionsResponse response;
  for (const kafka::Api& api : kafka::kApis)
    response.api_keys.push_back({api.key, 0, std::min(highest, api.versions.highest)});
  return response;
}

class ScriptedBroker {
 public:
  using Script = std::function<Reply(const kafka::RequestHeaderStart& header, ByteView frame)>;

  explicit ScriptedBroker(Script script)
      : simulation(1),
        client(&simulation.add_machine("client")),
        machine_(&simulation.add_machine("broker")),
        script_(std::move(script)),
        tasks_(machine_->shard()) {
    listener_ = std::move(*simulation.network().listen(machine_->shard(), kEndpoint));
    tasks_.spawn("accept", accept());
  }
  ~ScriptedBroker() {
    listener_->close();
    for (auto& stream : streams_) stream->close();
    simulation.run(machine_->shard(), tasks_.close());
  }

  /// Closes every connection, and listens again after `away`; never, where that is left out.
  void go_away(std::optional<Milliseconds> away) {
    listener_->close();
    for (auto& stream : streams_) stream->close();
    if (away) tasks_.spawn("come back", come_back(*away));
  }

  template <class T>
  T run(runtime::Task<T> task) {
    return simulation.run(client->shard(), std::move(task));
  }
  runtime::Task<Result<std::unique_ptr<Connection>>> connect(ConnectionOptions options = {}) {
    return Connection::open(&client->shard(), &simulation.network(), kEndpoint, std::move(options));
  }

  static inline const Endpoint kEndpoint{"broker", 9092};
  sim::Simulation simulation;
  sim::Machine* client;

 private:
  runtime::Task<void> come_back(Milliseconds away) {
    runtime::Signal never(machine_->shard());
    [[maybe_unused]] bool notified = co_await never.wait_until(machine_->shard().now() + away);
    listener_ = std::move(*simulation.network().listen(machine_->shard(), kEndpoint));
    tasks_.spawn("accept", accept());
  }
  runtime::Task<void> accept() {
    while (true) {
      auto stream = co_await listener_->accept(machine_->shard());
      if (!stream) co_return;
      streams_.push_back(std::move(*stream));
      tasks_.spawn("serve", serve(streams_.back().get()));
    }
  }
  runtime::Task<void> serve(runtime::Stream* stream) {
    kafka::FrameBuffer frames(1 << 20);
    while (true) {
      Result<std::size_t> count = co_await stream->read_some(frames.space());
      if (!count || *count == 0) co_return;
      frames.received(*count);
      for (auto next = frames.next(); next && *next; next = frames.next()) {
        Reply reply = script_(*kafka::peek_request_header((*next)->bytes), (*next)->bytes);
        std::vector<runtime::OutPiece> pieces;
        pieces.emplace_back(SharedBytes::copy_of(reply.bytes));
        if (!reply.bytes.empty()) {
          Result<void> written = co_await stream->write(std::move(pieces));
          if (!written) co_return;
        }
        if (reply.hang_up) {
          stream->close();
          co_return;
        }
      }
    }
  }

  sim::Machine* machine_;
  Script script_;
  std::unique_ptr<runtime::Listener> listener_;
  std::vector<std::unique_ptr<runtime::Stream>> streams_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::client::testing
