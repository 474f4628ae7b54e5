#pragma once
// Why a group rebalanced: the last few reasons with member and time, for the operator who asks why it never settles.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "model/time.hpp"

namespace wharf::groups {

enum class RebalanceStep : std::uint8_t {
  kStarted,        // a rebalance began; reason and the member that caused it
  kStabilized,     // the leader's assignment is stored: the generation works
  kEmptied,        // a generation without members
  kMemberRemoved,  // a member left, timed out or did not come back
  kFenced,         // a request of an id that another process has taken over; the reason names that one's address
};

std::string_view to_string(RebalanceStep step);

struct RebalanceEntry {
  Timestamp at;
  std::int32_t generation = 0;  // the group's at that moment
  RebalanceStep step = RebalanceStep::kStarted;
  std::string member_id;        // may be empty: nobody in particular
  std::string reason;
  std::uint32_t times = 1;      // a client that keeps asking under a fenced id is one entry, with the last time

  friend bool operator==(const RebalanceEntry&, const RebalanceEntry&) = default;
};

/// The newest `capacity` entries, oldest first. Texts that clients sent are cut to kReasonBytes.
class RebalanceHistory {
 public:
  static constexpr std::size_t kReasonBytes = 512;

  explicit RebalanceHistory(std::size_t capacity) : capacity_(capacity) {}

  /// Keeps the entry, dropping the oldest where there is no room, or counts it with an equal kFenced one. Returns it as kept.
  RebalanceEntry add(RebalanceEntry entry);
  const std::deque<RebalanceEntry>& entries() const { return entries_; }

 private:
  std::size_t capacity_;
  std::deque<RebalanceEntry> entries_;
};

/// At most `bytes` of `text`, never cutting an UTF-8 sequence in two.
std::string_view cut_text(std::string_view text, std::size_t bytes);

}  // namespace wharf::groups
