#include "security/core/stored_definition.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

namespace wharf::security {
namespace {

namespace json = boost::json;

constexpr std::string_view kUser = "user", kPermission = "permission", kTopicPermission = "topic-permission";

bool is_plain(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '-' ||
         byte == '.' || byte == '_';
}

std::string escaped(std::string_view name) {
  std::string text;
  for (char byte : name) {
    text += is_plain(byte) ? std::string(1, byte) : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
  }
  return text;
}

/// None: not what `escaped` would have written.
std::optional<std::string> unescaped(std::string_view text) {
  auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      name += text[i];
      continue;
    }
    if (text.size() - i < 3 || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
    name += static_cast<char>(digit(text[i + 1]) << 4 | digit(text[i + 2]));
    i += 2;
  }
  return escaped(name) == text ? std::optional(name) : std::nullopt;
}

/// The words of a key; none where a name is badly escaped.
std::optional<std::vector<std::string>> words_of(std::string_view key) {
  std::vector<std::string> words;
  for (bool more = true; more;) {
    std::size_t end = key.find('/');
    more = end != std::string_view::npos;
    std::optional<std::string> word = unescaped(key.substr(0, end));
    if (!word) return std::nullopt;
    words.push_back(*std::move(word));
    if (more) key.remove_prefix(end + 1);
  }
  return words;
}

struct KeyOf {
  std::string operator()(const UserRemoved& one) const { return fmt::format("{}/{}", kUser, escaped(one.name)); }
  std::string operator()(const PermissionRemoved& one) const {
    return fmt::format("{}/{}/{}", kPermission, escaped(one.name_space), escaped(one.user));
  }
  std::string operator()(const TopicPermissionRemoved& one) const {
    return fmt::format("{}/{}/{}/{}", kTopicPermission, escaped(one.name_space), escaped(one.user),
                       escaped(one.exchange));
  }
  std::string operator()(const User& one) const { return (*this)(UserRemoved{one.name}); }
  std::string operator()(const Permission& one) const { return (*this)(PermissionRemoved{one.user, one.name_space}); }
  std::string operator()(const TopicPermission& one) const {
    return (*this)(TopicPermissionRemoved{one.user, one.name_space, one.exchange});
  }
};

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::kMalformed, std::string(why));
}

Result<json::object> object_of(std::string_view text) {
  boost::system::error_code error;
  json::value parsed = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !parsed.is_object()) return malformed("no JSON object");
  return std::move(parsed.get_object());
}

/// Reads the texts of an object one after the other, and keeps the first complaint.
class Fields {
 public:
  explicit Fields(const json::object& object) : object_(object) {}

  std::string required(std::string_view name) { return text(name, true); }
  std::string optional(std::string_view name) { return text(name, false); }
  std::vector<std::string> tags() {
    std::vector<std::string> tags;
    const json::value* value = object_.if_contains("tags");
    if (value && value->is_string()) return split(std::string_view(value->get_string()));
    if (!value || !value->is_array()) return complain("'tags' is no list of texts"), tags;
    for (const json::value& tag : value->get_array()) {
      if (!tag.is_string()) return complain("'tags' is no list of texts"), tags;
      tags.emplace_back(std::string_view(tag.get_string()));
    }
    return tags;
  }
  void complain(std::string why) {
    if (complaint_.empty()) complaint_ = std::move(why);
  }
  template <class T>
  Result<T> finish(T value) const {
    if (!complaint_.empty()) return malformed(complaint_);
    return value;
  }

 private:
  std::string text(std::string_view name, bool must_be) {
    const json::value* value = object_.if_contains(name);
    if (!value && !must_be) return {};
    if (!value || !value->is_string()) return complain(fmt::format("'{}' is no text", name)), std::string();
    return std::string(std::string_view(value->get_string()));
  }
  /// RabbitMQ before 3.9: "administrator, monitoring".
  static std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
      std::size_t end = std::min(text.find(','), text.size());
      std::string_view word = text.substr(0, end);
      while (word.starts_with(' ')) word.remove_prefix(1);
      while (word.ends_with(' ')) word.remove_suffix(1);
      if (!word.empty()) words.emplace_back(word);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
  }

  const json::object& object_;
  std::string complaint_;
};

/// The value's definition, if it is this key's.
template <class T>
Result<Definition> of_key(std::string_view key, Result<T> decoded) {
  if (!decoded) return malformed(fmt::format("definition '{}': {}", key, decoded.error().message));
  if (KeyOf()(*decoded) != key) return malformed(fmt::format("definition '{}': its value names another", key));
  return *std::move(decoded);
}

}  // namespace

std::string to_json(const User& user) {
  return json::serialize(json::object{{"name", user.name},
                                      {"password_hash", user.password_hash},
                                      {"hashing_algorithm", to_string(user.hashing_algorithm)},
                                      {"tags", json::array(user.tags.begin(), user.tags.end())},
                                      {"limits", json::object()}});
}

std::string to_json(const Permission& permission) {
  return json::serialize(json::object{{"user", permission.user},
                                      {"vhost", permission.name_space},
                                      {"configure", permission.configure},
                                      {"write", permission.write},
                                      {"read", permission.read}});
}

std::string to_json(const TopicPermission& permission) {
  return json::serialize(json::object{{"user", permission.user},
                                      {"vhost", permission.name_space},
                                      {"exchange", permission.exchange},
                                      {"write", permission.write},
                                      {"read", permission.read}});
}

Result<User> user_from_json(std::string_view text) {
  Result<json::object> object = object_of(text);
  if (!object) return fail(object.error());
  Fields fields(*object);
  User user{.name = fields.required("name"), .password_hash = fields.optional("password_hash"), .tags = fields.tags()};
  if (std::string name = fields.optional("hashing_algorithm"); !name.empty()) {
    std::optional<HashingAlgorithm> algorithm = hashing_algorithm(name);
    if (!algorithm) fields.complain(fmt::format("'{}' is no hashing algorithm that is known", name));
    user.hashing_algorithm = algorithm.value_or(HashingAlgorithm::kSha256);
  }
  return fields.finish(std::move(user));
}

Result<Permission> permission_from_json(std::string_view text) {
  Result<json::object> object = object_of(text);
  if (!object) return fail(object.error());
  Fields fields(*object);
  return fields.finish(Permission{fields.required("user"), fields.required("vhost"), fields.required("configure"),
                                  fields.required("write"), fields.required("read")});
}

Result<TopicPermission> topic_permission_from_json(std::string_view text) {
  Result<json::object> object = object_of(text);
  if (!object) return fail(object.error());
  Fields fields(*object);
  return fields.finish(TopicPermission{fields.required("user"), fields.required("vhost"), fields.required("exchange"),
                                       fields.required("write"), fields.required("read")});
}

StoredDefinition encode(const Definition& definition) {
  StoredDefinition stored{.key = std::visit(KeyOf(), definition), .value = std::nullopt};
  if (auto* user = std::get_if<User>(&definition)) stored.value = to_json(*user);
  if (auto* permission = std::get_if<Permission>(&definition)) stored.value = to_json(*permission);
  if (auto* permission = std::get_if<TopicPermission>(&definition)) stored.value = to_json(*permission);
  return stored;
}

Result<Definition> decode(std::string_view key, std::optional<std::string_view> value) {
  std::optional<std::vector<std::string>> words = words_of(key);
  if (!words) return malformed("a definition's key is badly escaped");
  if (words->size() == 2 && words->front() == kUser) {
    if (!value) return UserRemoved{(*words)[1]};
    return of_key(key, user_from_json(*value));
  }
  if (words->size() == 3 && words->front() == kPermission) {
    if (!value) return PermissionRemoved{.user = (*words)[2], .name_space = (*words)[1]};
    return of_key(key, permission_from_json(*value));
  }
  if (words->size() == 4 && words->front() == kTopicPermission) {
    if (!value) return TopicPermissionRemoved{.user = (*words)[2], .name_space = (*words)[1], .exchange = (*words)[3]};
    return of_key(key, topic_permission_from_json(*value));
  }
  return malformed(fmt::format("definition '{}': an unknown kind", key));
}

}  // namespace wharf::security
