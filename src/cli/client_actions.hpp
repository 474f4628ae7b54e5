#pragma once
// A client command made of actions (`wharf topic create`): one is asked for, and works with the options that all of
// them share.
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/client_session.hpp"

namespace wharf::cli {

/// `Connection`: the options that say which server, with run_client() beside them.
template <class Options, class Connection = ClientOptions>
class ClientActions {
 public:
  using Session = typename Connection::Session;
  using Work = runtime::Task<Result<void>> (*)(Session* session, const Options* options);

  explicit ClientActions(CLI::App* app) : app_(app) { app->require_subcommand(1); }

  /// The action's own options are declared on what comes back.
  CLI::App* add(const char* name, const char* description, Work work) {
    CLI::App* action = app_->add_subcommand(name, description)->fallthrough();
    action->callback([chosen = chosen_, work] { *chosen = work; });
    return action;
  }
  /// What to do once the command line is read.
  Run run(std::shared_ptr<Connection> client, std::shared_ptr<Options> options) const {
    return [client = std::move(client), options = std::move(options), chosen = chosen_](Streams streams) {
      return run_client(streams, *client,
                        [work = *chosen, filled = options.get()](Session* session) { return work(session, filled); });
    };
  }

 private:
  CLI::App* app_;
  std::shared_ptr<Work> chosen_ = std::make_shared<Work>(nullptr);
};

}  // namespace wharf::cli
