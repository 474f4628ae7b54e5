#include "broker/dead_letter_router.hpp"

#include <algorithm>

#include "broker/routed_message.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"
#include "queue/core/dead_letter.hpp"

namespace wharf::broker {
namespace {

/// The message as it goes on, with what its views point into.
struct Rewritten {
  MessageView message;
  PropertyTable headers;
  std::vector<std::byte> encoded;
  std::vector<std::string> extra_keys;
};

/// Without a key of the target's, it keeps its own, and those of CC; with one, CC goes, as it would bring the message
/// back.
void rewrite(const queue::DeadLetter& letter, Rewritten& out) {
  Result<MessageView> stored = message_of(letter.message.record);
  out.message = stored ? *stored : plain_message_of(letter.message.record);
  out.headers = properties_of(letter.message.record);
  std::vector<std::string> cc = texts_of(out.headers, "CC");
  queue::DeathEntry entry{.queue = letter.queue,
                          .reason = letter.reason,
                          .seconds = static_cast<std::uint64_t>(letter.died.ms / 1000),
                          .exchange = std::string(out.message.exchange),
                          .routing_keys = {std::string(out.message.routing_key)}};
  entry.routing_keys.insert(entry.routing_keys.end(), cc.begin(), cc.end());
  if (out.message.expiration) entry.original_expiration = std::string(*out.message.expiration);
  out.message.expiration.reset();
  if (letter.target.routing_key) {
    std::erase_if(out.headers, [](const Property& header) { return header.name == "CC"; });
    out.message.routing_key = *letter.target.routing_key;
  } else {
    out.extra_keys = std::move(cc);
  }
  out.message.exchange = letter.target.exchange;
  out.encoded = queue::encoded_with_death(out.headers, entry);
  out.message.properties = out.encoded;
}

/// By an exchange that delays, on the way to where it is dead.
Delayed delayed_of(const queue::DeadLetter& letter, const Rewritten& out, const std::string& exchange,
                   std::int64_t delay_ms) {
  std::int64_t wait = std::min(delay_ms, queue::kLatestDue.ms - letter.died.ms);
  return {.envelope = {.due = Timestamp{letter.died.ms + wait},
                       .name_space = letter.name_space,
                       .exchange = exchange,
                       .extra_keys = out.extra_keys},
          .batch = bytes_of(out.message, letter.died)};
}

/// A queue that is full or gone takes none, as a publisher would find; where the disk is the reason, it is tried again.
bool is_kept(const auto& outcome) {
  return outcome || outcome.error().code == ErrorCode::kFull || outcome.error().code == ErrorCode::kNotFound;
}

}  // namespace

void DeadLetterRouter::bury(queue::DeadLetter letter, Done done) {
  Rewritten out;
  rewrite(letter, out);
  std::vector<EnqueuePart> parts;
  std::vector<Delayed> delayed;
  std::optional<NamespaceView> view = entities_.find(shard_, letter.name_space);
  std::optional<routing::DestinationId> exchange;
  if (view) exchange = view->routes->find(routing::DestinationKind::kExchange, letter.target.exchange);
  if (exchange) {
    std::vector<std::string_view> keys(out.extra_keys.begin(), out.extra_keys.end());
    routing::MessageView routed{.routing_key = out.message.routing_key,
                                .extra_keys = keys,
                                .headers = &out.headers,
                                .message_id = out.message.message_id,
                                .correlation_id = out.message.correlation_id,
                                .timestamp = out.message.timestamp_seconds};
    routing::Routes routes = router_.route(*view->routes, *exchange, routed, dice_.roll());
    if (routes.undecided) {
      ToDeduplicate one{.name_space = letter.name_space,
                        .exchange = letter.target.exchange,
                        .extra_keys = out.extra_keys,
                        .message = delivery_of(out.message, letter.died),
                        .is_dead_letter = true};
      tasks_.spawn("dead-letter", keep(std::move(one), std::move(done)));
      return;
    }
    for (const routing::HeldBack& held : routes.held_back) {
      delayed.push_back(delayed_of(letter, out, view->routes->destination(held.exchange).name, held.delay_ms));
    }
    std::vector<HistoryEntry> history;
    for (const routing::Remembered& one : routes.remembered) {
      history.push_back({letter.name_space, view->routes->destination(one.exchange).name, one.messages,
                         delivery_of(out.message, letter.died)});
    }
    if (!history.empty()) histories_.remember(shard_, std::move(history));
    for (routing::DestinationId id : routes.destinations) {
      if (view->routes->destination(id).kind != routing::DestinationKind::kQueue) continue;
      std::shared_ptr<const QueueInfo> queue = (*view->queues)[id];
      if (queue::is_cycle(out.headers, queue->name)) continue;
      parts.push_back(part_for(*queue, out.message, letter.died));
      parts.back().messages.persistent = true;  // its place in the old queue is given up for it
    }
  }
  tasks_.spawn("dead-letter", keep(std::move(parts), std::move(delayed), std::move(done)));
}

runtime::Task<void> DeadLetterRouter::keep(ToDeduplicate message, Done done) {
  std::vector<ToDeduplicate> one;
  one.push_back(std::move(message));
  std::vector<Result<PassedOn>> outcomes = co_await deduplication_.pass_on(shard_, std::move(one));
  done(is_kept(outcomes.front()));
}

runtime::Task<void> DeadLetterRouter::keep(std::vector<EnqueuePart> parts, std::vector<Delayed> delayed, Done done) {
  bool kept = true;
  if (!parts.empty()) {
    std::vector<Result<void>> outcomes = co_await queues_.enqueue(shard_, std::move(parts));
    kept = std::ranges::all_of(outcomes, [](const auto& one) { return is_kept(one); });
  }
  if (!delayed.empty()) {
    std::vector<Result<ScheduledId>> outcomes = co_await delays_.schedule(shard_, std::move(delayed));
    kept = kept && std::ranges::all_of(outcomes, [](const auto& one) { return is_kept(one); });
  }
  done(kept);
}

}  // namespace wharf::broker
