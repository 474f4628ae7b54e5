#include "security/core/refusals.hpp"

#include <fmt/format.h>

namespace wharf::security {

std::string_view to_string(Verb verb) {
  switch (verb) {
    case Verb::kConfigure:
      return "configure";
    case Verb::kWrite:
      return "write";
    case Verb::kRead:
      return "read";
  }
  return "unknown";
}

Error access_refused(std::string_view user, std::string_view vhost, Verb verb, const Resource& resource) {
  std::string_view name =
      resource.kind == ResourceKind::kExchange && resource.name.empty() ? "amq.default" : resource.name;
  std::string what = resource.kind == ResourceKind::kTopicKey
                         ? fmt::format("topic '{}' in exchange '{}'", resource.key, name)
                     : resource.kind == ResourceKind::kQueue ? fmt::format("queue '{}'", name)
                                                             : fmt::format("exchange '{}'", name);
  return {ErrorCode::kAccessRefused,
          fmt::format("{} access to {} in vhost '{}' refused for user '{}'", to_string(verb), what, vhost, user)};
}

Error vhost_refused(std::string_view user, std::string_view vhost) {
  return {ErrorCode::kAccessRefused, fmt::format("access to vhost '{}' refused for user '{}'", vhost, user)};
}

Error login_refused(std::string_view mechanism) {
  return {ErrorCode::kSignInRefused,
          fmt::format("Login was refused using authentication mechanism {}. For details see the broker logfile.",
                      mechanism)};
}

}  // namespace wharf::security
