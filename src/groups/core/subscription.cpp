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

Result<std::map<std::string, std::vector<std::int32_t>>> assigned_partitions(ByteView assignment) {
  std::map<std::string, std::vector<std::int32_t>> assigned;
  if (assignment.empty()) return assigned;
  FieldReader from(assignment);
  std::int16_t version = from.int16();
  std::int32_t topics = from.count(false, 6);
  for (std::int32_t i = 0; i < topics && from.ok(); ++i) {
    std::vector<std::int32_t>& partitions = assigned[from.string(false)];
    std::int32_t count = from.count(false, 4);
    for (std::int32_t k = 0; k < count && from.ok(); ++k) partitions.push_back(from.int32());
  }
  if (!from.ok() || version < 0 || topics < 0) {
    return fail(ErrorCode::kMalformed, "a member's assignment is not one of Kafka's consumer protocol");
  }
  return assigned;
}

}  // namespace wharf::groups
