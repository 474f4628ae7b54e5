#pragma once
// A response -> the bytes and file ranges of its frame.
#include <span>
#include <vector>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/handlers/reply.hpp"
#include "protocols/kafka/wire/codec.hpp"
#include "protocols/kafka/wire/frame.hpp"
#include "protocols/kafka/wire/header.hpp"

namespace wharf::kafka {

/// What an external Records field stands for: `token` is the place in a vector of these.
using ExternalRecords = std::vector<runtime::OutPiece>;

/// Cuts the written bytes at the splices and puts the external records between.
std::vector<runtime::OutPiece> join_pieces(const Writer& writer, std::vector<ExternalRecords> external);

/// understood(), in the Writer's numbers.
std::int16_t say_understood(std::int16_t api_key, std::int16_t version, std::int16_t code);

/// The whole frame, with the error codes that clients of this version know, or an error when this version of the message cannot say the response: a bug of the handler's.
template <class Response>
Result<Reply> response_frame(const RequestHeader& header, const Response& response, std::vector<ExternalRecords> external = {}) {
  Writer writer;
  writer.say_errors(say_understood, static_cast<std::int16_t>(Response::kKey));
  OpenFrame frame = begin_frame(writer);
  write_response_header(header.correlation_id, response_header_version(Response::kKey, header.api_version), writer);
  if (Result<void> written = encode(response, header.api_version, writer); !written) return fail(written.error());
  if (Result<void> ended = end_frame(frame, writer); !ended) return fail(ended.error());
  return Reply{.pieces = join_pieces(writer, std::move(external)), .error = static_cast<KafkaError>(writer.error_code())};
}

}  // namespace wharf::kafka
