#include "protocols/kafka/handlers/response_frame.hpp"

namespace wharf::kafka {

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
