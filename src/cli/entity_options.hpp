#pragma once
// What the commands for RabbitMQ's things share: the virtual host, arguments, the form of lists.
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>

#include "cli/text_table.hpp"
#include "model/error.hpp"

namespace wharf::cli {

struct EntityOptions {
  std::string vhost = "/";
  std::vector<std::string> arguments;  // KEY=VALUE
  bool json = false;
};

/// --vhost.
void declare_vhost(CLI::App* action, EntityOptions* options);
/// --argument.
void declare_arguments(CLI::App* action, EntityOptions* options);
/// --json, and -f json as `wharf consume` has it.
void declare_format(CLI::App* action, EntityOptions* options);

/// {"x-max-length": 5}: a value that is a number, true, false, a list or a text in quotes in JSON is that, everything
/// else text as it stands.
/// kInvalidArgument.
Result<boost::json::object> arguments_of(const EntityOptions& options);
/// The same of other KEY=VALUEs; `option` names them where one is none.
Result<boost::json::object> object_of(std::string_view option, const std::vector<std::string>& pairs);

/// A field of an object of the API; nullptr: it has none, or is no object.
const boost::json::value* field_of(const boost::json::value& item, std::string_view field);
/// The same as a cell: "-" where it is missing, texts as they are, lists with commas between.
std::string cell(const boost::json::value& item, std::string_view field);
/// Milliseconds since 1970 as 2026-11-26 17:40:00, UTC.
std::string time_cell(const boost::json::value& item, std::string_view field);
/// A field {"x-max-length":5} as x-max-length=5.
std::string table_cell(const boost::json::value& item, std::string_view field);
/// That of the arguments.
std::string arguments_cell(const boost::json::value& item);
/// A list as the API gave it: its JSON, or the table that `rows` makes of it.
std::string shown(const boost::json::value& list, bool json, TextTable table,
                  std::vector<std::string> (*row)(const boost::json::value& item));

}  // namespace wharf::cli
