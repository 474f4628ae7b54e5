#pragma once
// What a setting belongs to, with the numbers of the wire (Kafka's ConfigResource.Type).
#include <cstdint>

namespace wharf::kafka {

enum class ResourceType : std::int8_t { kTopic = 2, kBroker = 4, kBrokerLogger = 8, kClientMetrics = 16, kGroup = 32 };

}  // namespace wharf::kafka
