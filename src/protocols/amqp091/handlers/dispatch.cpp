#include "protocols/amqp091/handlers/dispatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocols/amqp091/handlers/handlers.hpp"

namespace wharf::amqp091 {
namespace {

template <class M>
concept DoneNow = requires(const ChannelPointer& channel, const M& method) {
  { handle_now(channel, method) } -> std::same_as<Handled>;
};
template <class M>
concept DoneLater = requires(ChannelPointer channel, M method) {
  { handle_later(channel, method) } -> std::same_as<HandledLater>;
};

/// Methods of channel 0, and those that only a broker sends.
ProtocolError unimplemented(MethodId id) {
  return {ReplyCode::kCommandInvalid, "unimplemented method", id};
}

template <class M>
Handled decode_and_handle(const ChannelPointer& channel, const Command& command) {
  Outcome<M> method = decode_method<M>(command.method);
  if (!method) return refuse(method.error());
  if constexpr (std::same_as<M, BasicPublish>) {
    return handle_publish(channel, *method, command);
  } else {
    return handle_now(channel, *method);
  }
}

/// None: it suspends.
std::optional<Handled> try_now(const ChannelPointer& channel, const Command& command) {
  std::optional<Handled> handled;
  bool later = false;
  AllMethods::with(command.id, [&]<class M> {
    if constexpr (std::same_as<M, BasicPublish> || DoneNow<M>) {
      handled = decode_and_handle<M>(channel, command);
    } else {
      later = DoneLater<M>;
    }
  });
  if (later) return std::nullopt;
  if (!handled) handled = refuse(unimplemented(command.id));
  return handled;
}

/// Only for what try_now() did not do.
HandledLater do_later(ChannelPointer channel, const OwnedCommand* owned) {
  Command command = owned->command();
  std::optional<HandledLater> task;
  std::optional<ProtocolError> error;
  AllMethods::with(command.id, [&]<class M> {
    if constexpr (DoneLater<M>) {
      Outcome<M> method = decode_method<M>(command.method);
      if (method) {
        task.emplace(handle_later(channel, std::move(*method)));
      } else {
        error = method.error();
      }
    }
  });
  if (!task) co_return refuse(error ? *error : unimplemented(command.id));
  Handled handled = co_await std::move(*task);
  co_return handled;
}

bool failed(const ChannelPointer& channel, MethodId id, Handled handled) {
  if (handled) return false;
  ProtocolError error = std::move(handled.error());
  if (error.method == MethodId{}) error.method = id;
  channel->client.refuse(*channel, std::move(error));
  return true;
}

GatheredPublishes take_turn(Client& client) {
  GatheredPublishes gathered = client.turn.take();
  client.unanswered_bytes += gathered.bytes;
  client.unanswered_messages += gathered.messages;
  for (const ChannelPointer& channel : gathered.channels) ++channel->on_way;
  return gathered;
}

DeduplicatedPublishes take_deduplicated(Client& client) {
  DeduplicatedPublishes gathered = std::exchange(client.deduplicated, {});
  client.unanswered_bytes += gathered.bytes;
  client.unanswered_messages += gathered.messages.size();
  for (const DeduplicatedPublishes::Answer& answer : gathered.answers) ++answer.channel->on_way;
  return gathered;
}

/// All of a turn but its publishes.
void end_settlements(Client& client) {
  if (!client.replies.empty()) client.door.replies.send(client.shard, std::exchange(client.replies, {}));
  for (const ChannelPointer& channel : std::exchange(client.touched, {})) {
    hand_on_settlements(*channel);
    flush_confirms(*channel);
  }
}

/// What the channel has published before is there for these, as in RabbitMQ, though it was not confirmed yet.
bool looks_into_queues(MethodId id) {
  return id == BasicGet::kMethod.id || id == QueueDeclare::kMethod.id || id == QueuePurge::kMethod.id ||
         id == QueueDelete::kMethod.id;
}

/// A command that suspends, and what has come behind it in the meantime.
runtime::Task<void> run_channel(ChannelPointer channel, OwnedCommand command) {
  Client& client = channel->client;
  while (true) {
    while (looks_into_queues(command.id()) && channel->on_way > 0) co_await channel->landed.wait();
    if (!channel->open()) break;  // closed for a mistake that was read before this began
    Handled handled = co_await do_later(channel, &command);
    bool going_on = !failed(channel, command.id(), std::move(handled)) && channel->open();
    std::optional<OwnedCommand> next;
    while (going_on && !next && !channel->waiting.empty()) {
      OwnedCommand waited = std::move(channel->waiting.front());
      channel->waiting.pop_front();
      client.unanswered_bytes -= waited.bytes();
      --client.unanswered_messages;
      std::optional<Handled> now = try_now(channel, waited.command());
      if (!now) {
        next = std::move(waited);
      } else {
        going_on = !failed(channel, waited.id(), std::move(*now)) && channel->open();
      }
    }
    if (!client.tasks.stopping()) {
      end_turn(client);
    } else {  // the client has left; what it had published before still finishes
      end_settlements(client);
      if (!client.turn.empty()) co_await hand_on(&client, take_turn(client));
      if (!client.deduplicated.messages.empty()) co_await hand_on(&client, take_deduplicated(client));
    }
    if (!next) break;
    command = std::move(*next);
  }
  channel->busy = false;
  if (channel->refusal) client.close_refused(*channel, *std::exchange(channel->refusal, std::nullopt));
  channel->idle.notify();
  client.can_read.notify();
}

void take_command(const ChannelPointer& channel) {
  Client& client = channel->client;
  const Command& command = channel->assembler.command();
  if (channel->busy) {
    OwnedCommand& waiting = channel->waiting.emplace_back(command);
    client.unanswered_bytes += waiting.bytes();
    ++client.unanswered_messages;
    return;
  }
  std::optional<Handled> handled = try_now(channel, command);
  if (handled) {
    failed(channel, command.id, std::move(*handled));
    return;
  }
  end_turn(client);
  channel->busy = true;
  client.tasks.spawn("amqp-channel", run_channel(channel, OwnedCommand(command)));
}

void open_channel(Client& client, std::uint16_t number) {
  if (client.channels.size() >= client.channel_max) {
    return client.close_connection(
        {ReplyCode::kNotAllowed,
         fmt::format("number of channels opened ({}) has reached the negotiated channel_max ({})",
                     client.channels.size(), client.channel_max),
         ChannelOpen::kMethod.id});
  }
  auto channel = std::make_shared<Channel>(client, client.shard, number);
  client.channels.emplace(number, channel);
  client.door.traffic.count(broker::ChurnEvent::kChannelCreated);
  client.reply(*channel, ChannelOpenOk{});
}

void take_frame_of_closing(Client& client, Channel& channel, const Frame& frame) {
  if (frame.type != FrameType::kMethod) return;
  Outcome<MethodId> id = peek_method_id(frame.payload);
  if (!id) return;
  if (*id == ChannelClose::kMethod.id) {
    channel.close_crossed = true;
    if (channel.close_sent) client.write(ChannelCloseOk{}, channel.number);
  }
  if (*id == ChannelCloseOk::kMethod.id && channel.close_sent) client.erase(channel);
}

bool begins_publish(const Frame& frame) {
  if (frame.type != FrameType::kMethod) return false;
  Outcome<MethodId> id = peek_method_id(frame.payload);
  return id && *id == BasicPublish::kMethod.id;
}

void take_channel_frame(Client& client, const Frame& frame, const FrameBuffer& frames) {
  auto known = client.channels.find(frame.channel);
  if (known == client.channels.end()) {
    if (frame.type != FrameType::kMethod) return client.close_connection(ContentAssembler::no_method());
    Outcome<MethodId> id = peek_method_id(frame.payload);
    if (!id) return client.close_connection(id.error());
    if (*id == ChannelOpen::kMethod.id) return open_channel(client, frame.channel);
    if (*id == ChannelCloseOk::kMethod.id) return;
    return client.close_connection({ReplyCode::kChannelError, "expected 'channel.open'", *id});
  }
  ChannelPointer channel = known->second;
  if (!channel->open()) return take_frame_of_closing(client, *channel, frame);
  Outcome<bool> complete = channel->assembler.take(frame, frames, client.door.limits.max_message_bytes);
  if (!complete) return client.refuse(*channel, complete.error());
  if (client.door.alarms.now().any() && begins_publish(frame)) client.blocking.published();
  if (!*complete) return;
  take_command(channel);
  channel->assembler.release();
}

}  // namespace

void take_frame(Client& client, const Frame& frame, const FrameBuffer& frames) {
  client.report.requested();
  if (client.phase == Client::Phase::kEnded || frame.type == FrameType::kHeartbeat) return;
  if (frame.channel == 0) {
    Outcome<MethodId> id = peek_method_id(frame.payload);
    if (!id) return client.close_connection(id.error());
    return handle_connection(client, *id, frame.payload);
  }
  if (client.phase == Client::Phase::kClosing) return;
  if (client.phase != Client::Phase::kRunning) {
    return client.close_connection({ReplyCode::kUnexpectedFrame, "a channel before the connection is open", {}});
  }
  take_channel_frame(client, frame, frames);
}

void end_turn(Client& client) {
  if (!client.turn.empty()) client.tasks.spawn("amqp-publish", hand_on(&client, take_turn(client)));
  if (!client.deduplicated.messages.empty()) {
    client.tasks.spawn("amqp-publish", hand_on(&client, take_deduplicated(client)));
  }
  end_settlements(client);
}

}  // namespace wharf::amqp091
