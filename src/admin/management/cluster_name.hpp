#pragma once
// What the cluster is called: as it was named by an operator, else as the node says.
#include <string>

#include "admin/management/call.hpp"

namespace wharf::management {

/// `call` outlives the task.
runtime::Task<std::string> cluster_name_of(Call* call);

}  // namespace wharf::management
