#pragma once
// One connection of a simulated client: requests out, several at a time, and answers back in their order. Now and then
// it breaks off in the middle of a request, as clients do that die.
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/simulation/world_testing.hpp"
#include "protocols/kafka/wire/codec.hpp"
#include "protocols/kafka/wire/frame.hpp"
#include "protocols/kafka/wire/frame_buffer.hpp"
#include "protocols/kafka/wire/header.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::kafka {

class ClientConnection {
 public:
  ClientConnection(World& world, runtime::Shard& shard, std::string host, std::unique_ptr<runtime::Stream> stream)
      : world_(world), shard_(shard), host_(std::move(host)), stream_(std::move(stream)) {}
  ~ClientConnection() { disarm(); }
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  /// Null: nobody listens.
  static runtime::Task<std::unique_ptr<ClientConnection>> open(World* world, runtime::Shard* shard, std::string host) {
    auto stream = co_await world->simulation.network().connect(*shard, {kBroker, kPort});
    if (!stream) co_return nullptr;
    co_return std::make_unique<ClientConnection>(*world, *shard, std::move(host), std::move(*stream));
  }

  /// `part`: of the frame is sent, then the connection breaks. `within`: what the broker may take because it was asked
  /// to.
  template <class Request>
  runtime::Task<bool> send(Request request, std::int16_t version, Nanoseconds within = {}, double part = 1) {
    std::int32_t id = std::exchange(next_id_, next_id_ + 7);
    std::vector<std::byte> frame = frame_of(request, version, id);
    if (part < 1) frame.resize(static_cast<std::size_t>(static_cast<double>(frame.size()) * part));
    asked_.push_back({Request::kKey, version, id, world_.now(), within});
    std::vector<runtime::OutPiece> pieces;
    pieces.emplace_back(SharedBytes::copy_of(frame));
    Result<void> written = co_await stream_->write(std::move(pieces));
    if (part < 1) sim::SimulatedNetwork::reset(*stream_);
    if (part < 1) is_over_ = true;
    if (!written) ended(asked_.back());
    co_return written && !is_over_;
  }

  /// The answer to the oldest request that has none; none: the connection is over. What it refers to is good until the
  /// next call.
  template <class Response>
  runtime::Task<std::optional<Response>> receive() {
    WHARF_ASSERT(!asked_.empty());
    Asked asked = asked_.front();
    asked_.pop_front();
    WHARF_ASSERT(asked.key == Response::kKey);
    bool there = co_await next_frame(asked);
    if (!there) co_return std::nullopt;
    Reader reader(frame_.bytes);
    Result<std::int32_t> id = read_response_header(reader, response_header_version(asked.key, asked.version));
    if (!id || *id != asked.id) {
      end("an answer to another request than the next in line");
      co_return std::nullopt;
    }
    Result<Response> response = decode<Response>(reader, asked.version);
    if (!response) {
      end("an answer that cannot be read: " + response.error().message);
      co_return std::nullopt;
    }
    sound_at_ = asked.at;
    world_.simulation.trace().event("answer", static_cast<std::uint64_t>(asked.key), frame_.bytes.size());
    co_return std::move(*response);
  }

  template <class Request>
  runtime::Task<std::optional<typename Request::Response>> ask(Request request, std::int16_t version,
                                                               Nanoseconds within = {}) {
    bool sent = co_await send(std::move(request), version, within);
    if (!sent) co_return std::nullopt;
    std::optional<typename Request::Response> response = co_await receive<typename Request::Response>();
    co_return response;
  }

  bool is_over() const { return is_over_; }
  std::size_t unanswered() const { return asked_.size(); }
  /// No more requests; answers to those that were sent still come.
  void end_sending() {
    has_ended_sending_ = true;
    sim::SimulatedNetwork::end_sending(*stream_);
  }
  void close() {
    is_over_ = true;
    stream_->close();
  }

 private:
  struct Asked {
    ApiKey key;
    std::int16_t version = 0;
    std::int32_t id = 0;
    MonotonicTime at;
    Nanoseconds within{};
  };

  template <class Request>
  static std::vector<std::byte> frame_of(const Request& request, std::int16_t version, std::int32_t id) {
    Writer writer;
    OpenFrame frame = begin_frame(writer);
    RequestHeader header{static_cast<std::int16_t>(Request::kKey), version, id, "simulated"};
    Result<void> written = write_request_header(header, request_header_version(Request::kKey, version), writer);
    if (written) written = encode(request, version, writer);
    if (written) written = end_frame(frame, writer);
    WHARF_ASSERT(written.has_value());
    return {writer.bytes().begin(), writer.bytes().end()};
  }

  runtime::Task<bool> next_frame(Asked asked) {
    arm(std::max(asked.at, world_.now()) + asked.within + kPatience);
    while (!is_over_) {
      Result<std::optional<Frame>> next = frames_.next();
      if (!next) end("no frame of Kafka's: " + next.error().message);
      if (!next) break;
      if (*next) {
        disarm();
        frame_ = std::move(**next);
        co_return true;
      }
      MutableBytes space = frames_.space();
      Result<std::size_t> count = co_await stream_->read_some(space);
      if (!count || *count == 0) ended(asked);
      if (!count || *count == 0) break;
      frames_.received(*count);
    }
    disarm();
    co_return false;
  }
  void ended(const Asked& asked) {
    if (is_over_) return;
    bool hangs = timed_out_ && life_ == world_.life && world_.was_calm(host_, asked.at);
    bool is_cut_off = !timed_out_ && world_.was_calm(host_, sound_at_);
    if (!hangs && !is_cut_off)
      is_over_ = true;
    else
      end(fmt::format("request {} of {} {}{}, after {} ms", static_cast<int>(asked.key), host_,
                      timed_out_ ? "hangs" : "was not answered before the connection ended",
                      has_ended_sending_ ? " (it sends no more)" : "", (world_.now() - asked.at) / Milliseconds(1)));
  }
  void end(std::string complaint) {
    world_.complain(std::move(complaint));
    close();
  }
  void arm(MonotonicTime at) {
    disarm();
    timer_ = shard_.set_timer(at, [this] {
      timer_.reset();
      timed_out_ = true;
      stream_->close();
    });
  }
  void disarm() {
    if (timer_) shard_.cancel_timer(*timer_);
    timer_.reset();
  }

  World& world_;
  runtime::Shard& shard_;
  std::string host_;
  std::unique_ptr<runtime::Stream> stream_;
  FrameBuffer frames_{1 << 24};
  Frame frame_;
  std::deque<Asked> asked_;
  std::int32_t next_id_ = 1;
  int life_ = world_.life;
  MonotonicTime sound_at_ = world_.now();  // the latest request that was answered: a cut before is not to blame
  bool is_over_ = false;
  bool timed_out_ = false;
  bool has_ended_sending_ = false;
  std::optional<runtime::Timers::Handle> timer_;
};

}  // namespace wharf::kafka
