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

/// What it acknowledged, by the queues that gave it out.
std::vector<broker::SettledPart> settled_parts(Channel& channel, const std::vector<queue::ConsumerId>& settling) {
  std::vector<broker::SettledPart> parts;
  for (queue::ConsumerId id : settling) {
    Consumer* consumer = channel.consumer(id);
    if (!consumer || consumer->stream) continue;
    parts.push_back({consumer->queue, id, std::exchange(consumer->settlements, {})});
  }
  return parts;
}

/// The first error: of a queue or log that refused its messages, or of the disk.
runtime::Task<Result<void>> commit(Client* client, broker::TransactionParts parts) {
  std::vector<Result<void>> outcomes = co_await client->door.transactions.commit(client->shard, std::move(parts));
  for (Result<void>& one : outcomes) {
    if (!broker::is_kept(one)) co_return std::move(one);
  }
  co_return Result<void>();
}

/// Their queues have it.
void end_settling_all(Channel& channel, const std::vector<queue::ConsumerId>& settled) {
  for (queue::ConsumerId id : settled) {
    Consumer* consumer = channel.consumer(id);
    if (consumer && consumer->stream) settle_in_stream(*consumer);
    end_settling(channel, id);
  }
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

namespace {

HandledLater commit_transaction(ChannelPointer channel) {
  Client& client = channel->client;
  Transaction committed = std::exchange(channel->transaction, {});
  if (auto routed = route_kept(channel, committed.publishes); !routed) {
    forget_routed(client);
    co_return routed;
  }
  GatheredPublishes gathered = client.turn.take();
  DeduplicatedPublishes deduplicated = std::exchange(client.deduplicated, {});
  if (!deduplicated.messages.empty()) {  // before anything is acknowledged: these are not part of the whole
    Result<void> passed_on = co_await pass_on(&client, std::move(deduplicated));
    if (!passed_on) co_return refuse(ReplyCode::kPreconditionFailed, "partial tx completion");
  }
  hand_on_settlements(*channel);
  for (const Transaction::Acknowledged& one : committed.acknowledged) {
    if (one.verdict == queue::Verdict::kDone) client.count(*channel, MessageEvent::kAck);
    settle(*channel, one.delivery, one.verdict);
  }
  tell_shares(*channel);
  const std::vector<queue::ConsumerId> settling = std::exchange(channel->settling, {});
  Result<void> done = co_await commit(
      &client, {.sends = std::move(gathered.outgoing.parts), .settled = settled_parts(*channel, settling)});
  if (!done && done.error().code == ErrorCode::kClosed) co_return refuse(protocol_error(done.error()));
  if (!done) co_return refuse(ReplyCode::kPreconditionFailed, "partial tx completion");
  end_settling_all(*channel, settling);
  hand_on_settlements(*channel);
  client.reply(*channel, TxCommitOk{});
  co_return Handled();
}

}  // namespace

HandledLater handle_later(ChannelPointer channel, TxCommit) {
  if (auto transactional = check_transactional(*channel); !transactional) co_return transactional;
  channel->is_committing = true;
  Handled handled = co_await commit_transaction(channel);
  channel->is_committing = false;
  co_return handled;
}

}  // namespace wharf::amqp091
