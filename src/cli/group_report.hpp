#pragma once
// What `wharf group` prints.
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "cli/group_requests.hpp"

namespace wharf::cli {

struct GroupReport {
  GroupDescription group;
  GroupOffsets committed;
  GroupOffsets ends;  // of partitions that are committed or given to a member, as far as they are there
};

/// What the members were given together, in order; nothing of members of another kind than consumers.
std::vector<PartitionName> assigned_partitions(const GroupDescription& group);

std::string listing_text(const std::vector<GroupListing>& groups);
std::string listing_json(const std::vector<GroupListing>& groups);
std::string report_text(const GroupReport& report);
boost::json::object report_json(const GroupReport& report);
/// Old and new offsets of a reset; `done` or only planned.
std::string reset_text(const GroupOffsets& before, const GroupOffsets& after, bool done);
std::string reset_json(const GroupOffsets& before, const GroupOffsets& after, bool done);

}  // namespace wharf::cli
