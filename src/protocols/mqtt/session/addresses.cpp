#include "protocols/mqtt/session/addresses.hpp"

#include <fmt/format.h>

namespace wharf::mqtt {
namespace {

constexpr std::string_view kQueuePrefix = "mqtt-subscription-";  // as RabbitMQ names them

}  // namespace

std::string swap_separators(std::string text) {
  for (char& one : text) {
    if (one == '/') {
      one = '.';
    } else if (one == '.') {
      one = '/';
    }
  }
  return text;
}

std::string binding_key_of(std::string_view filter) {
  std::string key = swap_separators(std::string(filter));
  for (char& one : key) {
    if (one == '+') one = '*';  // '+' stands alone in its level, or the filter is none
  }
  return key;
}

std::string queue_of_connection(std::string_view client_id) {
  return fmt::format("{}{}qos0", kQueuePrefix, client_id);
}

std::string queue_of_session(std::string_view client_id) {
  return fmt::format("{}{}qos1", kQueuePrefix, client_id);
}

std::string queue_of_group(std::string_view group, std::string_view filter) {
  return fmt::format("mqtt-shared-{}/{}", group, filter);
}

}  // namespace wharf::mqtt
