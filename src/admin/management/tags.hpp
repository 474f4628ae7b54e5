#pragma once
// Tags of users and virtual hosts: a list of texts, or one text with commas between.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace wharf::management {

/// None: neither.
inline std::optional<std::vector<std::string>> tags_of(const boost::json::value& json) {
  std::vector<std::string> tags;
  if (const boost::json::array* list = json.if_array()) {
    for (const boost::json::value& one : *list) {
      if (!one.is_string()) return std::nullopt;
      tags.emplace_back(one.get_string());
    }
    return tags;
  }
  const boost::json::string* text = json.if_string();
  if (text == nullptr) return std::nullopt;
  std::string_view left(text->data(), text->size());
  while (!left.empty()) {
    std::string_view tag = left.substr(0, left.find(','));
    left.remove_prefix(std::min(left.size(), tag.size() + 1));
    while (tag.starts_with(' ')) tag.remove_prefix(1);
    while (tag.ends_with(' ')) tag.remove_suffix(1);
    if (!tag.empty()) tags.emplace_back(tag);
  }
  return tags;
}

}  // namespace wharf::management
