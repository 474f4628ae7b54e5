#include "cli/commands.hpp"

namespace wharf::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      serve_command(),
      config_command(),
      doctor_command(),
      topic_command(),
      group_command(),
      produce_command(),
      consume_command(),
      queue_command(),
      exchange_command(),
      binding_command(),
      policy_command(),
      vhost_command(),
      user_command(),
      top_command(),
      bench_command(),
  };
  return all;
}

}  // namespace wharf::cli
