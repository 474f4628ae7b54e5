// ACK and NACK: settlements are gathered per subscription and go to its queue once per turn.
#include <fmt/format.h>

#include "protocols/stomp/handlers/dispatch.hpp"
#include "protocols/stomp/session/message_ids.hpp"

namespace wharf::stomp {
namespace {

using queue::Verdict;

struct Named {
  Subscription* subscription = nullptr;
  std::uint64_t tag = 0;
};

std::unexpected<ProtocolError> invalid(const Frame& frame, std::string_view header) {
  return refuse("Invalid header", fmt::format("\"{}\" must include a valid \"{}\" header\n", frame.command, header));
}

/// 1.2 names a delivery by `id`, those before by `message-id`, 1.1 by `subscription` besides.
Outcome<Named> named_by(Client& client, const Frame& frame) {
  std::string_view header = client.version == Version::k12 ? "id" : "message-id";
  auto text = frame.header(header);
  if (!text) return invalid(frame, header);
  std::optional<DeliveryName> name = delivery_of(*text, client.session);
  if (!name) return invalid(frame, header);
  auto known = client.subscriptions.find(name->subscription);
  if (known == client.subscriptions.end())
    return refuse("Subscription not found", fmt::format("Message with id \"{}\" has no subscription\n", *text));
  Subscription& subscription = *known->second;
  if (client.version == Version::k11 && frame.header("subscription") != subscription.id)
    return invalid(frame, "subscription");
  if (subscription.settles_itself()) return invalid(frame, header);
  return Named{&subscription, name->tag};
}

Outcome<Verdict> verdict_of(const Frame& frame, bool accepts) {
  if (accepts) return Verdict::kDone;
  Outcome<std::optional<bool>> requeue = flag_of(frame, "requeue");
  if (!requeue) return refuse(requeue.error());
  return requeue->value_or(true) ? Verdict::kReturn : Verdict::kReject;
}

/// The subscriptions with settlements of this turn.
template <class Visit>
void each_settling(Client& client, Visit visit) {
  if (!std::exchange(client.is_settling, false)) return;
  for (auto& [number, one] : client.subscriptions) {
    if (!one->settlements.empty()) visit(*one);
  }
}

}  // namespace

void settle(Client& client, Subscription& subscription, const amqp091::HeldDelivery& delivery, Verdict verdict) {
  amqp091::add_settlement(subscription.settlements, delivery.message, verdict);
  client.is_settling = true;
}

Outcome<void> take_settlement(Client& client, const Frame& frame, bool accepts) {
  Outcome<Transaction*> transaction = transaction_of(client, frame);
  if (!transaction) return refuse(transaction.error());
  Outcome<Verdict> verdict = verdict_of(frame, accepts);
  if (!verdict) return refuse(verdict.error());
  Outcome<Named> named = named_by(client, frame);
  if (!named) return refuse(named.error());
  Subscription& subscription = *named->subscription;
  std::vector<amqp091::HeldDelivery> taken;
  bool cumulative = subscription.ack == AckMode::kClient;
  if (!subscription.unsettled.take(named->tag, cumulative, taken))
    return refuse("Invalid header", fmt::format("\"{}\" of a message that is settled already\n", frame.command));
  if (accepts) client.vhost_counters->messages.count(client.door.traffic.seconds, MessageEvent::kAck, taken.size());
  for (const amqp091::HeldDelivery& delivery : taken) {
    if (*transaction) {
      (*transaction)->settled.push_back({subscription.number, delivery, *verdict});
    } else {
      settle(client, subscription, delivery, *verdict);
    }
  }
  if (*transaction) client.receipt(frame);
  return {};
}

std::vector<broker::SettledPart> take_settlements(Client& client) {
  std::vector<broker::SettledPart> taken;
  each_settling(client, [&taken](Subscription& one) {
    taken.push_back({one.queue->ref, one.consumer, std::exchange(one.settlements, {})});
  });
  return taken;
}

void hand_on_settlements(Client& client) {
  each_settling(client, [&client](Subscription& one) {
    one.is_unwritten = true;
    client.door.queues.settle(client.shard, one.queue->ref, one.consumer, std::exchange(one.settlements, {}));
  });
}

runtime::Task<Result<void>> settle_durably(Client* client, std::uint64_t number) {
  auto known = client->subscriptions.find(number);
  if (known == client->subscriptions.end()) co_return Result<void>();  // its queue has gone meanwhile
  Subscription& one = *known->second;
  one.is_unwritten = false;
  Result<void> kept = co_await client->door.queues.settle_durably(client->shard, one.queue->ref, one.consumer,
                                                                  std::exchange(one.settlements, {}));
  co_return kept;
}

runtime::Task<Result<void>> settle_durably(Client* client, SettledWhen when) {
  client->is_settling = false;
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, one] : client->subscriptions) {
    bool is_earlier = when == SettledWhen::kEver && one->is_unwritten;
    if (!one->settlements.empty() || is_earlier) numbers.push_back(number);
  }
  for (std::uint64_t number : numbers) {
    Result<void> kept = co_await settle_durably(client, number);
    if (!kept) co_return kept;
  }
  co_return Result<void>();
}

}  // namespace wharf::stomp
