#include "config/alter.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "config/topic_keys.hpp"
#include "config/value.hpp"

namespace wharf::config {
namespace {

Result<std::string> altered_list(const ServerConfig& server, const Overrides& overrides, const Alteration& alteration) {
  const bool appends = alteration.operation == AlterOperation::kAppend;
  const TopicKey* key = find_topic_key(alteration.name);
  if (!key || key->type != KafkaType::kList) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("cannot {} '{:.200}': it is not a list",
                                                         appends ? "append to" : "subtract from", alteration.name));
  }
  const auto current = overrides.find(alteration.name);
  std::vector<std::string> items =
      parse_list(current == overrides.end() ? default_value(*key, server) : current->second);
  for (const std::string& item : parse_list(*alteration.value)) {
    const auto found = std::ranges::find(items, item);
    if (appends && found == items.end()) items.push_back(item);
    if (!appends && found != items.end()) items.erase(found);
  }
  return fmt::format("{}", fmt::join(items, ","));
}

}  // namespace

Result<Overrides> alter(const ServerConfig& server, Overrides overrides, const std::vector<Alteration>& alterations) {
  std::set<std::string_view> names;
  for (const Alteration& each : alterations) {
    if (!names.insert(each.name).second) {
      return fail(ErrorCode::kInvalidRequest, fmt::format("'{:.200}' is altered twice in one request", each.name));
    }
    if (each.operation == AlterOperation::kDelete) {
      overrides.erase(each.name);
      continue;
    }
    if (!each.value) return fail(ErrorCode::kInvalidRequest, fmt::format("'{:.200}' needs a value", each.name));
    std::string value = *each.value;
    if (each.operation != AlterOperation::kSet) {
      Result<std::string> list = altered_list(server, overrides, each);
      if (!list) return fail(list.error());
      value = std::move(*list);
    }
    overrides.insert_or_assign(each.name, std::move(value));
  }
  const auto checked = TopicConfig::make(server, overrides);
  if (!checked) return fail(checked.error());
  return overrides;
}

}  // namespace wharf::config
