#pragma once
// Our errors <-> AMQP's reply codes: the table. The sentence stays as it is: routing and the engines say it as RabbitMQ
// does.
#include "model/error.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"

namespace wharf::amqp091 {

ReplyCode reply_code_of(ErrorCode code);
ProtocolError protocol_error(const Error& error);

}  // namespace wharf::amqp091
