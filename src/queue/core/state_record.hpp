#pragma once
// What a queue's state log says, record by record: what was settled, how often messages came back, and below which offset
// they may have been handed out. A snapshot says all of it at once; replay goes from the last one on.
//
//   version u8 = 1 | kind u8 (1 change, 2 snapshot) | entries: tag u8, level u8, length varint, then
//     1 settled: (gap varint, count varint)*, gaps from the end of the range before
//     2 tries: (gap varint, tries varint)*
//     3 handed below: offset varint
//     4 floor: offset varint
//     5 counted: below varint, bytes varint, flags varint (1: some have a limit of their own)
//     6 handed ahead: as 1; of messages above 3 that consumers with selectors may have had
#include <cstdint>
#include <map>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "queue/core/cursor.hpp"

namespace wharf::queue {

struct LevelChange {
  std::vector<OffsetRange> settled;             // in any order
  std::map<Offset, std::uint32_t> tries;
  std::optional<Offset> handed_below;
  std::vector<OffsetRange> handed_ahead;        // in any order
  std::optional<Offset> floor;                  // of a snapshot
  std::optional<Counted> counted;
};

struct StateChange {
  bool is_snapshot = false;
  std::map<std::uint8_t, LevelChange> levels;
  bool empty() const { return levels.empty(); }
};

std::vector<std::byte> encode(const StateChange& change);
/// kMalformed, kUnsupportedVersion: the state is as it was.
Result<void> apply_state_record(ByteView record, std::map<std::uint8_t, CursorState>& levels);

}  // namespace wharf::queue
