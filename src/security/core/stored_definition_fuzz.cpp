// Stored definitions of any bytes: the first line is the key, the rest the value. What can be read comes back as it was
// when it is stored again, and what can be applied decides about names without harm.
#include "security/core/stored_definition.hpp"

#include "security/core/access_decisions.hpp"

using namespace wharf::security;

namespace {

struct UserOf {
  std::string operator()(const User& one) const { return one.name; }
  std::string operator()(const UserRemoved& one) const { return one.name; }
  std::string operator()(const auto& one) const { return one.user; }
};

void ask(const AccessTable& table, const std::string& user, const std::string& name_space) {
  AccessDecisions decisions({user, {}, "c.*("}, name_space);
  for (Verb verb : {Verb::kConfigure, Verb::kWrite, Verb::kRead}) {
    for (Resource resource : {Resource::exchange(""), Resource::queue("q"), Resource::topic_key("e", "a.b.c")}) {
      WHARF_ASSERT(decisions.may(table, verb, resource) ==
                   table.may(decisions.principal(), name_space, verb, resource));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t end = text.find('\n');
  std::optional<std::string_view> value;
  if (end != std::string_view::npos) value = text.substr(end + 1);
  wharf::Result<Definition> decoded = decode(text.substr(0, end), value);
  if (!decoded) return 0;
  StoredDefinition stored = encode(*decoded);
  WHARF_ASSERT(stored.key == text.substr(0, end));
  WHARF_ASSERT(*decode(stored.key, stored.value) == *decoded);

  AccessTable table;
  if (!table.apply(*decoded)) return 0;
  std::string user = std::visit(UserOf(), *decoded);
  (void)table.sign_in(user, "password", Peer::kRemote);
  if (auto* topic = std::get_if<TopicPermission>(&*decoded)) {
    WHARF_ASSERT(table.apply(Permission{user, topic->name_space, ".*", ".*", ".*"}).has_value());
    ask(table, user, topic->name_space);
  }
  if (auto* permission = std::get_if<Permission>(&*decoded)) ask(table, user, permission->name_space);
  return 0;
}
