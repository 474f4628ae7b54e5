#include "security/core/stored_definition.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace wharf::security {
namespace {

// What a RabbitMQ 4.0 exported, field for field.
TEST(StoredDefinition, ValuesAreEntriesOfRabbitMqsDefinitions) {
  const std::pair<Definition, StoredDefinition> cases[] = {
      {User{"u",
            "PvTM945rtg96JH4zWRJTbrVYkVQ0oNpJxW3cuMyo1IA/lWnS",
            HashingAlgorithm::kSha256,
            {"monitoring", "policymaker"}},
       {"user/u",
        R"({"name":"u","password_hash":"PvTM945rtg96JH4zWRJTbrVYkVQ0oNpJxW3cuMyo1IA/lWnS","hashing_algorithm":"rabbit_password_hashing_sha256","tags":["monitoring","policymaker"],"limits":{}})"}},
      {Permission{"u", "/", "^c", "^w|^amq.topic|amq.gen", "^r|^amq.topic"},
       {"permission/%2F/u",
        R"({"user":"u","vhost":"/","configure":"^c","write":"^w|^amq.topic|amq.gen","read":"^r|^amq.topic"})"}},
      {TopicPermission{"u", "/", "amq.topic", "^{username}\\.", "^{vhost}|^a|{client_id}"},
       {"topic-permission/%2F/u/amq.topic",
        R"({"user":"u","vhost":"/","exchange":"amq.topic","write":"^{username}\\.","read":"^{vhost}|^a|{client_id}"})"}},
      {UserRemoved{"a/b%\n"}, {"user/a%2Fb%25%0A", std::nullopt}},
      {PermissionRemoved{"\xC3\xA9", "v h"}, {"permission/v%20h/%C3%A9", std::nullopt}},
      {TopicPermissionRemoved{"u", "v", ""}, {"topic-permission/v/u/", std::nullopt}},
  };
  for (const auto& [definition, stored] : cases) {
    EXPECT_EQ(encode(definition).key, stored.key);
    EXPECT_EQ(encode(definition).value, stored.value);
    Result<Definition> decoded = decode(stored.key, stored.value);
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*decoded, definition);
  }
}

TEST(StoredDefinition, AnOlderRabbitMqsExportIsRead) {
  Result<User> user =
      user_from_json(R"({"name":"u","password_hash":"","tags":" monitoring, administrator,,","limits":[]})");
  ASSERT_TRUE(user) << user.error().message;
  EXPECT_EQ(*user, (User{"u", "", HashingAlgorithm::kSha256, {"monitoring", "administrator"}}));
  EXPECT_EQ(
      user_from_json(R"({"name":"u","hashing_algorithm":"rabbit_password_hashing_md5","tags":""})")->hashing_algorithm,
      HashingAlgorithm::kMd5);
}

TEST(StoredDefinition, WhatIsNotOursIsMalformed) {
  const std::string user = to_json(User{.name = "u"}), permission = to_json(Permission{"u", "/", "", "", ""});
  const std::pair<std::string, std::string> cases[] = {
      {"", user},
      {"user", user},
      {"user/v", user},
      {"user/%75", user},
      {"user/u/", user},
      {"USER/u", user},
      {"user/%2", user},
      {"user/%2f", user},
      {"user/u\xC3", user},
      {"permission/%2F/v", permission},
      {"permission///u", permission},
      {"permission/u/%2F", permission},
      {"topic/1", "{}"},
      {"user/u", ""},
      {"user/u", "[]"},
      {"user/u", "{}"},
      {"user/u", R"({"name":"u"})"},
      {"user/u", R"({"name":"u","tags":[1]})"},
      {"user/u", R"({"name":"u","tags":{}})"},
      {"user/u", R"({"name":5,"tags":[]})"},
      {"user/u", R"({"name":"u","tags":[],"password_hash":null})"},
      {"user/u", R"({"name":"u","tags":[],"hashing_algorithm":"foo"})"},
      {"user/u", user + "x"},
      {"user/%FF", "{\"name\":\"\xFF\",\"tags\":[]}"},
      {"permission/%2F/u", R"({"user":"u","vhost":"/","configure":"","write":""})"},
      {"topic-permission/%2F/u/e", R"({"user":"u","vhost":"/","exchange":"e","write":"","read":7})"},
  };
  for (const auto& [key, value] : cases) {
    Result<Definition> decoded = decode(key, value);
    ASSERT_FALSE(decoded) << key << " " << value;
    EXPECT_EQ(decoded.error().code, ErrorCode::kMalformed);
  }
  for (std::string_view key :
       {"user/%75", "user/%2f", "user/%", "user/%4", "user/a b", "user/u\xFF", "user", "other/u"}) {
    EXPECT_FALSE(decode(key, std::nullopt)) << key;
  }
  EXPECT_EQ(decode("user/u", "{}").error().message, "definition 'user/u': 'name' is no text");
}

RC_GTEST_PROP(StoredDefinition, KeysOfAnyBytesAreUnambiguous,
              (std::string user, std::string name_space, std::string exchange)) {
  for (const Definition& one : std::vector<Definition>{UserRemoved{user}, PermissionRemoved{user, name_space},
                                                       TopicPermissionRemoved{user, name_space, exchange}}) {
    Result<Definition> decoded = decode(encode(one).key, std::nullopt);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == one);
  }
}

RC_GTEST_PROP(StoredDefinition, WhatTheTableTakesComesBackAsItWas, ()) {
  auto text = rc::gen::container<std::string>(
      rc::gen::oneOf(rc::gen::inRange<char>(0, 127), rc::gen::element('"', '\\', '/', '%')));
  User user{*text, *rc::gen::element<std::string>("", hash_password({}, "x")), HashingAlgorithm::kSha256,
            *rc::gen::container<std::vector<std::string>>(text)};
  TopicPermission permission{*text, *text, *text, *text, *text};
  for (const Definition& one : std::vector<Definition>{user, permission}) {
    StoredDefinition stored = encode(one);
    Result<Definition> decoded = decode(stored.key, stored.value);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == one);
  }
}

}  // namespace
}  // namespace wharf::security
