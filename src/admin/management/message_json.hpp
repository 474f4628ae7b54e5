#pragma once
// A message of a queue as the management API shows it.
#include <cstddef>
#include <optional>

#include <boost/json/object.hpp>

#include "broker/entities.hpp"
#include "broker/queues.hpp"

namespace wharf::management {

struct Shape {
  bool always_base64 = false;           // else only what is no UTF-8
  std::optional<std::size_t> truncate;  // bytes of the body that are shown
};

/// payload_bytes, redelivered, exchange, routing_key, properties, payload, payload_encoding.
boost::json::object message_json(const broker::QueueInfo& queue, const broker::Delivery& delivery, const Shape& shape);

}  // namespace wharf::management
