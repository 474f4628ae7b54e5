#pragma once
// One object of a definitions file, read field by field. The first complaint sticks; what nobody asked for and is not
// empty is one as well:
//
//   DefinitionEntry entry("queues", 3, json);
//   queue.name = entry.required_text("name");
//   queue.durable = entry.flag("durable");
//   if (std::optional<std::string> complaint = entry.finish()) return std::unexpected(*complaint);
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "model/property.hpp"

namespace wharf::management {

class DefinitionEntry {
 public:
  /// `json` outlives the entry.
  DefinitionEntry(std::string_view section, std::size_t place, const boost::json::value& json);

  /// nullptr: missing, or null.
  const boost::json::value* take(std::string_view field);
  std::string required_text(std::string_view field);
  std::string text(std::string_view field, std::string_view otherwise = "");
  bool flag(std::string_view field);
  std::int64_t number(std::string_view field);
  /// Erlang writes an empty table as a list.
  PropertyTable table(std::string_view field);
  /// It may be there, as long as it says nothing.
  void expect_nothing(std::string_view field, std::string_view why);

  void complain(std::string_view about);
  /// The first complaint, or what is left over.
  std::optional<std::string> finish();

 private:
  std::string section_;
  std::size_t place_;
  std::string name_;
  const boost::json::object* fields_ = nullptr;
  std::set<std::string, std::less<>> taken_;
  std::optional<std::string> complaint_;
};

/// null, false, 0, and texts, lists and objects with nothing in them.
bool says_nothing(const boost::json::value& json);

}  // namespace wharf::management
