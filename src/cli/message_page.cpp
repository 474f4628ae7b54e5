#include "cli/message_page.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

namespace wharf::cli {

Result<void> show_page(ManagementSession& session, const boost::json::value& answer, const EntityOptions& options,
                       TextTable table, std::vector<std::string> (*row)(const boost::json::value& item),
                       std::string_view next_option) {
  if (options.json) {
    session.streams.out << boost::json::serialize(answer) << '\n';
    return {};
  }
  const boost::json::value* messages = field_of(answer, "messages");
  if (messages == nullptr) return fail(ErrorCode::kInvalidRequest, "the server's answer is none of Wharf's");
  session.streams.out << shown(*messages, false, std::move(table), row);
  if (const std::string next = cell(answer, "next"); next != "-") {
    session.warn(fmt::format("there is more: {} {}", next_option, next));
  }
  return {};
}

}  // namespace wharf::cli
