#pragma once
// A snapshot -> the page. Pure, and as long as the page is: for the work pool.
#include <string>

#include "admin/snapshot.hpp"

namespace wharf::admin {

std::string metrics_page(const Snapshot& snapshot, const runtime::ProcessFacts& process);

/// The partitions of one topic.
std::string topic_page(const std::vector<broker::ShardReport>& shards, const cluster::Topic& topic);

}  // namespace wharf::admin
