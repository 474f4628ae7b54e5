#pragma once
// A request -> the bytes of its frame. Record batches are not copied: they lie between the frame's written parts.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/wire/codec.hpp"
#include "protocols/kafka/wire/frame.hpp"
#include "protocols/kafka/wire/header.hpp"
#include "runtime/stream.hpp"

namespace wharf::client {

/// What was written, cut at its splices, with `batches[token]` in the gaps.
std::vector<runtime::OutPiece> join_pieces(const kafka::Writer& writer, std::span<const SharedBytes> batches);

/// The whole frame. External records of the request name a place in `batches`. Errors: what this version cannot say.
template <class Request>
Result<std::vector<runtime::OutPiece>> request_frame(const Request& request, std::int16_t version,
                                                     std::int32_t correlation_id, const std::string& client_id,
                                                     std::span<const SharedBytes> batches = {}) {
  kafka::Writer writer;
  kafka::OpenFrame frame = kafka::begin_frame(writer);
  kafka::RequestHeader header{static_cast<std::int16_t>(Request::kKey), version, correlation_id, client_id};
  std::int16_t header_version = kafka::request_header_version(Request::kKey, version);
  if (Result<void> written = kafka::write_request_header(header, header_version, writer); !written)
    return fail(written.error());
  if (Result<void> written = kafka::encode(request, version, writer); !written) return fail(written.error());
  if (Result<void> ended = kafka::end_frame(frame, writer); !ended) return fail(ended.error());
  return join_pieces(writer, batches);
}

}  // namespace wharf::client
