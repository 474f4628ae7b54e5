#include "groups/core/subscription.hpp"

#include "groups/core/fields.hpp"

namespace wharf::groups {

Result<std::set<std::string>> subscribed_topics(ByteView subscription) {
  FieldReader from(subscription);
  std::int16_t version = from.int16();
  std::int32_t topics = from.count(false, 2);
  std::set<std::string> names;
  for (std::int32_t i = 0; i < topics && from.ok(); ++i) names.insert(from.string(false));
  if (!from.ok() || version < 0 || topics < 0) {
    return fail(ErrorCode::kMalformed, "a member's subscription is not one of Kafka's consumer protocol");
  }
  return names;
}

}  // namespace wharf::groups
