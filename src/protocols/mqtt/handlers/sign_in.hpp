#pragma once
// Who a client is: its user and namespace by CONNECT's user name, `namespace:user` as in RabbitMQ.
#include "protocols/mqtt/handlers/client.hpp"

namespace wharf::mqtt {

/// The client is in its namespace then. kBadUserNameOrPassword, kNotAuthorized.
Outcome<void> sign_in(Client& client, const Connect& connect);
/// Asked again of one that has signed in: its user, its namespace or its right to be there may have gone meanwhile.
Outcome<void> may_stay(const Client& client);

}  // namespace wharf::mqtt
