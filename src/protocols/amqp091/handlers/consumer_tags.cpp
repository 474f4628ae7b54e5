#include "protocols/amqp091/handlers/consumer_tags.hpp"

#include <fmt/format.h>

#include "protocols/amqp091/handlers/named_queue.hpp"

namespace wharf::amqp091 {

Outcome<void> check_unused(const Channel& channel, std::string_view tag) {
  bool of_replies = channel.reply_consumer && channel.reply_consumer->tag == tag;
  if (!of_replies && !channel.by_tag.contains(tag)) return {};
  return refuse(ReplyCode::kNotAllowed, fmt::format("attempt to reuse consumer tag '{}'", tag));
}

std::string tag_for(const Client& client, const BasicConsume& consume) {
  return consume.consumer_tag.empty() ? generated_name(client, "amq.ctag-") : consume.consumer_tag;
}

}  // namespace wharf::amqp091
