#pragma once
// Reads the command line and runs the command it names.
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace wharf::cli {

/// `arguments` with the program's name first. Returns an ExitCode; no exception leaves.
int run_program(const std::vector<std::string>& arguments, Streams streams);

}  // namespace wharf::cli
