#include "groups/core/rebalance_history.hpp"

#include <algorithm>
#include <utility>

namespace wharf::groups {

std::string_view to_string(RebalanceStep step) {
  switch (step) {
    case RebalanceStep::kStarted: return "started";
    case RebalanceStep::kStabilized: return "stabilized";
    case RebalanceStep::kEmptied: return "emptied";
    case RebalanceStep::kMemberRemoved: return "member_removed";
    case RebalanceStep::kFenced: return "fenced";
  }
  return "unknown";
}

std::string_view cut_text(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

RebalanceEntry RebalanceHistory::add(RebalanceEntry entry) {
  entry.reason.resize(cut_text(entry.reason, kReasonBytes).size());
  if (capacity_ == 0) return entry;
  if (entry.step == RebalanceStep::kFenced) {
    auto same = std::ranges::find_if(entries_, [&](const RebalanceEntry& one) {
      return one.step == entry.step && one.member_id == entry.member_id && one.reason == entry.reason;
    });
    if (same != entries_.end()) {
      same->at = entry.at;
      ++same->times;
      return *same;
    }
  }
  if (entries_.size() == capacity_) entries_.pop_front();
  entries_.push_back(entry);
  return entry;
}

}  // namespace wharf::groups
