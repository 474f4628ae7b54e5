#pragma once
// What is wrong with a command line, in the words of who typed it: a misspelt option before the one that it leaves
// missing.
#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace wharf::cli {

/// A sentence without a full stop; `app` has tried to parse and thrown `error`.
std::string parse_problem(const CLI::App& app, const CLI::ParseError& error);

}  // namespace wharf::cli
