#pragma once
// A command of the `wharf` program is one file that ends in _command.cpp: it declares its options and hands back what
// to do once they are read. Registering it is its line in commands.cpp; help, examples and exit codes come from here.
#include <functional>
#include <ostream>
#include <string_view>

namespace CLI {
class App;
}

namespace wharf::cli {

struct Streams {
  std::ostream& out;
  std::ostream& err;
};

enum ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2 };

/// The command itself, its options filled in. Returns an ExitCode.
using Run = std::function<int(Streams streams)>;

struct Command {
  std::string_view name;
  std::string_view summary;       // one line, without a full stop
  std::string_view description;   // paragraphs of the manual page
  std::string_view examples;      // lines: a command, or an indented remark about the one above
  Run (*declare)(CLI::App* app);  // adds the options
};

}  // namespace wharf::cli
