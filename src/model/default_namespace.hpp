#pragma once
// Namespaces are tenants, RabbitMQ's virtual hosts.
#include <string_view>

namespace wharf {

/// Always there; the only one that Kafka clients see.
inline constexpr std::string_view kDefaultNamespace = "/";

}  // namespace wharf
