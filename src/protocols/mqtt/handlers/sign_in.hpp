#pragma once
// Who a client is: its user and namespace by CONNECT's user name, `namespace:user` as in RabbitMQ.
#include "protocols/mqtt/handlers/client.hpp"

namespace wharf::mqtt {

/// The client is in its namespace then. kBadUserNameOrPassword, kNotAuthorized.
Outcome<void> sign_in(Client& client, const Connect& connect);

}  // namespace wharf::mqtt
