#pragma once
// Topics and routing keys: the same words, with '/' and '.' in each other's place. Nothing is lost on the way, in
// either direction, whatever the bytes.
#include <string>
#include <string_view>

namespace wharf::mqtt {

/// Messages of MQTT's topics go by this exchange, and come by it.
inline constexpr std::string_view kTopicExchange = "amq.topic";

/// "a/b.c" -> "a.b/c", and the same back.
std::string swap_separators(std::string text);

/// The binding key that matches every key of a topic which the filter matches. It may match more: a level that is "*",
/// or topics that begin with '$', so who delivers looks at the filter too.
std::string binding_key_of(std::string_view filter);

/// Of a session's messages: those of QoS 0 live as long as the connection, the others as long as the session.
std::string queue_of_connection(std::string_view client_id);
std::string queue_of_session(std::string_view client_id);
/// Of all who share a filter in a group.
std::string queue_of_group(std::string_view group, std::string_view filter);

}  // namespace wharf::mqtt
