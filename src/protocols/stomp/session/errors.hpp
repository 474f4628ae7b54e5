#pragma once
// Our errors, and those of AMQP's rules, as STOMP's: RabbitMQ tells AMQP's code in small letters, and the whole
// sentence.
#include "model/error.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"
#include "protocols/stomp/wire/frame.hpp"

namespace wharf::stomp {

/// "not_found", "NOT_FOUND - no queue 'q' in vhost '/'".
ProtocolError protocol_error(const Error& error);
ProtocolError protocol_error(const amqp091::ProtocolError& error);

}  // namespace wharf::stomp
