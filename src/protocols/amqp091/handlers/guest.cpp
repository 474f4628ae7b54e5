#include "protocols/amqp091/handlers/door.hpp"

namespace wharf::amqp091 {

Result<Principal> guest_from_here(std::string_view user, std::string_view password, const Endpoint& remote) {
  constexpr std::string_view kGuest = "guest";
  if (user != kGuest || password != kGuest)
    return fail(ErrorCode::kPolicyViolation, "no such user, or another password");
  bool from_here = remote.host == "::1" || remote.host.starts_with("127.") || remote.host.starts_with("::ffff:127.");
  if (!from_here) return fail(ErrorCode::kPolicyViolation, "user 'guest' can only connect from this machine");
  return Principal{std::string(user)};
}

}  // namespace wharf::amqp091
