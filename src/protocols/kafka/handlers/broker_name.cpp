#include "protocols/kafka/handlers/broker_name.hpp"

#include <charconv>

#include <fmt/format.h>

namespace wharf::kafka {

ApiError check_broker_name(std::string_view name, NodeId here, bool may_be_empty) {
  std::int32_t id = -1;
  const char* end = name.data() + name.size();
  auto [stop, error] = std::from_chars(name.data(), end, id);
  if (error != std::errc() || stop != end) {
    return {KafkaError::kInvalidRequest, fmt::format("Broker id must be an integer, but it is: {}", name)};
  }
  if (id == here.value) return {};
  return {KafkaError::kInvalidRequest, fmt::format("Unexpected broker id, expected {}{}, but received {}", here.value,
                                                   may_be_empty ? " or empty string" : "", name)};
}

}  // namespace wharf::kafka
