#include "protocols/kafka/handlers/response_frame.hpp"

#include "protocols/kafka/api/understood_errors.hpp"

namespace wharf::kafka {

std::int16_t say_understood(std::int16_t api_key, std::int16_t version, std::int16_t code) {
  return static_cast<std::int16_t>(understood(static_cast<ApiKey>(api_key), version, static_cast<KafkaError>(code)));
}

std::vector<runtime::OutPiece> join_pieces(const Writer& writer, std::vector<ExternalRecords> external) {
  SharedBytes written = SharedBytes::copy_of(writer.bytes());
  std::vector<runtime::OutPiece> pieces;
  std::size_t at = 0;
  for (const Splice& splice : writer.splices()) {
    if (splice.position > at) pieces.emplace_back(written.slice(at, splice.position - at));
    at = splice.position;
    for (runtime::OutPiece& piece : external[splice.token]) pieces.push_back(std::move(piece));
  }
  if (at < written.size()) pieces.emplace_back(written.slice(at, written.size() - at));
  return pieces;
}

}  // namespace wharf::kafka
