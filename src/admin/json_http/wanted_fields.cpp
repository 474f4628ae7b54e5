#include "admin/json_http/wanted_fields.hpp"

namespace wharf::json_http {

WantedFields::WantedFields(std::string_view columns) {
  while (!columns.empty()) {
    std::string_view path = columns.substr(0, columns.find(','));
    columns.remove_prefix(std::min(columns.size(), path.size() + 1));
    if (!path.empty()) paths_.emplace_back(path);
  }
}

boost::json::object WantedFields::cut(boost::json::object whole) const {
  if (all()) return whole;
  boost::json::object chosen;
  for (std::string_view path : paths_) {
    const boost::json::value* found = field_of(whole, path);
    if (found == nullptr) continue;
    boost::json::object* at = &chosen;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      boost::json::value& next = (*at)[boost::json::string_view(path.data(), dot)];
      if (!next.is_object()) next = boost::json::object();
      at = &next.as_object();
      path.remove_prefix(dot + 1);
    }
    (*at)[boost::json::string_view(path.data(), path.size())] = *found;
  }
  return chosen;
}

const boost::json::value* field_of(const boost::json::object& object, std::string_view path) {
  const boost::json::object* in = &object;
  while (true) {
    std::string_view name = path.substr(0, path.find('.'));
    const boost::json::value* at = in->if_contains({name.data(), name.size()});
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (at == nullptr || path.empty()) return at;
    in = at->if_object();
    if (in == nullptr) return nullptr;
  }
}

}  // namespace wharf::json_http
