#include "cli/entity_options.hpp"

#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/json.hpp>

namespace wharf::cli {
namespace {

boost::json::value value_of(const std::string& text) {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(text, error);
  const bool is_taken = !error && (value.is_number() || value.is_bool() || value.is_array() || value.is_string());
  return is_taken ? value : boost::json::value(text);
}

std::string text_of(const boost::json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (!value.is_array()) return boost::json::serialize(value);
  std::string text;
  for (const boost::json::value& one : value.as_array()) text += (text.empty() ? "" : ",") + text_of(one);
  return text;
}

}  // namespace

void declare_vhost(CLI::App* action, EntityOptions* options) {
  action->add_option("-v,--vhost", options->vhost, "The virtual host (/).")->type_name("NAME");
}

void declare_arguments(CLI::App* action, EntityOptions* options) {
  action
      ->add_option("--argument", options->arguments,
                   "An argument, such as x-max-length=1000. May be given again; numbers, true, false, lists ([1,2]) and "
                   "texts in quotes (\"5\") are that, the rest is text.")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void declare_format(CLI::App* action, EntityOptions* options) {
  action->add_flag("--json", options->json, "Print one line of JSON, as the management API has it.");
  action
      ->add_option_function<std::string>(
          "-f,--format", [options](const std::string& format) { options->json = format == "json"; },
          "As text or json: -f json is --json.")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
}

Result<boost::json::object> arguments_of(const EntityOptions& options) {
  return object_of("--argument", options.arguments);
}

Result<boost::json::object> object_of(std::string_view option, const std::vector<std::string>& pairs) {
  boost::json::object object;
  for (const std::string& one : pairs) {
    const std::size_t equals = one.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fail(ErrorCode::kInvalidArgument, fmt::format("{}: '{}' is not KEY=VALUE", option, one));
    object[one.substr(0, equals)] = value_of(one.substr(equals + 1));
  }
  return object;
}

const boost::json::value* field_of(const boost::json::value& item, std::string_view field) {
  const boost::json::object* fields = item.if_object();
  return fields == nullptr ? nullptr : fields->if_contains({field.data(), field.size()});
}

std::string cell(const boost::json::value& item, std::string_view field) {
  const boost::json::value* value = field_of(item, field);
  if (value == nullptr || value->is_null()) return "-";
  if (value->is_bool()) return value->as_bool() ? "yes" : "no";
  return text_of(*value);
}

std::string time_cell(const boost::json::value& item, std::string_view field) {
  const boost::json::value* time = field_of(item, field);
  if (time == nullptr || !time->is_int64()) return "-";
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", std::chrono::sys_seconds(std::chrono::seconds(time->get_int64() / 1000)));
}

std::string arguments_cell(const boost::json::value& item) {
  return table_cell(item, "arguments");
}

std::string table_cell(const boost::json::value& item, std::string_view field) {
  const boost::json::value* table = field_of(item, field);
  std::string text;
  if (table == nullptr || !table->is_object()) return text;
  for (const auto& [name, value] : table->as_object())
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", std::string_view(name.data(), name.size()), text_of(value));
  return text;
}

std::string shown(const boost::json::value& list, bool json, TextTable table,
                  std::vector<std::string> (*row)(const boost::json::value& item)) {
  if (json) return boost::json::serialize(list) + "\n";
  if (!list.is_array()) return table.text();
  for (const boost::json::value& item : list.as_array()) table.add(row(item));
  return table.text();
}

}  // namespace wharf::cli
