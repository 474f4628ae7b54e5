// A queue with message groups: which group a message is of, and single messages of groups that are nobody's.
#include <functional>

#include "model/message_group.hpp"
#include "queue/shell/live_queue.hpp"

namespace wharf::queue {

/// Of no meaning beyond this process.
GroupId LiveQueue::group_id_of(const Record& record) {
  MessageGroup group = group_of(record);
  if (group.id.empty()) return kNoGroup;
  GroupId id(std::hash<std::string_view>()(group.id));
  return id == kNoGroup ? GroupId(1) : id;
}

bool LiveQueue::serve_getter_of_groups() {
  std::optional<Selected> next = core_.next_for_getter();
  if (!next) {
    if (core_.is_held_back()) return false;  // the reserve is on its way
    Waiting waiting = std::move(getters_.front());
    getters_.pop_front();
    core_.traffic().count(QueueEvent::kGetEmpty);
    waiting.answered(std::optional<GotMessage>());
    return true;
  }
  bool missing = false;
  const LoadedMessage* message = load_selected(*next, missing);
  if (message == nullptr) return missing;
  if (next->matches) {
    give_getter(next->offer, *message);
  } else {
    look_at(*next, message->record);
  }
  return true;
}

}  // namespace wharf::queue
