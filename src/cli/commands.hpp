#pragma once
// Every command that works, in the order of the help.
#include <vector>

#include "cli/command.hpp"

namespace wharf::cli {

const std::vector<Command>& commands();

// One per file <name>_command.cpp:
Command serve_command();
Command config_command();
Command doctor_command();
Command topic_command();
Command group_command();
Command produce_command();
Command consume_command();
Command queue_command();
Command exchange_command();
Command binding_command();
Command policy_command();
Command top_command();
Command vhost_command();
Command user_command();
Command bench_command();

}  // namespace wharf::cli
