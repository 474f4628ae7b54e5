#include "admin/management/access_json.hpp"

#include "admin/management/answers.hpp"

namespace wharf::management {

boost::json::object json_of(const security::User& user) {
  boost::json::array tags;
  for (const std::string& tag : user.tags) tags.push_back(json_text(tag));
  std::string_view algorithm = security::to_string(user.hashing_algorithm);
  return {{"name", json_text(user.name)},
          {"password_hash", json_text(user.password_hash)},
          {"hashing_algorithm", json_text(algorithm)},
          {"tags", std::move(tags)},
          {"limits", boost::json::object()}};
}

boost::json::object json_of(const security::Permission& permission) {
  return {{"user", json_text(permission.user)},
          {"vhost", json_text(permission.name_space)},
          {"configure", json_text(permission.configure)},
          {"write", json_text(permission.write)},
          {"read", json_text(permission.read)}};
}

boost::json::object json_of(const security::TopicPermission& permission) {
  return {{"user", json_text(permission.user)},
          {"vhost", json_text(permission.name_space)},
          {"exchange", json_text(permission.exchange)},
          {"write", json_text(permission.write)},
          {"read", json_text(permission.read)}};
}

}  // namespace wharf::management
