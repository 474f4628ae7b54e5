// Class tx: what is published and acknowledged counts at the commit.
#include <algorithm>
#include <map>

#include "protocols/amqp091/handlers/deliveries.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/session/errors.hpp"

namespace wharf::amqp091 {
namespace {

Handled check_transactional(const Channel& channel) {
  if (channel.mode == Channel::Mode::kTransaction) return {};
  return refuse(ReplyCode::kPreconditionFailed, "channel is not transactional");
}

Handled route_kept(const ChannelPointer& channel, const std::vector<OwnedCommand>& publishes) {
  for (const OwnedCommand& kept : publishes) {
    Command command = kept.command();
    Outcome<BasicPublish> method = decode_method<BasicPublish>(command.method);
    if (!method) return refuse(method.error());
    if (auto routed = route_publish(channel, *method, command); !routed) return routed;
  }
  return {};
}

/// Of a transaction that fails nothing is published. Its turn is its own: what came before it is on its way.
void forget_routed(Client& client) {
  std::ignore = client.turn.take();
  client.deduplicated = {};
  client.replies.clear();
}

/// The first error, if any queue or log refused its messages.
runtime::Task<Result<void>> publish_kept(Client* client, GatheredPublishes gathered) {
  std::vector<Result<void>> outcomes =
      co_await broker::send(client->shard, client->door.outgoing(), std::move(gathered.outgoing.parts));
  for (Result<void>& one : outcomes) {
    if (broker::fate_of(one) != broker::Fate::kKept) co_return std::move(one);
  }
  co_return Result<void>();
}

}  // namespace

Handled handle_now(const ChannelPointer& channel, const TxSelect&) {
  if (channel->mode == Channel::Mode::kConfirm) {
    return refuse(ReplyCode::kPreconditionFailed, "cannot switch from confirm to tx mode");
  }
  channel->mode = Channel::Mode::kTransaction;
  channel->client.reply(*channel, TxSelectOk{});
  return {};
}

Handled handle_now(const ChannelPointer& channel, const TxRollback&) {
  if (auto transactional = check_transactional(*channel); !transactional) return transactional;
  std::vector<HeldDelivery> taken;
  for (const Transaction::Acknowledged& one : channel->transaction.acknowledged) taken.push_back(one.delivery);
  channel->unsettled.put_back(taken);
  channel->transaction = {};
  channel->client.reply(*channel, TxRollbackOk{});
  return {};
}

HandledLater handle_later(ChannelPointer channel, TxCommit) {
  if (auto transactional = check_transactional(*channel); !transactional) co_return transactional;
  Client& client = channel->client;
  Transaction committed = std::exchange(channel->transaction, {});
  if (auto routed = route_kept(channel, committed.publishes); !routed) {
    forget_routed(client);
    co_return routed;
  }
  DeduplicatedPublishes deduplicated = std::exchange(client.deduplicated, {});
  Result<void> published = co_await publish_kept(&client, client.turn.take());
  if (!deduplicated.messages.empty()) {
    Result<void> passed_on = co_await pass_on(&client, std::move(deduplicated));
    if (published) published = passed_on;
  }
  if (!published) co_return refuse(ReplyCode::kPreconditionFailed, "partial tx completion");
  for (const Transaction::Acknowledged& one : committed.acknowledged) {
    if (one.verdict == queue::Verdict::kDone) client.count(*channel, MessageEvent::kAck);
    settle(*channel, one.delivery, one.verdict);
  }
  tell_shares(*channel);
  for (queue::ConsumerId id : std::exchange(channel->settling, {})) {
    Consumer* consumer = channel->consumer(id);
    if (!consumer) continue;
    if (consumer->stream) {
      settle_in_stream(*consumer);
      end_settling(*channel, id);
      continue;
    }
    Result<void> kept = co_await client.door.queues.settle_durably(client.shard, consumer->queue, id,
                                                                   std::exchange(consumer->settlements, {}));
    if (!kept) co_return refuse(protocol_error(kept.error()));
    end_settling(*channel, id);
  }
  hand_on_settlements(*channel);
  client.reply(*channel, TxCommitOk{});
  co_return Handled();
}

}  // namespace wharf::amqp091
