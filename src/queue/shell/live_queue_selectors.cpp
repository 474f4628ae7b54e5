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
  std::erase_if(look_windows_, [this](const LookWindow& window) { return !filters_.contains(window.selector); });
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
  SelectorId selector = *next->offer.selector;
  bool missing = false;
  const LoadedMessage* message = load(next->offer.id, missing, selector);
  if (message == nullptr) return missing;
  if (next->matches) {
    hand_out(next->offer, *message);
  } else {
    core_.looked(*next, filters_.at(selector).matches(message->record));
    look_bytes_ += message->record.headers.encoded().size();
    ++looks_;
  }
  return true;
}

}  // namespace wharf::queue
