// basic.get: what it takes is held by one holder per channel and queue, until it holds nothing.
#include "protocols/amqp091/handlers/deliveries.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/handlers/named_queue.hpp"
#include "protocols/amqp091/handlers/permissions.hpp"
#include "protocols/amqp091/handlers/stream_queue.hpp"
#include "protocols/amqp091/session/errors.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

Consumer& getter_of(Channel& channel, const broker::QueueInfo& queue) {
  if (auto known = channel.getters.find(queue.ref); known != channel.getters.end()) return *known->second;
  Client& client = channel.client;
  auto made = std::make_unique<Consumer>();
  made->id = client.door.queues.new_consumer_id(client.shard);
  made->queue = queue.ref;
  made->queue_name = queue.name;
  made->counts_deliveries = queue.type == "quorum";
  Consumer& getter = *made;
  channel.getters.emplace(queue.ref, &getter);
  client.consumers.emplace(getter.id, &channel);
  channel.consumers.emplace(getter.id, std::move(made));
  return getter;
}

/// Forgets it where it was left with nothing: of queues that come and go there would be one more each time.
struct GetterEnd {
  Channel& channel;
  queue::ConsumerId id;
  ~GetterEnd() { forget_idle_getter(channel, id); }
};

}  // namespace

void forget_idle_getter(Channel& channel, queue::ConsumerId id) {
  Consumer* getter = channel.consumer(id);
  if (getter == nullptr || getter->asking > 0 || getter->unsettled > 0 || !getter->settlements.empty()) return;
  channel.getters.erase(getter->queue);
  channel.client.consumers.erase(id);
  channel.consumers.erase(id);
}

HandledLater handle_later(ChannelPointer channel, BasicGet get) {
  Client& client = channel->client;
  Outcome<std::string> name = named(*channel, get.queue);
  if (!name) co_return refuse(name.error());
  auto allowed = may(client, security::Verb::kRead, security::Resource::queue(*name));
  if (!allowed) co_return allowed;
  if (find_stream(client, *name)) co_return not_of_streams("basic.get", client, *name);
  Outcome<QueuePointer> queue = accessible_queue(client, *name);
  if (!queue) co_return refuse(queue.error());
  if (client.tasks.stopping()) co_return Handled();  // the client has left
  Consumer& asking = getter_of(*channel, **queue);
  queue::ConsumerId id = asking.id;
  ++asking.asking;
  Result<std::optional<broker::Got>> got = co_await client.door.queues.get(client.shard, (*queue)->ref, id, get.no_ack);
  Consumer* getter = channel->consumer(id);
  if (getter) --getter->asking;
  GetterEnd end{*channel, id};
  if (!got && got.error().code == ErrorCode::kNotFound) {
    co_return refuse(protocol_error(routing::not_found(routing::DestinationKind::kQueue, *name, client.vhost)));
  }
  if (!got && got.error().code == ErrorCode::kClosed) co_return Handled();  // given up: the connection ends
  if (!got) co_return refuse(protocol_error(got.error()));
  if (!*got) {
    client.count(*channel, MessageEvent::kGetEmpty);
    client.reply(*channel, BasicGetEmpty{});
    co_return Handled();
  }
  if (!getter || !channel->open()) co_return Handled();
  getter->no_ack = get.no_ack;
  write_delivery(*channel, *getter, (*got)->delivery, (*got)->ready_left);
  co_return Handled();
}

}  // namespace wharf::amqp091
