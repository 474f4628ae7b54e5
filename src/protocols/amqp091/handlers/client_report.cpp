#include "protocols/amqp091/handlers/client_report.hpp"

#include "protocols/amqp091/handlers/client.hpp"
#include "protocols/amqp091/wire/field_table.hpp"

namespace wharf::amqp091 {
namespace {

/// Without its length. Empty: it cannot be written again, or there is nothing in it.
std::vector<std::byte> encoded(const PropertyTable& table) {
  if (table.empty()) return {};
  Writer writer;
  write_table(writer, table);
  if (!writer.ok()) return {};
  ByteView bytes = writer.bytes_since(sizeof(std::uint32_t));
  return {bytes.begin(), bytes.end()};
}

std::string_view state_of(const Client& client) {
  if (client.phase != Client::Phase::kRunning) return "closing";
  return client.held_back() ? "blocked" : "running";
}

broker::ChannelFacts facts_of(const Channel& channel, const broker::ShardTraffic& traffic, MonotonicTime now) {
  broker::ChannelFacts facts;
  facts.number = channel.number;
  facts.state = channel.open() ? "running" : "closing";
  facts.confirms = channel.mode == Channel::Mode::kConfirm;
  facts.transactional = channel.mode == Channel::Mode::kTransaction;
  facts.prefetch = channel.consumer_prefetch;
  facts.global_prefetch = channel.shared_prefetch.limit();
  facts.consumers = channel.by_tag.size();
  facts.unacknowledged = channel.unsettled.size();
  facts.unconfirmed = channel.confirms.open_count();
  facts.uncommitted = channel.transaction.publishes.size();
  facts.acks_uncommitted = channel.transaction.acknowledged.size();
  facts.traffic = channel.traffic.traffic(traffic.seconds, now);
  if (channel.traffic.is_at_rest(traffic.seconds)) {
    facts.idle_for = now - channel.traffic.last_counted().value_or(channel.opened);
  }
  return facts;
}

}  // namespace

ClientReport::ClientReport(Client& client, broker::ConnectionIntroduction introduction) : client_(client) {
  introduction.name = broker::connection_name(client.remote, client.local);
  introduction.protocol = "AMQP 0-9-1";
  introduction.user = client.principal.name;
  introduction.vhost = client.vhost;
  introduction.peer = client.remote;
  introduction.local = client.local;
  introduction.channel_max = client.channel_max;
  introduction.frame_max = client.frame_max;
  introduction.heartbeat_seconds = client.heartbeat_seconds;
  introduction.connected_at = client.shard.clock().wall_now();
  introduction_ = std::make_shared<const broker::ConnectionIntroduction>(std::move(introduction));
  serial_ = client.door.traffic.opened(*this);
}

ClientReport::~ClientReport() {
  client_.door.traffic.closed(serial_);
}

broker::ConnectionFacts ClientReport::facts() const {
  return {.id = {client_.shard.index(), serial_},
          .of = introduction_,
          .state = state_of(client_),
          .channels = client_.channels.size(),
          .pending_sends = client_.out.empty() ? 0u : 1u,
          .traffic = client_.traffic.traffic(client_.door.traffic.seconds, client_.shard.now())};
}

void ClientReport::add_channels(std::vector<broker::ChannelFacts>& into) const {
  for (const auto& [number, channel] : client_.channels) {
    into.push_back(facts_of(*channel, client_.door.traffic, client_.shard.now()));
    into.back().connection = introduction_;
  }
}

void ClientReport::add_consumers(std::vector<broker::ConsumerFacts>& into, std::string_view queue) const {
  for (const auto& [number, channel] : client_.channels) {
    for (const auto& [tag, consumer] : channel->by_tag) {
      if (!queue.empty() && consumer->queue_name != queue) continue;
      into.push_back({.connection = introduction_,
                      .channel = number,
                      .id = consumer->id,
                      .tag = tag,
                      .queue = consumer->queue_name,
                      .acknowledges = !consumer->no_ack,
                      .exclusive = consumer->exclusive,
                      .prefetch = consumer->prefetch,
                      .arguments = consumer->arguments});
    }
  }
}

void ClientReport::force_close(std::string reason) {
  client_.force_close(std::move(reason));
}

void introduce(Client& client, const ConnectionStartOk& answer) {
  client.introduction.auth_mechanism = answer.mechanism;
  client.introduction.client_properties = encoded(answer.client_properties);
  const PropertyValue* name = find_property(answer.client_properties, "connection_name");
  if (name != nullptr && name->text() != nullptr) client.introduction.user_provided_name = *name->text();
}

void note_request(Consumer& consumer, const BasicConsume& consume) {
  consumer.exclusive = consume.exclusive;
  consumer.arguments = encoded(consume.arguments);
}

}  // namespace wharf::amqp091
