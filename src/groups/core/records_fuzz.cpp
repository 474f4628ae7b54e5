// Records of the groups' log and members' subscriptions, from any bytes: no crash, and what reads reads again as the same.
#include "groups/core/records.hpp"
#include "groups/core/subscription.hpp"

using namespace wharf;
using namespace wharf::groups;

namespace {

void read_again(const StoredChange& change) {
  if (std::holds_alternative<UnknownRecord>(change)) return;
  LogRecord once = encode(as_stored(change));
  auto value = once.value ? std::optional<ByteView>(as_bytes(*once.value)) : std::nullopt;
  auto read = decode(as_bytes(once.key), value);
  WHARF_ASSERT(read.has_value());
  LogRecord twice = encode(*read);
  WHARF_ASSERT(once.key == twice.key && once.value == twice.value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  ByteView bytes = std::as_bytes(std::span(data, size)).subspan(1);
  (void)subscribed_topics(bytes);
  // The first byte says how long the key is; a key alone is a tombstone.
  std::size_t key_size = std::min<std::size_t>(data[0], bytes.size());
  ByteView key = bytes.first(key_size);
  if (auto tombstone = decode(key, std::nullopt)) read_again(*tombstone);
  if (auto change = decode(key, bytes.subspan(key_size))) read_again(*change);
  return 0;
}
