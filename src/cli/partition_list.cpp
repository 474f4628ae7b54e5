#include "cli/partition_list.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "model/number_text.hpp"

namespace wharf::cli {
namespace {

constexpr std::int32_t kMostPartitions = 1'000'000;

std::optional<std::int32_t> number(std::string_view text) {
  std::optional<std::int32_t> value = parse_number<std::int32_t>(text);
  return value && *value >= 0 && *value <= kMostPartitions ? value : std::nullopt;
}

}  // namespace

Result<std::vector<PartitionIndex>> parse_partitions(std::string_view text) {
  std::set<PartitionIndex> chosen;
  const std::string whole(text);
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    const std::size_t dash = std::min(part.find('-'), part.size());
    const auto first = number(part.substr(0, dash));
    const auto last = dash == part.size() ? first : number(part.substr(dash + 1));
    if (!first || !last || *first > *last)
      return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is no list of partitions, such as 0,3-5", whole));
    for (std::int32_t index = *first; index <= *last; ++index) chosen.insert(PartitionIndex(index));
    if (comma == text.size()) return std::vector(chosen.begin(), chosen.end());
    text.remove_prefix(comma + 1);
  }
}

Result<std::vector<client::Partition>> choose_partitions(const client::Topic& topic, std::string_view text) {
  if (text.empty()) return topic.partitions;
  auto indexes = parse_partitions(text);
  if (!indexes) return fail(indexes.error());
  std::vector<client::Partition> chosen;
  for (PartitionIndex index : *indexes) {
    auto found = std::ranges::find(topic.partitions, index, &client::Partition::index);
    if (found == topic.partitions.end())
      return fail(ErrorCode::kNotFound, fmt::format("topic '{}' has no partition {}: it has {}", topic.name,
                                                    index.value, topic.partitions.size()));
    chosen.push_back(*found);
  }
  return chosen;
}

}  // namespace wharf::cli
