#pragma once
// A queue's settings as JSON: what is unset is left out. docs/formats.md shows them.
#include <boost/json/value.hpp>

#include "model/error.hpp"
#include "queue/core/settings.hpp"

namespace wharf::routing {

boost::json::value to_json(const queue::QueueSettings& settings);
/// kMalformed; a setting that this version does not know is passed over.
Result<queue::QueueSettings> settings_from_json(const boost::json::value& json);

}  // namespace wharf::routing
