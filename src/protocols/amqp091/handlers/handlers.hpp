#pragma once
// The methods that clients send, one file per group beside this. handle_now() is done when it returns; handle_later()
// suspends, and holds up what is behind it on its channel. An error closes the channel or, by its code, the connection.
#include <memory>

#include "protocols/amqp091/handlers/client.hpp"
#include "runtime/task.hpp"

namespace wharf::amqp091 {

using Handled = Outcome<void>;
using HandledLater = runtime::Task<Handled>;
using ChannelPointer = std::shared_ptr<Channel>;

// channel_methods.cpp
Handled handle_now(const ChannelPointer& channel, const ChannelOpen& open);
Handled handle_now(const ChannelPointer& channel, const ChannelFlow& flow);
Handled handle_now(const ChannelPointer& channel, const ChannelFlowOk& flow);
Handled handle_now(const ChannelPointer& channel, const AccessRequest& request);
Handled handle_now(const ChannelPointer& channel, const ConfirmSelect& select);
HandledLater handle_later(ChannelPointer channel, ChannelClose close);

// exchange_methods.cpp
HandledLater handle_later(ChannelPointer channel, ExchangeDeclare declare);
HandledLater handle_later(ChannelPointer channel, ExchangeDelete remove);
HandledLater handle_later(ChannelPointer channel, ExchangeBind bind);
HandledLater handle_later(ChannelPointer channel, ExchangeUnbind unbind);

// queue_methods.cpp
HandledLater handle_later(ChannelPointer channel, QueueDeclare declare);
HandledLater handle_later(ChannelPointer channel, QueueDelete remove);
HandledLater handle_later(ChannelPointer channel, QueuePurge purge);
HandledLater handle_later(ChannelPointer channel, QueueBind bind);
HandledLater handle_later(ChannelPointer channel, QueueUnbind unbind);

// basic_publish.cpp
Handled handle_publish(const ChannelPointer& channel, const BasicPublish& publish, const Command& command);
/// One that was looked at by handle_publish() before: routes it.
Handled route_publish(const ChannelPointer& channel, const BasicPublish& publish, const Command& command);
/// What the turn has gathered goes to the ports; the answers become confirms.
runtime::Task<void> hand_on(Client* client, GatheredPublishes gathered);
void flush_confirms(Channel& channel);
/// To its publisher: it goes nowhere.
void return_message(Channel& channel, const BasicPublish& publish, const Command& command);
/// Once per connection, in the log.
void tell_of_loss(Client& client, const Error& error);

// deduplicated_publishes.cpp
/// The first error is told, whatever became of the others; the answers become confirms.
runtime::Task<Result<void>> pass_on(Client* client, DeduplicatedPublishes gathered);
/// The same, and what the client has under way is less.
runtime::Task<void> hand_on(Client* client, DeduplicatedPublishes gathered);

// basic_consume.cpp
HandledLater handle_later(ChannelPointer channel, BasicConsume consume);
HandledLater handle_later(ChannelPointer channel, BasicCancel cancel);
Handled handle_now(const ChannelPointer& channel, const BasicCancelOk& cancelled);
Handled handle_now(const ChannelPointer& channel, const BasicQos& qos);

// basic_get.cpp
HandledLater handle_later(ChannelPointer channel, BasicGet get);

// basic_settle.cpp
Handled handle_now(const ChannelPointer& channel, const BasicAck& ack);
Handled handle_now(const ChannelPointer& channel, const BasicNack& nack);
Handled handle_now(const ChannelPointer& channel, const BasicReject& reject);
Handled handle_now(const ChannelPointer& channel, const BasicRecover& recover);
Handled handle_now(const ChannelPointer& channel, const BasicRecoverAsync& recover);
/// What was taken out of the channel's unsettled deliveries has its fate.
void settle(Channel& channel, const HeldDelivery& delivery, queue::Verdict verdict);
/// What basic.get took from one queue is settled: forgets its holder, unless that is being asked for more.
void forget_idle_getter(Channel& channel, queue::ConsumerId id);
/// Whatever the client said of the messages: there is room for as many more.
void settle_in_stream(Consumer& consumer);
/// What a consumer has settled was handed on: one that is cancelled, or only gets, goes with the last of it.
void end_settling(Channel& channel, queue::ConsumerId id);
/// The settlements of this turn go to their queues.
void hand_on_settlements(Channel& channel);

// transaction_methods.cpp
Handled handle_now(const ChannelPointer& channel, const TxSelect& select);
Handled handle_now(const ChannelPointer& channel, const TxRollback& rollback);
HandledLater handle_later(ChannelPointer channel, TxCommit commit);

// connection_methods.cpp: on channel 0
void greet(Client& client);
void handle_connection(Client& client, MethodId id, ByteView method);

/// The channel takes part in this turn.
void touch(const ChannelPointer& channel);

}  // namespace wharf::amqp091
