// Classes channel, access and confirm.
#include "protocols/amqp091/handlers/handlers.hpp"

namespace wharf::amqp091 {

/// The first one makes the channel (dispatch.cpp).
Handled handle_now(const ChannelPointer&, const ChannelOpen&) {
  return refuse(ReplyCode::kChannelError, "second 'channel.open' seen");
}

Handled handle_now(const ChannelPointer& channel, const ChannelFlow& flow) {
  if (!flow.active) return refuse(ReplyCode::kNotImplemented, "active=false");
  channel->client.reply(*channel, ChannelFlowOk{.active = true});
  return {};
}

Handled handle_now(const ChannelPointer&, const ChannelFlowOk&) {
  return {};
}

Handled handle_now(const ChannelPointer& channel, const AccessRequest&) {
  channel->client.reply(*channel, AccessRequestOk{});
  return {};
}

Handled handle_now(const ChannelPointer& channel, const ConfirmSelect& select) {
  if (channel->mode == Channel::Mode::kTransaction) {
    return refuse(ReplyCode::kPreconditionFailed, "cannot switch from tx to confirm mode");
  }
  channel->mode = Channel::Mode::kConfirm;
  if (!select.nowait) channel->client.reply(*channel, ConfirmSelectOk{});
  return {};
}

HandledLater handle_later(ChannelPointer channel, ChannelClose) {
  Client& client = channel->client;
  co_await client.release_all(client.forget_consumers(*channel));
  client.reply(*channel, ChannelCloseOk{});
  client.erase(*channel);
  co_return Handled();
}

}  // namespace wharf::amqp091
