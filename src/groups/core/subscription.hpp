#pragma once
// The one look that a coordinator takes into a member's metadata: which topics it subscribes to. Only for groups of protocol
// type "consumer", whose members send Kafka's ConsumerProtocolSubscription; all its versions begin alike, so version 0 is read.
#include <set>
#include <string>
#include <string_view>

#include "model/bytes.hpp"
#include "model/error.hpp"

namespace wharf::groups {

inline constexpr std::string_view kConsumerProtocolType = "consumer";

/// Topics of the subscription. Its bytes come from clients that may be of any kind: kMalformed is an ordinary answer.
Result<std::set<std::string>> subscribed_topics(ByteView subscription);

}  // namespace wharf::groups
