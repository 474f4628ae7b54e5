#pragma once
// The looks into what a member sends and gets: which topics it subscribes to, and (for the metrics) which partitions it was
// assigned. Only for groups of protocol type "consumer", whose members use Kafka's ConsumerProtocolSubscription and
// ConsumerProtocolAssignment; all their versions begin alike, so version 0 is read.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"

namespace wharf::groups {

inline constexpr std::string_view kConsumerProtocolType = "consumer";

/// Topics of the subscription. Its bytes come from clients that may be of any kind: kMalformed is an ordinary answer.
Result<std::set<std::string>> subscribed_topics(ByteView subscription);

/// Partitions by topic, of an assignment: also bytes of a client. Nothing at all is no partitions.
Result<std::map<std::string, std::vector<std::int32_t>>> assigned_partitions(ByteView assignment);

}  // namespace wharf::groups
