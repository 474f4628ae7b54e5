#include "protocols/amqp091/handlers/publish_turn.hpp"

namespace wharf::amqp091 {

std::uint32_t PublishTurn::add(const broker::NamespaceView& view, const routing::Routes& routes,
                               broker::Outgoing::Message message, Timestamp now,
                               const std::shared_ptr<Channel>& channel, std::optional<std::uint64_t> tag) {
  if (tag) message.number = to_confirm_.size();
  std::uint32_t destinations = outgoing_.add(view, routes, message, now);
  if (destinations == 0) return 0;
  if (tag) to_confirm_.push_back({channel.get(), *tag});
  if (channels_.empty() || channels_.back() != channel) channels_.push_back(channel);
  bytes_ += message.message.body.size();
  ++messages_;
  return destinations;
}

GatheredPublishes PublishTurn::take() {
  return {.outgoing = outgoing_.take(),
          .to_confirm = std::exchange(to_confirm_, {}),
          .channels = std::exchange(channels_, {}),
          .bytes = std::exchange(bytes_, 0),
          .messages = std::exchange(messages_, 0)};
}

}  // namespace wharf::amqp091
