#pragma once
// What a delayed message's record has as its key: when it is due and where it goes on. Its value and headers are the
// message's own.
//
//   version u8 | due varint | namespace | exchange | key count varint, keys | has key u8 | the message's own key |
//   queue version 1 ends before the queue, and is written where there is none texts: length varint, that many bytes
#include <optional>
#include <string>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/time.hpp"

namespace wharf::queue {

struct ScheduleEnvelope {
  Timestamp due;
  std::string name_space;
  std::string exchange;                 // from which it is routed; the message knows the one that it was published to
  std::vector<std::string> extra_keys;  // beside the message's routing key: CC and BCC
  std::optional<std::string> key;       // the message's own
  std::optional<std::string> queue;     // it goes to this one alone, and is not routed
  friend bool operator==(const ScheduleEnvelope&, const ScheduleEnvelope&) = default;
};

std::vector<std::byte> encode(const ScheduleEnvelope& envelope);
/// kMalformed, kUnsupportedVersion.
Result<ScheduleEnvelope> decode_envelope(ByteView encoded);
/// The first field alone.
Result<Timestamp> due_of(ByteView encoded);

}  // namespace wharf::queue
