#pragma once
// RabbitMQ 4.0's sentences, letter by letter, for the client: test suites match on them. Doors put their code's name
// before
// ("ACCESS_REFUSED - "; for a virtual host AMQP 0-9-1 says NOT_ALLOWED). Until 3.13 the first word, the verb, was
// missing.
#include <string_view>

#include "model/error.hpp"
#include "security/core/access.hpp"

namespace wharf::security {

/// "write access to exchange 'e' in vhost '/' refused for user 'u'"
Error access_refused(std::string_view user, std::string_view vhost, Verb verb, const Resource& resource);
/// "access to vhost 'v' refused for user 'u'"
Error vhost_refused(std::string_view user, std::string_view vhost);
/// For the client, whatever the reason was; the reason is AccessTable::sign_in's and for the log:
/// "PLAIN login refused: user 'u' - invalid credentials".
Error login_refused(std::string_view mechanism);

}  // namespace wharf::security
