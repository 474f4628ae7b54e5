#pragma once
// Which fields of an object are asked for (?columns=name,a.b): for who makes the JSON, so that others are not made, and
// to cut what was made to them.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "http/message.hpp"

namespace wharf::json_http {

class WantedFields {
 public:
  /// All.
  WantedFields() = default;
  /// "name,a.b"; empty: all.
  explicit WantedFields(std::string_view columns);
  static WantedFields of(const http::Request& request) {
    return WantedFields(request.parameter("columns").value_or(""));
  }

  bool all() const { return paths_.empty(); }
  /// Some of this field, of the object itself.
  bool has(std::string_view field) const {
    return all() || std::ranges::any_of(paths_, [&](std::string_view path) {
             return path.starts_with(field) && (path.size() == field.size() || path[field.size()] == '.');
           });
  }
  template <class... Fields>
  bool any_of(const Fields&... fields) const {
    return (has(fields) || ...);
  }
  const std::vector<std::string>& paths() const { return paths_; }

  /// Nothing but these, where they are there.
  boost::json::object cut(boost::json::object whole) const;

 private:
  std::vector<std::string> paths_;
};

/// ?columns= of one object.
inline boost::json::value chosen_columns(const http::Request& request, boost::json::object item) {
  return WantedFields::of(request).cut(std::move(item));
}

/// "a.b" -> the value of field b of field a; nullptr: there is none.
const boost::json::value* field_of(const boost::json::object& object, std::string_view path);

}  // namespace wharf::json_http
