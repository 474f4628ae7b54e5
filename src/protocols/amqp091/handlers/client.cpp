#include "protocols/amqp091/handlers/client.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "protocols/amqp091/handlers/deliveries.hpp"
#include "protocols/amqp091/handlers/direct_replies.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/handlers/stream_consumer.hpp"

namespace wharf::amqp091 {

Client::Client(const Door& door_of_client, broker::Owner& owner, Endpoint remote_address, runtime::Wake& write_wake,
               runtime::TaskScope& scope)
    : door(door_of_client),
      as_owner(owner),
      shard(door.shard),
      remote(std::move(remote_address)),
      can_write(write_wake),
      can_read(shard),
      tasks(scope),
      id(door.connection_ids.next()),
      channel_max(door.limits.channel_max),
      frame_max(door.limits.frame_max),
      inbox(std::make_shared<DeliveryInbox>(*this)),
      dice(door.random) {}

Client::~Client() {
  inbox->close();
}

void Client::enter(std::string virtual_host) {
  vhost = std::move(virtual_host);
  decisions.emplace(principal, vhost);
  phase = Phase::kRunning;
  vhost_traffic = door.traffic.of_vhost(vhost);
  report.begin(introduction ? std::move(*introduction) : broker::ConnectionIntroduction());
  introduction.reset();
}

void Client::leave() {
  for (std::size_t i = 0; i < channels.size(); ++i) door.traffic.count(broker::ChurnEvent::kChannelClosed);
  channels.clear();
  report.end();
}

void Client::passed(broker::ConnectionEvent direction, std::uint64_t bytes) {
  using broker::ConnectionEvent;
  report.passed(direction, bytes);
  if (!vhost_traffic) return;
  broker::ConnectionCounters& of_vhost = vhost_traffic->connections;
  of_vhost.count(door.traffic.seconds, direction, bytes);
  of_vhost.count(direction == ConnectionEvent::kBytesIn ? ConnectionEvent::kReads : ConnectionEvent::kWrites);
}

void Client::sending(const Consumer& consumer, std::uint64_t bytes) {
  wake();
  if (!in_out.empty() && in_out.back().consumer == consumer.id) {
    in_out.back().bytes += bytes;
  } else {
    in_out.push_back({consumer.queue, consumer.id, bytes, consumer.stream != nullptr});
  }
}

void Client::write_close(const ProtocolError& error) {
  write(ConnectionClose{.reply_code = static_cast<std::uint16_t>(error.code),
                        .reply_text = error.reply_text(),
                        .class_id = error.method.class_id,
                        .method_id = error.method.method_id},
        0);
}

void Client::write_close(Channel& channel, const ProtocolError& error) {
  write(ChannelClose{.reply_code = static_cast<std::uint16_t>(error.code),
                     .reply_text = error.reply_text(),
                     .class_id = error.method.class_id,
                     .method_id = error.method.method_id},
        channel.number);
  channel.close_sent = true;
  channel.idle.notify();
  if (channel.close_crossed) write(ChannelCloseOk{}, channel.number);
}

namespace {

runtime::Task<void> close_after_release(Client* client, ChannelPointer channel, std::vector<Leaving> leaving,
                                        ProtocolError error) {
  co_await client->release_all(std::move(leaving));
  client->write_close(*channel, error);
}

/// What a commit on its way settles is not given to others meanwhile.
runtime::Task<void> close_after_giving_back(Client* client, ProtocolError error) {
  co_await client->finish_commands();
  co_await client->give_back();
  client->write_close(error);
}

}  // namespace

void Client::refuse(Channel& channel, ProtocolError error) {
  if (closes_connection(error.code)) return close_connection(std::move(error));
  if (!channel.open()) return;
  channel.state = Channel::State::kClosing;
  drop_waiting(channel);
  if (channel.is_committing) {  // what that settles is not given to others
    channel.refusal = std::move(error);
    return;
  }
  close_refused(channel, std::move(error));
}

void Client::close_refused(Channel& channel, ProtocolError error) {
  std::vector<Leaving> leaving = forget_consumers(channel);
  if (leaving.empty()) return write_close(channel, error);
  if (tasks.stopping()) {  // there is nobody to tell
    std::ranges::move(leaving, std::back_inserter(to_release));
    return write_close(channel, error);
  }
  tasks.spawn("amqp-refuse",
              close_after_release(this, channels.at(channel.number), std::move(leaving), std::move(error)));
}

void Client::close_connection(ProtocolError error) {
  if (phase == Phase::kClosing || phase == Phase::kEnded) return;
  door.logger.info("closing a connection for its client's mistake",
                   {{"listener", "amqp"}, {"from", remote.text()}, {"reason", error.reply_text()}});
  begin_close(std::move(error));
}

void Client::force_close(std::string reason) {
  if (phase == Phase::kClosing || phase == Phase::kEnded) return;
  door.logger.info("closing a connection: an operator asked for it",
                   {{"listener", "amqp"}, {"from", remote.text()}, {"reason", reason}});
  begin_close({ReplyCode::kConnectionForced, std::move(reason), {}});
  can_read.notify();  // if it was held back: the answer is to be read
}

void Client::begin_close(ProtocolError error) {
  phase = Phase::kClosing;
  for (auto& [number, channel] : channels) drop_waiting(*channel);
  if (holds_nothing() || tasks.stopping()) return write_close(error);
  tasks.spawn("amqp-refuse", close_after_giving_back(this, std::move(error)));
}

Consumer::~Consumer() {
  if (stream) stream->stop();
}

Consumer& Client::adopt(Channel& channel, std::unique_ptr<Consumer> made) {
  Consumer& consumer = *made;
  channel.consumers.emplace(consumer.id, std::move(made));
  channel.by_tag.emplace(consumer.tag, &consumer);
  consumers.emplace(consumer.id, &channel);
  return consumer;
}

void Client::wrote(const Sending& sent) {
  if (!sent.of_stream) return door.queues.wrote(shard, sent.queue, sent.consumer, sent.bytes);
  auto known = consumers.find(sent.consumer);
  if (known == consumers.end()) return;
  known->second->consumer(sent.consumer)->stream->wrote(sent.bytes);
}

namespace {

std::vector<queue::MessageId> ids_of_held(const Consumer& consumer) {
  std::vector<queue::MessageId> ids;
  if (consumer.no_ack) return ids;
  for (const broker::Delivery& delivery : consumer.held) ids.push_back(delivery.id);
  return ids;
}

}  // namespace

std::vector<Leaving> Client::forget_consumers(Channel& channel) {
  channel.holding.clear();  // nothing more is written
  // What the client settled before counts.
  hand_on_settlements(channel);
  end_replies(channel);
  std::vector<Leaving> leaving;
  for (const auto& [consumer_id, consumer] : channel.consumers) {
    if (!consumer->stream)
      leaving.push_back({{consumer->queue, {consumer_id, ids_of_held(*consumer)}}, consumer->auto_delete});
    consumers.erase(consumer_id);
  }
  channel.by_tag.clear();
  channel.getters.clear();
  channel.consumers.clear();
  channel.unsettled = {};
  channel.transaction = {};
  return leaving;
}

void Client::release(broker::QueueRef queue, queue::ConsumerId consumer) {
  bool begun = tasks.spawn("amqp-release", door.queues.release(shard, queue, consumer));
  if (!begun) to_release.push_back({{queue, {consumer}}});
}

runtime::Task<void> Client::release_all(std::vector<Leaving> leaving) {
  std::vector<broker::LeavingConsumer> gone;
  for (Leaving& one : leaving) gone.push_back(std::move(one.consumer));
  co_await door.queues.release_all(shard, std::move(gone));
  for (const Leaving& one : leaving) {
    if (one.auto_delete) co_await door.entities.delete_unused(shard, one.consumer.queue);
  }
}

void Client::abandon_gets() {
  std::vector<std::pair<broker::QueueRef, queue::ConsumerId>> asking;
  for (auto& [number, channel] : channels) {
    hand_on_settlements(*channel);  // what was settled before counts
    for (const auto& [queue, getter] : channel->getters) {
      if (getter->asking > 0) asking.emplace_back(queue, getter->id);
    }
  }
  for (const auto& [queue, getter] : asking) release(queue, getter);
}

bool Client::waits_for_replies() const {
  return std::ranges::any_of(channels, [](const auto& entry) { return entry.second->reply_consumer.has_value(); });
}

runtime::Task<void> Client::give_back() {
  for (auto& [number, channel] : channels) {
    std::ranges::move(forget_consumers(*channel), std::back_inserter(to_release));
  }
  co_await release_all(std::exchange(to_release, {}));
  if (!std::exchange(has_exclusive_queues, false)) co_return;
  co_await door.entities.delete_exclusive(shard, id);
  door.owners.remove(shard, id);
}

void Client::begin_owning() {
  if (!std::exchange(has_exclusive_queues, true)) door.owners.add(shard, id, as_owner);
}

bool Client::has_unfinished_channel() const {
  return std::ranges::any_of(channels, [](const auto& one) { return one.second->unfinished(); });
}

runtime::Task<void> Client::finish_commands() {
  auto all = channels;  // as they are now: a channel that is closed meanwhile leaves the list
  for (const auto& [number, channel] : all) {
    while (channel->unfinished()) co_await channel->idle.wait();
  }
}

void Client::drop_waiting(Channel& channel) {
  for (const OwnedCommand& waiting : channel.waiting) unanswered_bytes -= waiting.bytes();
  unanswered_messages -= channel.waiting.size();
  channel.waiting.clear();
}

void Client::erase(Channel& channel) {
  channel.state = Channel::State::kGone;
  drop_waiting(channel);
  auto known = channels.find(channel.number);
  if (known == channels.end() || known->second.get() != &channel) return;
  door.traffic.count(broker::ChurnEvent::kChannelClosed);
  channels.erase(known);
}

}  // namespace wharf::amqp091
