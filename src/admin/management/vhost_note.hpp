#pragma once
// What is said of a virtual host, and nothing here acts on.
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "admin/management/call.hpp"

namespace wharf::management {

struct VhostNote {
  std::string description;
  std::vector<std::string> tags;
};

// `call` outlives the tasks.
runtime::Task<VhostNote> note_of(Call* call, std::string vhost);
/// kTooLarge: it cannot be kept.
Result<void> check_note(const VhostNote& note);
runtime::Task<Result<void>> keep_note(Call* call, std::string vhost, VhostNote note);
/// As it is kept; what cannot be read says nothing.
VhostNote note_from_json(std::string_view text);

/// With a virtual host's default queue type (broker/entities.hpp), which the doors do act on: RabbitMQ's `metadata`.
boost::json::object metadata_json(const VhostNote& note, std::string_view default_queue_type);
/// kInvalidArgument: it is none.
Result<void> check_default_queue_type(std::string_view type);
/// What says nothing is classic, which is kept as nothing.
std::string kept_queue_type(std::string_view type);

}  // namespace wharf::management
