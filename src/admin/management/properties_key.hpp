#pragma once
// How RabbitMQ's paths name a binding between two things: its routing key, escaped; "~" when it is empty; and with
// arguments "key~hash". What the hash is nobody looks into; RabbitMQ's is Erlang's own.
#include <string>
#include <string_view>

#include "routing/core/exchange.hpp"

namespace wharf::management {

/// For a path: every byte but letters, digits, '-', '.' and '_' as %XX.
std::string escaped(std::string_view text);
std::string properties_key(const routing::Binding& binding);
/// Whether this segment of a path, decoded once, names the binding: as RabbitMQ's own clients escape it (twice, since
/// the key is escaped itself) or as people do (once).
bool is_meant(const routing::Binding& binding, std::string_view segment);

}  // namespace wharf::management
