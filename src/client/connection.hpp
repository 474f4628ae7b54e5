#pragma once
// One connection to one broker of the Kafka protocol. Versions are agreed on when it opens; responses come back in the
// order of their requests, so that a caller may send several before it receives.
//
//   auto opened = co_await Connection::open(&shard, &network, endpoint, {});
//   auto answer = co_await (*opened)->call(MetadataRequest{...});
//
// No TLS and no SASL yet: a broker that wants either closes, or is not understood.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/request_frame.hpp"
#include "model/endpoint.hpp"
#include "model/time.hpp"
#include "protocols/kafka/wire/frame_buffer.hpp"
#include "runtime/shard.hpp"
#include "runtime/stream.hpp"
#include "runtime/task.hpp"

namespace wharf::client {

struct ConnectionOptions {
  std::string client_id = "wharf";
  Milliseconds request_timeout{30'000};  // without a response for so long the connection is closed (kTimedOut)
  std::size_t max_response_bytes = 1u << 30;
};

/// One shard's. One task may send and one may receive at a time. After an error it is closed: open a new one.
class Connection {
 public:
  /// Connects and asks for the broker's versions. Errors: kUnavailable, kTimedOut, kClosed, kMalformed (another
  /// protocol).
  static runtime::Task<Result<std::unique_ptr<Connection>>> open(runtime::Shard* shard, runtime::Network* network,
                                                                 Endpoint endpoint, ConnectionOptions options);

  /// The highest version of an API that both sides know, no higher than `at_most`; kUnsupportedVersion where there is
  /// none.
  Result<std::int16_t> version(kafka::ApiKey key, std::int16_t at_most = kafka::kForever) const;
  const Endpoint& endpoint() const { return endpoint_; }
  const ConnectionOptions& options() const { return options_; }
  bool open() const { return open_; }
  void close();

  /// Frames written before, as they are.
  runtime::Task<Result<void>> send(std::vector<runtime::OutPiece> pieces);
  /// The next response, header included. Its bytes stay while the frame is held.
  runtime::Task<Result<kafka::Frame>> receive();
  /// A response that has arrived already, without waiting.
  Result<std::optional<kafka::Frame>> received() { return frames_.next(); }

  /// Reads a response of `Response` from a frame. Records in it are views of the frame.
  template <class Response>
  Result<Response> decode(const kafka::Frame& frame, std::int32_t correlation_id, std::int16_t version) const {
    kafka::Reader reader(frame.bytes);
    auto answered = kafka::read_response_header(reader, kafka::response_header_version(Response::kKey, version));
    if (!answered) return fail(answered.error());
    if (*answered != correlation_id)
      return fail(ErrorCode::kMalformed, "the broker answered another request than the one sent");
    return kafka::decode<Response>(reader, version);
  }

  template <class Response>
  struct Answer {
    Response response;
    kafka::Frame frame;  // what views of records in the response point into
  };

  /// One request and its answer; nothing else may be in flight.
  template <class Request>
  runtime::Task<Result<Answer<typename Request::Response>>> ask(Request request, std::vector<SharedBytes> batches = {},
                                                                std::int16_t at_most = kafka::kForever) {
    Result<std::int16_t> agreed = version(Request::kKey, at_most);
    if (!agreed) co_return fail(agreed.error());
    std::int32_t correlation_id = next_correlation_id_++;
    auto pieces = request_frame(request, *agreed, correlation_id, options_.client_id, batches);
    if (!pieces) co_return fail(pieces.error());
    Result<void> sent = co_await send(std::move(*pieces));
    if (!sent) co_return fail(sent.error());
    Result<kafka::Frame> frame = co_await receive();
    if (!frame) co_return fail(frame.error());
    auto response = decode<typename Request::Response>(*frame, correlation_id, *agreed);
    if (!response) {
      close();
      co_return fail(response.error());
    }
    co_return Answer<typename Request::Response>{std::move(*response), std::move(*frame)};
  }

  /// As ask(), for responses without records.
  template <class Request>
  runtime::Task<Result<typename Request::Response>> call(Request request, std::int16_t at_most = kafka::kForever) {
    auto answer = co_await ask(std::move(request), {}, at_most);
    if (!answer) co_return fail(answer.error());
    co_return std::move(answer->response);
  }

 private:
  Connection(runtime::Shard* shard, std::unique_ptr<runtime::Stream> stream, Endpoint endpoint,
             ConnectionOptions options);
  runtime::Task<Result<void>> negotiate();
  Error lost(const std::string& why);

  runtime::Shard& shard_;
  std::unique_ptr<runtime::Stream> stream_;
  Endpoint endpoint_;
  ConnectionOptions options_;
  kafka::FrameBuffer frames_;
  std::map<kafka::ApiKey, kafka::Versions> versions_;
  std::int32_t next_correlation_id_ = 1;
  bool open_ = true;
  bool timed_out_ = false;
  bool heard_ = false;  // the broker has said something
};

}  // namespace wharf::client
