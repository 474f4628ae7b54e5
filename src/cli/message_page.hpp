#pragma once
// Messages as Wharf's own part of the API lists them: a page at a time.
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "cli/entity_options.hpp"
#include "cli/management_session.hpp"
#include "cli/text_table.hpp"
#include "model/error.hpp"

namespace wharf::cli {

/// Writes {"messages":[...],"next":...} as it is, or a row for each; where there is more, a warning says how to go on,
/// by `next_option`. kInvalidRequest: it is no such answer.
Result<void> show_page(ManagementSession& session, const boost::json::value& answer, const EntityOptions& options,
                       TextTable table, std::vector<std::string> (*row)(const boost::json::value& item),
                       std::string_view next_option);

}  // namespace wharf::cli
