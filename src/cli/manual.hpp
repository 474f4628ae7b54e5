#pragma once
// The pages of `wharf --help` and `wharf <command> --help`, laid out as manual pages are.
#include <string>

#include "cli/command.hpp"

namespace wharf::cli {

/// The program's own page.
std::string manual();
/// One command's page; `app` has its options declared.
std::string manual_of(const Command& command, const CLI::App& app);

}  // namespace wharf::cli
