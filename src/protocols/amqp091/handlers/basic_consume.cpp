// basic.consume, cancel and qos.
#include <fmt/format.h>

#include "protocols/amqp091/handlers/client_report.hpp"
#include "protocols/amqp091/handlers/consumer_tags.hpp"
#include "protocols/amqp091/handlers/deliveries.hpp"
#include "protocols/amqp091/handlers/direct_replies.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/handlers/named_queue.hpp"
#include "protocols/amqp091/handlers/permissions.hpp"
#include "protocols/amqp091/handlers/stream_consumer.hpp"
#include "protocols/amqp091/handlers/stream_queue.hpp"
#include "protocols/amqp091/session/errors.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

ProtocolError in_exclusive_use(QueueName queue) {
  return {
      ReplyCode::kAccessRefused,
      fmt::format("{} in exclusive use", routing::resource(routing::DestinationKind::kQueue, queue.name, queue.vhost)),
      {}};
}

Consumer& register_consumer(Channel& channel, const broker::QueueInfo& queue, const std::string& tag,
                            const BasicConsume& consume) {
  Client& client = channel.client;
  queue::ConsumerId id = client.door.queues.new_consumer_id(client.shard);
  auto made = std::make_unique<Consumer>();
  made->id = id;
  made->queue = queue.ref;
  made->queue_name = queue.name;
  made->tag = tag;
  made->no_ack = consume.no_ack;
  made->prefetch = channel.consumer_prefetch;
  note_request(*made, consume);
  made->counts_deliveries = queue.type == "quorum";
  made->auto_delete = queue.auto_delete;
  return client.adopt(channel, std::move(made));
}

Handled consume_replies(const ChannelPointer& channel, const BasicConsume& consume) {
  if (auto unused = check_unused(*channel, consume.consumer_tag); !unused) return unused;
  std::string tag = tag_for(channel->client, consume);
  if (auto begun = begin_replies(channel, tag, consume.no_ack); !begun) return begun;
  if (!consume.nowait) channel->client.reply(*channel, BasicConsumeOk{.consumer_tag = tag});
  return {};
}

/// Of what a subscription is refused for.
bool is_about_selector(const Error& error) {
  return error.code == ErrorCode::kInvalidArgument || error.code == ErrorCode::kTooLarge;
}

struct Wanted {
  QueuePointer queue;
  std::string tag;
  broker::ConsumerRequest request;
};

Outcome<Wanted> wanted(const Channel& channel, const BasicConsume& consume) {
  Client& client = channel.client;
  Outcome<std::string> name = named(channel, consume.queue);
  if (!name) return refuse(name.error());
  auto allowed = may(client, security::Verb::kRead, security::Resource::queue(*name));
  if (!allowed) return refuse(allowed.error());
  Outcome<QueuePointer> queue = accessible_queue(client, *name);
  if (!queue) return refuse(queue.error());
  if (auto unused = check_unused(channel, consume.consumer_tag); !unused) return refuse(unused.error());
  QueueName told = name_of(client, *name);
  Outcome<std::int32_t> priority = consumer_priority(consume.arguments, told);
  if (!priority) return refuse(priority.error());
  Outcome<std::string> selector = consumer_selector(consume.arguments, told);
  if (!selector) return refuse(selector.error());
  if (consume.exclusive && (*queue)->settings.single_active_consumer) return refuse(in_exclusive_use(told));
  std::string tag = tag_for(client, consume);
  return Wanted{.queue = *queue,
                .tag = tag,
                .request = {.options = {.settles_itself = consume.no_ack,
                                        .prefetch = consume.no_ack ? 0 : std::uint32_t{channel.consumer_prefetch},
                                        .priority = *priority,
                                        .exclusive = consume.exclusive,
                                        .timeout = consumer_timeout(consume.arguments),
                                        .default_timeout = client.door.limits.consumer_timeout,
                                        .tag = tag,
                                        .connection = client.remote.text()},
                            .selector = *selector}};
}

}  // namespace

HandledLater handle_later(ChannelPointer channel, BasicConsume consume) {
  Client& client = channel->client;
  if (Outcome<std::string> name = named(*channel, consume.queue)) {
    if (StreamPointer stream = find_stream(client, *name)) {
      Handled consumed = co_await consume_stream(channel, stream, std::move(consume));
      co_return consumed;
    }
  }
  if (consume.queue == kReplyTo) co_return consume_replies(channel, consume);
  Outcome<Wanted> asked = wanted(*channel, consume);
  if (!asked) co_return refuse(asked.error());
  queue::ConsumerId id = register_consumer(*channel, *asked->queue, asked->tag, consume).id;
  if (!consume.no_ack) asked->request.options.share = channel->shared_prefetch.add(id);
  Result<void> subscribed =
      co_await client.door.queues.subscribe(client.shard, asked->queue->ref, id, asked->request, client.inbox);
  if (!subscribed) {
    forget_consumer(*channel, id);
    QueueName queue = name_of(client, asked->queue->name);
    if (subscribed.error().code == ErrorCode::kLocked) co_return refuse(in_exclusive_use(queue));
    if (is_about_selector(subscribed.error())) co_return refuse(selector_refused(subscribed.error(), queue));
    if (subscribed.error().code != ErrorCode::kNotFound) co_return refuse(protocol_error(subscribed.error()));
    co_return refuse(protocol_error(routing::not_found(routing::DestinationKind::kQueue, queue.name, queue.vhost)));
  }
  if (!consume.nowait) client.reply(*channel, BasicConsumeOk{.consumer_tag = asked->tag});
  if (Consumer* consumer = channel->consumer(id)) {
    consumer->started = true;
    write_held(*channel);
  } else if (channel->open() && client.can.consumer_cancel_notify) {  // its queue went in the meantime
    client.reply(*channel, BasicCancel{.consumer_tag = asked->tag, .nowait = true});
  }
  co_return Handled();
}

HandledLater handle_later(ChannelPointer channel, BasicCancel cancel) {
  Client& client = channel->client;
  if (channel->reply_consumer && channel->reply_consumer->tag == cancel.consumer_tag) end_replies(*channel);
  auto known = channel->by_tag.find(cancel.consumer_tag);
  if (known != channel->by_tag.end()) {
    queue::ConsumerId id = known->second->id;
    broker::QueueRef queue = known->second->queue;
    bool auto_delete = known->second->auto_delete;
    if (known->second->stream) {
      known->second->stream->stop();
    } else {
      co_await client.door.queues.stop(client.shard, queue, id);
    }
    if (Consumer* consumer = channel->consumer(id)) {
      bool of_queue = !consumer->stream;
      bool is_forgotten = note_stopped(*channel, *consumer);
      if (is_forgotten && of_queue) co_await client.door.queues.release(client.shard, queue, id);
    }
    // It would go all the same, but after the answer: who declares it anew then must not get one that is about to go.
    if (auto_delete) co_await client.door.entities.delete_unused(client.shard, queue);
  }
  if (!cancel.nowait) client.reply(*channel, BasicCancelOk{.consumer_tag = cancel.consumer_tag});
  co_return Handled();
}

/// The answer to a basic.cancel of ours, which did not ask for one.
Handled handle_now(const ChannelPointer&, const BasicCancelOk&) {
  return {};
}

Handled handle_now(const ChannelPointer& channel, const BasicQos& qos) {
  if (qos.prefetch_size != 0) {
    return refuse(ReplyCode::kNotImplemented, fmt::format("prefetch_size!=0 ({})", qos.prefetch_size));
  }
  if (qos.global) {
    channel->shared_prefetch.set_limit(qos.prefetch_count);
    tell_shares(*channel);
  } else {
    channel->consumer_prefetch = qos.prefetch_count;
  }
  channel->client.reply(*channel, BasicQosOk{});
  if (qos.global) write_held(*channel);
  return {};
}

}  // namespace wharf::amqp091
