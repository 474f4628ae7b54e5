#pragma once
// Names of a channel's consumers: those of queues, of streams and of direct replies share them.
#include <string>
#include <string_view>

#include "protocols/amqp091/handlers/client.hpp"
#include "protocols/amqp091/wire/message_methods.hpp"

namespace wharf::amqp091 {

/// NOT_ALLOWED: a consumer of the channel has this tag.
Outcome<void> check_unused(const Channel& channel, std::string_view tag);
/// As asked; an empty one is made up.
std::string tag_for(const Client& client, const BasicConsume& consume);

}  // namespace wharf::amqp091
