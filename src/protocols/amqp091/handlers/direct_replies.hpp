#pragma once
// Direct reply-to: a client consumes the queue that is none, kReplyTo, and names it in a request's reply-to; whoever
// serves the request is shown a name of the client's own, and publishes the answer to the default exchange by it. As in
// RabbitMQ (rabbitmq.com/docs/direct-reply-to): an answer counts as unroutable to who published it as mandatory, though
// it is delivered.
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "broker/replies.hpp"
#include "model/message.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"

namespace wharf::amqp091 {

inline constexpr std::string_view kReplyTo = "amq.rabbitmq.reply-to";

/// What is posted to a channel that waits for replies. Outlives it where others still hold it.
class ReplyInbox final : public broker::ReplySink {
 public:
  explicit ReplyInbox(Channel& channel) : channel_(&channel) {}
  void close() { channel_ = nullptr; }
  void replied(std::vector<queue::Delivery> replies) override;

 private:
  Channel* channel_;
};

/// The channel consumes replies. PRECONDITION_FAILED: it does so already; they are not acknowledged.
Handled begin_replies(const ChannelPointer& channel, std::string tag, bool no_ack);
/// Where it does.
void end_replies(Channel& channel);

/// kReplyTo in a request becomes the channel's own address, which `message` then borrows. PRECONDITION_FAILED: it does
/// not consume replies.
Handled address_replies(const Channel& channel, MessageView& message);
/// What is published to the default exchange by keys that are somebody's address goes there with the turn.
void gather_replies(Client& client, const MessageView& message, std::span<const std::string_view> extra_keys);

/// queue.declare of kReplyTo, or of an address: whether somebody waits there.
HandledLater declare_reply_to(ChannelPointer channel, QueueDeclare declare);

}  // namespace wharf::amqp091
