#include "protocols/amqp091/handlers/client_report.hpp"

#include <utility>

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

ClientReport::ClientReport(Client& client) : client_(client), listing_(client.shard, client.door.traffic) {}

void ClientReport::begin(broker::ConnectionIntroduction introduction) {
  introduction.protocol = "AMQP 0-9-1";
  introduction.user = client_.principal.name;
  introduction.vhost = client_.vhost;
  introduction.channel_max = client_.channel_max;
  introduction.frame_max = client_.frame_max;
  introduction.heartbeat_seconds = client_.heartbeat_seconds;
  listing_.begin(*this, client_.remote, client_.local, std::move(introduction));
}

broker::ConnectionFacts ClientReport::facts() const {
  return listing_.facts(state_of(client_), client_.out.empty() ? 0u : 1u, client_.channels.size());
}

void ClientReport::add_channels(std::vector<broker::ChannelFacts>& into) const {
  for (const auto& [number, channel] : client_.channels) {
    into.push_back(facts_of(*channel, client_.door.traffic, client_.shard.now()));
    into.back().connection = listing_.introduction();
  }
}

void ClientReport::add_consumers(std::vector<broker::ConsumerFacts>& into, std::string_view queue) const {
  for (const auto& [number, channel] : client_.channels) {
    for (const auto& [tag, consumer] : channel->by_tag) {
      if (!queue.empty() && consumer->queue_name != queue) continue;
      into.push_back({.connection = listing_.introduction(),
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
  broker::ConnectionIntroduction& told = *(client.introduction = std::make_unique<broker::ConnectionIntroduction>());
  told.auth_mechanism = answer.mechanism;
  told.client_properties = encoded(answer.client_properties);
  const PropertyValue* name = find_property(answer.client_properties, "connection_name");
  if (name != nullptr && name->text() != nullptr) told.user_provided_name = *name->text();
}

void note_request(Consumer& consumer, const BasicConsume& consume) {
  consumer.exclusive = consume.exclusive;
  consumer.arguments = encoded(consume.arguments);
}

}  // namespace wharf::amqp091
