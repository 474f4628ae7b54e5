#pragma once
// Connections, channels and consumers as the management API shows them.
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "admin/management/call.hpp"
#include "broker/statistics.hpp"

namespace wharf::management {

boost::json::object json_of(const broker::ConnectionFacts& connection, std::string_view node);
boost::json::object json_of(const broker::ChannelFacts& channel, std::string_view node, Timestamp now);

struct ShownConsumer {
  broker::ConsumerFacts facts;
  bool is_one_at_a_time = false;  // of the queue's consumers only one is served
  bool is_active = true;
};
boost::json::object json_of(const ShownConsumer& consumer, std::string_view node);

/// "10.0.0.7:51234 -> 10.0.0.1:5672 (1)".
std::string channel_name(const broker::ConnectionIntroduction& connection, std::uint16_t number);

/// Monitors see all connections, others their own.
bool sees(const Call& call, const broker::ConnectionIntroduction& connection);

/// Of all connections, in virtual hosts that the user sees; of queues with this name alone, if it is not empty. By
/// queue, then by tag.
runtime::Task<std::vector<ShownConsumer>> consumers_of(Call* call, std::string queue = {});

}  // namespace wharf::management
