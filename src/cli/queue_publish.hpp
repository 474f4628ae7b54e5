#pragma once
// `wharf queue publish`: one message, to a queue or by an exchange, with what properties and headers it is to have.
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

#include "cli/entity_options.hpp"
#include "cli/management_session.hpp"
#include "model/error.hpp"

namespace wharf::cli {

struct PublishOptions {
  std::vector<std::string> words;  // QUEUE and MESSAGE; with an exchange, MESSAGE alone
  std::string exchange, routing_key;
  bool names_exchange = false, names_key = false;
  std::vector<std::string> headers, properties;  // NAME=VALUE
  bool transient = false;
};

void declare_publish(CLI::App* action, PublishOptions* options);
/// Into `vhost`. kInvalidArgument: options that do not go together, a property that there is not, a value that is none
/// of its; kNotFound: nowhere to go.
runtime::Task<Result<void>> publish_message(ManagementSession* session, const PublishOptions* options,
                                            std::string vhost);

/// As the API takes them: {"delivery_mode":2,"headers":{"n":1}}. A message is persistent unless something says that it
/// is not. kInvalidArgument.
Result<boost::json::object> message_properties(const PublishOptions& options);

}  // namespace wharf::cli
