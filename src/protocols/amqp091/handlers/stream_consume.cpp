// basic.consume of a stream.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocols/amqp091/handlers/client_report.hpp"
#include "protocols/amqp091/handlers/consumer_tags.hpp"
#include "protocols/amqp091/handlers/deliveries.hpp"
#include "protocols/amqp091/handlers/named_queue.hpp"
#include "protocols/amqp091/handlers/permissions.hpp"
#include "protocols/amqp091/handlers/stream_consumer.hpp"
#include "protocols/amqp091/handlers/stream_queue.hpp"
#include "protocols/amqp091/session/errors.hpp"
#include "protocols/amqp091/session/queue_arguments.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

/// The checks in RabbitMQ's order.
Outcome<StreamStart> checked_start(const Channel& channel, const cluster::Topic& stream, const BasicConsume& consume) {
  Client& client = channel.client;
  auto allowed = may(client, security::Verb::kRead, security::Resource::queue(stream.name));
  if (!allowed) return refuse(allowed.error());
  if (auto unused = check_unused(channel, consume.consumer_tag); !unused) return refuse(unused.error());
  std::string told = "stream " + routing::resource(routing::DestinationKind::kQueue, stream.name, client.vhost);
  if (channel.smallest_prefetch() == 0) {
    return refuse(ReplyCode::kPreconditionFailed, "consumer prefetch count is not set for " + told);
  }
  if (consume.no_ack) {
    return refuse(ReplyCode::kNotImplemented, "automatic acknowledgement not supported by " + told);
  }
  if (stream.partitions > 1) {
    return refuse(
        ReplyCode::kPreconditionFailed,
        fmt::format("{} has {} partitions, which have no order among them: a stream is read from a topic of one", told,
                    stream.partitions));
  }
  if (auto none = check_no_selector(consume.arguments, name_of(client, stream.name)); !none)
    return refuse(none.error());
  return stream_start(consume.arguments, name_of(client, stream.name));
}

}  // namespace

runtime::Task<Outcome<void>> consume_stream(std::shared_ptr<Channel> channel, StreamPointer stream,
                                            BasicConsume consume) {
  Client& client = channel->client;
  Outcome<StreamStart> start = checked_start(*channel, *stream, consume);
  if (!start) co_return refuse(start.error());
  Result<StreamPlace> place = co_await stream_place(&client.door, stream->partition(0), *start);
  if (!place && place.error().code == ErrorCode::kNotFound) {
    co_return refuse(protocol_error(routing::not_found(routing::DestinationKind::kQueue, stream->name, client.vhost)));
  }
  if (!place) co_return refuse(protocol_error(place.error()));
  if (!channel->open()) co_return Outcome<void>();

  auto made = std::make_unique<Consumer>();
  made->id = client.door.queues.new_consumer_id(client.shard);
  made->queue_name = stream->name;
  made->tag = tag_for(client, consume);
  made->started = true;
  made->prefetch = channel->smallest_prefetch();
  note_request(*made, consume);
  StreamConsumer::Limits limits{channel->consumer_prefetch, channel->shared_prefetch.add(made->id)};
  made->stream = std::make_shared<StreamConsumer>(client.door, *place, limits, channel->smallest_prefetch(), made->id,
                                                  client.inbox);
  if (!consume.nowait) client.reply(*channel, BasicConsumeOk{.consumer_tag = made->tag});
  Consumer& consumer = client.adopt(*channel, std::move(made));
  StreamConsumer::begin(consumer.stream, client.tasks);
  co_return Outcome<void>();
}

}  // namespace wharf::amqp091
