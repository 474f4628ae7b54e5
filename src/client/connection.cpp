#include "client/connection.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "client/kafka_failure.hpp"
#include "model/byte_order.hpp"
#include "protocols/kafka/api/api_versions.hpp"

namespace wharf::client {
namespace {

using kafka::ApiVersionsRequest;
using kafka::ApiVersionsResponse;

constexpr std::size_t kCorrelationBytes = 4;

/// A broker that does not know the version asked in answers in version 0, with its list (KIP-511).
Result<ApiVersionsResponse> decode_versions(ByteView frame, std::int16_t asked) {
  if (frame.size() < kCorrelationBytes + sizeof(std::int16_t))
    return fail(ErrorCode::kMalformed, "too short for a response");
  ByteView body = frame.subspan(kCorrelationBytes);
  auto error = static_cast<kafka::KafkaError>(load_big_endian<std::int16_t>(body.data()));
  bool older = error == kafka::KafkaError::kUnsupportedVersion;
  if (error != kafka::KafkaError::kNone && !older) return fail(kafka_failure(error));
  return kafka::decode<ApiVersionsResponse>(body, older ? std::int16_t{0} : asked);
}

}  // namespace

Connection::Connection(runtime::Shard* shard, std::unique_ptr<runtime::Stream> stream, Endpoint endpoint,
                       ConnectionOptions options)
    : shard_(*shard),
      stream_(std::move(stream)),
      endpoint_(std::move(endpoint)),
      options_(std::move(options)),
      frames_(options_.max_response_bytes) {}

runtime::Task<Result<std::unique_ptr<Connection>>> Connection::open(runtime::Shard* shard, runtime::Network* network,
                                                                    Endpoint endpoint, ConnectionOptions options) {
  auto stream = co_await network->connect(*shard, endpoint);
  // A name that leads nowhere is no mistake in the argument: the machine may be the one that is wrong.
  if (!stream) co_return fail(ErrorCode::kUnavailable, stream.error().message);
  std::unique_ptr<Connection> connection(
      new Connection(shard, std::move(*stream), std::move(endpoint), std::move(options)));
  Result<void> agreed = co_await connection->negotiate();
  if (!agreed) {
    connection->close();
    co_return fail(agreed.error());
  }
  co_return connection;
}

runtime::Task<Result<void>> Connection::negotiate() {
  const std::int16_t asked = kafka::versions_of(kafka::ApiKey::kApiVersions).highest;
  ApiVersionsRequest request{.client_software_name = "wharf", .client_software_version = "1"};
  auto pieces = request_frame(request, asked, next_correlation_id_++, options_.client_id);
  if (!pieces) co_return fail(pieces.error());
  Result<void> sent = co_await send(std::move(*pieces));
  if (!sent) co_return fail(sent.error());
  Result<kafka::Frame> frame = co_await receive();
  if (!frame) co_return fail(frame.error());
  Result<ApiVersionsResponse> answer = decode_versions(frame->bytes, asked);
  if (!answer)
    co_return fail(answer.error().code,
                   fmt::format("{} does not speak Kafka's protocol: {}", endpoint_.text(), answer.error().message));
  for (const ApiVersionsResponse::ApiVersion& api : answer->api_keys) {
    const kafka::Api* ours = kafka::find_api(api.api_key);
    if (ours == nullptr) continue;
    versions_[api.api_key] = {std::max(ours->versions.lowest, api.min_version),
                              std::min(ours->versions.highest, api.max_version)};
  }
  co_return Result<void>();
}

Result<std::int16_t> Connection::version(kafka::ApiKey key, std::int16_t at_most) const {
  auto found = versions_.find(key);
  if (found != versions_.end()) {
    const std::int16_t highest = std::min(found->second.highest, at_most);
    if (highest >= found->second.lowest) return highest;
  }
  return fail(ErrorCode::kUnsupportedVersion, fmt::format("{} does not serve {} in a version that we know",
                                                          endpoint_.text(), kafka::find_api(key)->name));
}

void Connection::close() {
  open_ = false;
  stream_->close();
}

Error Connection::lost(const std::string& why) {
  close();
  if (timed_out_) {
    return {ErrorCode::kTimedOut,
            fmt::format("{} did not answer within {} ms", endpoint_.text(), options_.request_timeout.count())};
  }
  return {ErrorCode::kClosed, fmt::format("lost the connection to {}: {}", endpoint_.text(), why)};
}

runtime::Task<Result<void>> Connection::send(std::vector<runtime::OutPiece> pieces) {
  Result<void> written = co_await stream_->write(std::move(pieces));
  if (!written) co_return fail(lost(written.error().message));
  co_return written;
}

runtime::Task<Result<kafka::Frame>> Connection::receive() {
  std::optional<runtime::Timers::Handle> timer;
  Result<kafka::Frame> outcome = fail(ErrorCode::kClosed, "");
  while (true) {
    Result<std::optional<kafka::Frame>> next = frames_.next();
    if (!next) outcome = fail(lost(next.error().message));
    if (next && *next) outcome = std::move(**next);
    if (!next || *next) break;
    if (!timer) {
      timer = shard_.set_timer(shard_.now() + options_.request_timeout, [this] {
        timed_out_ = true;
        stream_->close();
      });
    }
    const MutableBytes space = frames_.space();
    Result<std::size_t> count = co_await stream_->read_some(space);
    if (!count || *count == 0) {
      outcome = fail(lost(count ? "the broker closed it" : count.error().message));
      break;
    }
    if (!std::exchange(heard_, true) && as_text(space.first(*count)).starts_with("HTTP/")) {
      close();
      outcome = fail(ErrorCode::kMalformed, endpoint_.text() + " answered in HTTP: is this the admin port?");
      break;
    }
    frames_.received(*count);
  }
  if (timer) shard_.cancel_timer(*timer);
  co_return outcome;
}

}  // namespace wharf::client
