// Consumers with selectors: what a selector has to look at is loaded for it alone, a slice at a time, so that who takes
// any message does not wait for who is picky.
#include <algorithm>

#include "queue/shell/live_queue.hpp"

namespace wharf::queue {

/// Equal selectors are one. None for an empty text.
Result<std::optional<SelectorId>> LiveQueue::selector_of(std::string_view text) {
  if (text.empty()) return std::nullopt;
  for (const auto& [id, filter] : filters_) {
    if (filter.text() == text) return id;
  }
  Result<selector::MessageFilter> filter = selector::MessageFilter::compile(text);
  if (!filter) return fail(std::move(filter.error()));
  SelectorId id(++selectors_made_);
  filters_.emplace(id, std::move(*filter));
  return id;
}

void LiveQueue::forget_unused_selectors() {
  std::erase_if(filters_, [this](const auto& filter) { return !core_.consumers().has(filter.first); });
  std::erase_if(look_windows_, [this](const LookWindow& window) {
    return window.selector < kOfGroups && !filters_.contains(window.selector);
  });
}

/// True: one was served or looked at, or something changed, look again. Who takes anything and who does not have turns.
bool LiveQueue::serve_one() {
  bool selected_first = std::exchange(selected_first_, !selected_first_);
  if (selected_first && serve_selected()) return true;
  if (!loading_ && (serve_getter() || hand_out_next())) return true;
  return !selected_first && serve_selected();
}

bool LiveQueue::serve_selected() {
  std::optional<Selected> next = core_.next_selected();
  if (!next) return false;
  bool missing = false;
  const LoadedMessage* message = load_selected(*next, missing);
  if (message == nullptr) return missing;
  if (next->matches) {
    hand_out(next->offer, *message);
  } else {
    look_at(*next, message->record);
  }
  return true;
}

/// What was parked is read beside what is looked at.
const LoadedMessage* LiveQueue::load_selected(const Selected& next, bool& missing) {
  bool was_parked = core_.has_groups() && next.matches && last_look_ != next.offer.id;
  return load(next.offer.id, missing, was_parked ? kOfGroups : *next.offer.selector);
}

void LiveQueue::look_at(const Selected& next, const Record& record) {
  SelectorId selector = *next.offer.selector;
  bool matches = selector == kAnyMessage || filters_.at(selector).matches(record);
  core_.looked(next, matches, matches && core_.has_groups() ? group_id_of(record) : kNoGroup);
  last_look_ = next.offer.id;
  look_bytes_ += record.headers.encoded().size();
  ++looks_;
}

}  // namespace wharf::queue
