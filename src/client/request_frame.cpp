#include "client/request_frame.hpp"

namespace wharf::client {

std::vector<runtime::OutPiece> join_pieces(const kafka::Writer& writer, std::span<const SharedBytes> batches) {
  SharedBytes written = SharedBytes::copy_of(writer.bytes());
  std::vector<runtime::OutPiece> pieces;
  std::size_t at = 0;
  for (const kafka::Splice& splice : writer.splices()) {
    if (splice.position > at) pieces.emplace_back(written.slice(at, splice.position - at));
    at = splice.position;
    pieces.emplace_back(batches[splice.token]);
  }
  if (at < written.size()) pieces.emplace_back(written.slice(at, written.size() - at));
  return pieces;
}

}  // namespace wharf::client
