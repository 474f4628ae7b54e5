#include "protocols/amqp091/handlers/stream_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "protocols/amqp091/handlers/named_queue.hpp"
#include "protocols/amqp091/session/errors.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

std::string resource_of(const Client& client, std::string_view name) {
  return routing::resource(routing::DestinationKind::kQueue, name, client.vhost);
}

/// Messages as large as the door takes them must fit, whatever other topics take.
std::uint64_t largest_batch(const Client& client) {
  constexpr std::uint64_t kBesideBody = 1 << 20;
  constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
  return std::min(client.door.limits.max_message_bytes + kBesideBody, kMost);
}

Outcome<broker::TopicRequest> request_of(const Client& client, const QueueDeclare& declare) {
  Outcome<TopicSettings> settings =
      stream_topic(declare.arguments, {declare.durable, declare.exclusive, declare.auto_delete},
                   name_of(client, declare.queue), largest_batch(client));
  if (!settings) return refuse(settings.error());
  return broker::TopicRequest{
      .name = declare.queue, .partitions = 1, .overrides = std::move(*settings), .name_space = client.vhost};
}

}  // namespace

StreamPointer find_stream(const Client& client, std::string_view name) {
  if (find_queue(client, name)) return nullptr;
  StreamPointer topic = client.door.catalogue.topics(client.shard)->find(client.vhost, name);
  return topic && !topic->internal ? topic : nullptr;
}

Outcome<void> check_declared_again(const Client& client, const cluster::Topic& stream, const QueueDeclare& declare) {
  QueueName queue = name_of(client, stream.name);
  if (declare.exclusive) return refuse(locked(queue));
  PropertyTable asked = comparable_arguments(declare.arguments, queue);
  PropertyTable current = stream_arguments(stream.overrides);
  return check_equivalent({.durable = true, .auto_delete = false, .arguments = &current},
                          {.durable = declare.durable, .auto_delete = declare.auto_delete, .arguments = &asked}, queue,
                          client.door.limits.redeclare);
}

runtime::Task<Outcome<StreamPointer>> declare_stream(Client* client, QueueDeclare declare) {
  Outcome<broker::TopicRequest> request = request_of(*client, declare);
  if (!request) co_return refuse(request.error());
  Result<StreamPointer> made = co_await client->door.catalogue.create_topic(client->shard, std::move(*request));
  if (made) co_return *made;
  if (made.error().code != ErrorCode::kAlreadyExists) co_return refuse(protocol_error(made.error()));
  StreamPointer known = find_stream(*client, declare.queue);
  if (!known) co_return refuse(protocol_error(made.error()));
  if (auto same = check_declared_again(*client, *known, declare); !same) co_return refuse(same.error());
  co_return known;
}

runtime::Task<Outcome<std::uint64_t>> messages_of(Client* client, StreamPointer stream) {
  std::uint64_t messages = 0;
  for (std::int32_t index = 0; index < stream->partitions; ++index) {
    Result<broker::PartitionMarks> marks = co_await client->door.read.marks(client->shard, stream->partition(index));
    if (!marks) co_return refuse(protocol_error(marks.error()));
    messages += static_cast<std::uint64_t>(marks->high_watermark.value - marks->log_start.value);
  }
  co_return messages;
}

runtime::Task<Outcome<void>> delete_stream(Client* client, StreamPointer stream, bool if_empty) {
  if (if_empty) {
    Outcome<std::uint64_t> messages = co_await messages_of(client, stream);
    if (!messages) co_return refuse(messages.error());
    if (*messages > 0) {
      co_return refuse(ReplyCode::kPreconditionFailed, resource_of(*client, stream->name) + " not empty");
    }
  }
  Result<void> removed = co_await client->door.catalogue.remove_topic(client->shard, stream->id);
  bool gone = removed || removed.error().code == ErrorCode::kUnknownTopicId;
  if (!gone) co_return refuse(protocol_error(removed.error()));
  co_return Outcome<void>();
}

std::unexpected<ProtocolError> not_of_streams(std::string_view method, const Client& client, std::string_view name) {
  return refuse(ReplyCode::kNotImplemented,
                fmt::format("{} not supported by stream queues {}", method, resource_of(client, name)));
}

}  // namespace wharf::amqp091
