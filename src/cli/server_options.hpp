#pragma once
// The options of every command that reads the server's configuration: --config, --data, --memory, --free-ports, --set.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/server_config.hpp"
#include "model/error.hpp"

namespace CLI {
class App;
}

namespace wharf::cli {

class ServerOptions {
 public:
  /// Declares the options on `app`; read them with load() once the command line is parsed.
  static std::shared_ptr<ServerOptions> declare(CLI::App* app);

  /// File, environment and flags as one configuration. The error is one line that names the place.
  Result<config::ServerConfig> load() const;
  /// A folder is named, and nothing shall be kept in one: --memory beside --data is a mistake of whoever starts a
  /// server.
  bool contradicts_itself() const { return memory_ && data_.has_value(); }

 private:
  Result<void> read_file(config::Inputs* inputs) const;

  std::optional<std::string> file_;
  std::optional<std::string> data_;
  bool memory_ = false;
  bool free_ports_ = false;
  std::vector<std::string> settings_;
};

/// The variables of this process.
std::vector<std::pair<std::string, std::string>> environment_variables();

}  // namespace wharf::cli
